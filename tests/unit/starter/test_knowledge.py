"""The sample school's own articles come in, in both languages, and agree with what the school's records say."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kefu.adapters.stores.memory import open_store
from kefu.app.library.bring import bring
from kefu.app.library.intake import Intake, all_articles
from kefu.app.library.reading import open_reading
from kefu.core.articles import Article

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
async def articles(starter: Path, tmp_path: Path) -> AsyncIterator[list[Article]]:
    async with open_store({}) as store, open_reading(lanes=1) as reading:
        intake = Intake(store, tmp_path / "ledger.json", NOW)
        report = await bring([starter / "knowledge"], intake, reading, lambda *_: None, prune=False)
        assert report.skipped == []
        yield [one async for one in all_articles(store)]


async def test_both_languages_say_the_same_to_the_same(articles: list[Article]) -> None:
    said = {
        language: sorted(
            (one.source.rpartition("/")[2], one.audience, one.valid_until)
            for one in articles
            if one.language == language
        )
        for language in ("zh", "en")
    }
    assert said["zh"] == said["en"]
    assert 25 <= len(said["zh"]) <= 40
    assert {one.audience for one in articles} == {"public", "signed_in", "staff"}
    assert [one for one in articles if not one.holds_on(date(2028, 1, 1))]
    assert all(one.passages and one.owner and f"/{one.language}/" in one.source for one in articles)


async def test_refund_rules_are_those_of_the_records(articles: list[Article], starter: Path) -> None:
    rules = tomllib.loads((starter / "school" / "catalogue.toml").read_text("utf-8"))["refund_rules"]
    for language in ("zh", "en"):
        (written,) = [one for one in articles if one.source.endswith(f"{language}/refund-rules.md")]
        assert all(rule[language] in written.markdown for rule in rules)


async def test_hours_and_days_off_are_those_of_the_configuration(articles: list[Article], starter: Path) -> None:
    handoff = tomllib.loads((starter / "kefu.toml").read_text("utf-8"))["handoff"]
    (hours,) = [one for one in articles if one.source.endswith("zh/service-hours.md")]
    assert "9:00 到 21:00" in hours.markdown
    assert handoff["hours"] == "09:00-21:00"
    assert f"{handoff['minutes_to_reply']} 分钟" in hours.markdown
    (off,) = [one for one in articles if one.source.endswith("zh/holidays-2027.md")]
    assert "1 月 1 日、2 月 5 日到 7 日、10 月 1 日" in off.markdown
    assert handoff["holidays"] == ["2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-10-01"]
