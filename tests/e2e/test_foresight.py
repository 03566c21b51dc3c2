"""Foresight in a real browser: for everybody, and from a number to the conversations behind it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from half_hours import ZONE, arrivals
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

from kefu.adapters.stores.sqlite import open_store
from kefu.app.foresight.folder import read_predictors
from kefu.app.foresight.gathering import Gatherer
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.training import train
from kefu.core.ports.foresight import Reason, Score
from kefu.core.ports.predictor import Prediction
from kefu.service.desk.hours import Hours
from kefu.service.insight.visits import Ground

pytestmark = pytest.mark.e2e

STARTER = Path(__file__).parents[2] / "kefu" / "starter" / "education"


@pytest.fixture
def foreseeing_server(tmp_path: Path) -> Iterator[Server]:
    """An installation that declares the school's predictors."""
    shutil.copytree(STARTER / "predictors", tmp_path / "predictors")
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


async def learn(home: Path, conversation: str) -> None:
    """Forty days of visits, from which volume is learned, and two customers at risk."""
    async with open_store({"home": str(home), "path": "kefu.db"}) as store:
        place = await store.bookmark("past")
        assert await store.keep_facts(arrivals(40, conversation), "past", place, place + 1)
        models, declared = PredictorModels(home, "volume"), read_predictors(home)["volume"]
        gatherer = Gatherer(store, {}, Ground(Hours(ZONE)))
        made, _ = await train(declared, models, gatherer, datetime.now(UTC), lambda *_: None)
        models.promote(made)
        scores = [
            Score(
                "at_risk", "1", who, "", datetime.now(UTC), "v", Prediction(value, value - 0.1, value + 0.1),
                (Reason("days_since_lesson", 9.0, 0.8), Reason("lessons_month", 12.0, -0.2)),
            )
            for who, value in (("L1", 0.82), ("L9", 0.31))
        ]  # fmt: skip
        await store.keep_scores(scores, ["L1", "L9"], ["at_risk"])


@pytest.mark.parametrize("lang", LOOKS)
def test_from_a_forecast_to_the_conversations_behind_it(
    foreseeing_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    server, context = foreseeing_server, browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, server)
    page.goto(f"{server.address}/desk/foresight")
    examine(page, shots / f"foresight-{lang}-empty.png")
    server.write("L1", "我学到哪了")
    page.goto(f"{server.address}/desk/reports")  # its visit is counted before others are put beside it
    with ThreadPoolExecutor() as apart:  # the browser's own loop runs in this thread
        apart.submit(asyncio.run, learn(tmp_path, server.talk_of("L1"))).result()
    page.goto(f"{server.address}/desk/foresight?predictor=at_risk")
    expect(page.locator(".risks tbody tr")).to_have_count(2)
    examine(page, shots / f"foresight-{lang}.png")
    page.locator("input[name=wrote]").check()
    page.locator("form.filters button").click()
    expect(page.locator(".risks tbody tr")).to_have_count(1)
    page.locator(".risks tbody th a").click()
    expect(page.get_by_text("我学到哪了").first).to_be_visible()
    page.goto(f"{server.address}/desk/foresight?predictor=volume&at_once=1&patience=300")
    examine(page, shots / f"foresight-{lang}-volume.png")
    page.locator("a[href*='half=21']").first.click()
    expect(page.locator(".list li").first).to_be_visible()
    expect(page.get_by_text("10:30", exact=False).first).to_be_visible()
    examine(page, shots / f"foresight-{lang}-visits.png")
    context.close()
