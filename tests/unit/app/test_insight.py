"""Drafts of skills, and when mining is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from web_house import make_config

from kefu.adapters.stores.memory import open_store
from kefu.app.batch import Engine
from kefu.app.batch.engine import _processes
from kefu.app.insight.draft import draft, write_draft
from kefu.app.insight.tending import DIGEST, _wants_digest, _wants_mining, monday_of
from kefu.app.insight.texts import mine_texts
from kefu.core.errors import BadInput
from kefu.core.ports.insight import Mention, Topic
from kefu.core.ports.questions import Exchange, Reply
from kefu.service.skills.grade import Played, bronze, grade
from kefu.service.skills.parse import parse_skill
from kefu.testing.check_insight import mention_of, score_of
from kefu.testing.check_store import talk_of, turn_of

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
TOPIC = Topic("69a-1", "", {"zh": ("补办证书",), "en": ("Replace certificate",)}, "", NOW)


def said(number: int, text: str, language: str = "zh", **known: object) -> Mention:
    return mention_of("a", number, number, text=text, language=language, closeness=0.9, **known)


def answered(number: int, text: str, language: str = "zh") -> Exchange:
    reply = Reply(f"t{number}", talk_of("a").id, number, number)
    return Exchange(reply, NOW, "open", "问", language, text, "mei")  # type: ignore[arg-type]


def test_a_draft_with_answers_is_bronze(tmp_path: Path) -> None:
    mentions = [said(1, "证书丢了怎么补办"), said(2, "补办证书要多久"), said(3, "I lost my certificate", "en")]
    exchanges = [answered(1, "请在个人中心申请补办，三天寄出。"), answered(2, "Apply in your profile.", "en")]
    made = draft(TOPIC, mentions, exchanges, {}, owner="示例网校")
    assert made.name == "replace_certificate"
    place = write_draft(made, tmp_path)
    files = {file.name: file.read_text("utf-8") for file in place.iterdir()}
    skill = parse_skill(made.name, files, {})
    assert list(bronze(skill, Played(), {})) == []
    assert grade(skill, Played(), {}).name == "bronze"
    assert skill.examples["zh"] == ((made.name, "证书丢了怎么补办"), (made.name, "补办证书要多久"))
    with pytest.raises(BadInput, match="there already"):
        write_draft(made, tmp_path)


def test_a_draft_without_answers_says_what_is_missing() -> None:
    made = draft(TOPIC, [said(1, "证书丢了怎么补办")], [], {}, owner="x")
    missing = grade(parse_skill(made.name, made.files, {}), Played(), {}).missing
    assert missing == ("replies.zh.toml: [say] answer is missing",)
    assert any("write what to answer" in one for one in made.open)


def test_what_can_not_be_an_example_is_left_out() -> None:
    untypical = mention_of("a", 7, text="别的事", closeness=0.3)
    mentions = [said(1, "证书丢了"), said(2, "我的手机是[phone]"), said(3, "怎么退款"), untypical]
    made = draft(TOPIC, mentions, [], {"怎么退款": "refund"}, owner="x")
    assert made.files["examples.zh.txt"] == "[replace_certificate]\n证书丢了\n"
    with pytest.raises(BadInput, match="No message of this topic"):
        draft(TOPIC, mentions[1:], [], {"怎么退款": "refund"}, owner="x")
    with pytest.raises(BadInput, match="can't be a skill's name"):
        draft(TOPIC, mentions, [], {}, owner="x", name="Not a name")


async def test_mining_is_due_when_something_was_said_and_the_last_look_is_old(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    async with open_store({}) as store:
        assert not await _wants_mining(store, config, NOW)
        await store.commit(turn_of(talk_of("a"), "a"))
        at = NOW - timedelta(hours=2)
        await store.gather_mentions([mention_of("a", at=at, day=at.date())], [score_of("a")], "kit", 0, 1)
        assert await _wants_mining(store, config, NOW)
        await store.keep_topics([TOPIC], [], NOW - timedelta(hours=3))
        assert not await _wants_mining(store, config, NOW)
        assert not await _wants_mining(store, make_config(tmp_path, insight__hours=0.0), NOW + timedelta(days=9))
        assert await _wants_mining(store, make_config(tmp_path, insight__hours=1.0), NOW)


async def test_a_digest_is_due_once_a_week_from_monday_morning(tmp_path: Path) -> None:
    config = make_config(tmp_path, insight__digest_to=["boss@example.com"])
    monday = datetime(2026, 3, 2, tzinfo=config.zone)
    async with open_store({}) as store:
        assert not await _wants_digest(store, make_config(tmp_path), monday + timedelta(hours=9))
        assert not await _wants_digest(store, config, monday + timedelta(hours=7))
        assert await _wants_digest(store, config, monday + timedelta(hours=9))
        await store.turn_to(DIGEST, 0, monday_of(monday + timedelta(hours=9), config))
        assert not await _wants_digest(store, config, monday + timedelta(days=6))
        assert await _wants_digest(store, config, monday + timedelta(days=7, hours=8))


@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv", "parquet"])
def test_a_file_of_texts_is_mined_and_goes_on_where_it_was(tmp_path: Path, kind: str) -> None:
    said = ["退款什么时候到账", "怎么开发票", "where is my parcel", "登录不上去"] * 60
    file, results = tmp_path / f"texts.{kind}", tmp_path / "out"
    match kind:
        case "txt":
            file.write_text("\n".join(said), "utf-8")
        case "jsonl":
            file.write_text("\n".join(json.dumps({"text": one}) for one in said), "utf-8")
        case "csv":
            file.write_text("text\n" + "\n".join(said), "utf-8")
        case "parquet":
            pd.DataFrame({"text": said}).to_parquet(file)
    engine = Engine(lambda: _processes(1))
    topics = mine_texts(file, results, engine, 100, lambda *_: None)
    assert sum(one["texts"] for one in topics) == len(said)
    assert {one["typical"][0] for one in topics} == set(said)
    query = f"SELECT row, topic FROM '{results}/parts/*.parquet' ORDER BY row"
    rows = duckdb.sql(query).fetchall()
    assert [row for row, _ in rows] == list(range(len(said)))
    assert len({(text, topic) for text, (_, topic) in zip(said, rows, strict=True)}) == 4
    journal = results / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))  # as if it had been killed before the last part
    seen: list[tuple[str, int, int]] = []
    assert mine_texts(file, results, engine, 100, lambda *step: seen.append(step)) == topics
    assert [step for step in seen if step[0] == "batch"] == [("batch", len(said), len(said))]
    assert duckdb.sql(query).fetchall() == rows


def test_a_file_that_can_not_be_read_says_so(tmp_path: Path) -> None:
    for name, content in (("a.csv", "words\n1"), ("a.jsonl", "{"), ("a.doc", "x"), ("a.txt", "")):
        (tmp_path / name).write_text(content, "utf-8")
        with pytest.raises(BadInput, match=name):
            mine_texts(tmp_path / name, tmp_path / "out", Engine(lambda: _processes(1)), 500, lambda *_: None)
