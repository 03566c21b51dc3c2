"""Insight in a real browser: for everybody, before anything was said and after."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

from kefu.adapters.stores.sqlite import open_store
from kefu.core.ports.insight import Alarm, Topic

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LOOKS)
def test_a_visit_is_labelled_and_the_next_one_is_shown(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    for name in ("topics", "alarms", "quality", "digest"):
        page.goto(f"{own_server.address}/desk/{name}")
        expect(page.locator(".empty").first).to_be_visible()
        examine(page, shots / f"{name}-{lang}-empty.png")
    for learner in ("L1", "L2"):
        own_server.write(learner, "我学到哪了")
    own_server.write("L1-a", "真人")
    page.goto(f"{own_server.address}/desk/quality")
    examine(page, shots / f"quality-{lang}.png")
    expect(page.locator("#labels small")).to_have_text("0 / 3")
    for regard in ("solved", "tone", "process", "effort"):
        page.locator(f"input[name={regard}][value='4']").check()
    page.locator("#label button").click()
    expect(page.locator("#labels small")).to_have_text("1 / 3")
    context.close()


async def alarm(file: Path, day: date) -> None:
    """Two alarms, as mining would leave them: of a topic, and of all messages together."""
    topic = Topic("t1", "", {"zh": ("退款进度",), "en": ("refund progress",)}, "", datetime.now(UTC))
    risen = [Alarm("t1", day, 1, 31, 6.2, 1e-6, day + timedelta(days=3)), Alarm("", day, 7, 420, 300.0, 2e-4)]
    async with open_store({"path": str(file)}) as store:
        await store.keep_topics([topic], risen, datetime.now(UTC))


@pytest.mark.parametrize("lang", LOOKS)
def test_an_alarm_is_ticked_off_with_a_reason_and_opened_again(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    (file,) = tmp_path.glob("kefu.db")
    with ThreadPoolExecutor(1) as other:  # the browser's loop runs in this thread
        other.submit(asyncio.run, alarm(file, datetime.now(UTC).date() - timedelta(days=4))).result()
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    page.goto(f"{own_server.address}/desk/alarms")
    examine(page, shots / f"alarms-{lang}.png")
    row = page.locator("tbody tr").first
    row.locator("summary").click()
    row.locator("input[name=reason]").fill("双十一 sale")
    row.locator("details button").click()
    settled = page.locator("tr.settled")
    expect(settled).to_contain_text("双十一 sale")
    examine(page, shots / f"alarms-{lang}-settled.png")
    page.locator("tbody tr:not(.settled) button[value=acknowledged]").first.click()
    expect(settled).to_have_count(2)
    settled.locator("button[value=open]").first.click()
    expect(settled).to_have_count(1)
    context.close()
