"""What messages name: whose word stands, normal forms, and what is masked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kefu.core.events import Event, MessageReceived, MessageUnderstood, SpanJudged
from kefu.core.nouns import Entity
from kefu.core.ports.extracts import Extract
from kefu.core.ports.store import Recorded
from kefu.service.insight.extracts import extracts_of, masked, message_of, value_of
from kefu.service.privacy.guard import guard

NOW = datetime(2026, 11, 4, 23, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TEXT = "昨天付的499块英语课还没开通"
DAY, MONEY, COURSE = (
    Entity("date", "昨天", "-1d", 0, 2),
    Entity("money", "499块", 49900, 4, 8, unit="CNY"),
    Entity("course", "英语课", "C1", 8, 11, 0.9),
)


def read(text: str, *entities: Entity) -> list[Event]:
    said = MessageReceived(NOW, "m1", text, guard(text).personal)
    return [said, MessageUnderstood(NOW, "zh", (), entities, (), 0.0, 0.0, 0.0, None, "reader-1")]


def extracts(*events: Event, model: tuple[Entity, ...] = ()) -> list[Extract]:
    recorded = [Recorded(at, "c", at, "t1" if at < 3 else f"t{at}", event) for at, event in enumerate(events, start=1)]
    message = message_of(recorded, 1, "web", "zh")
    assert message
    return extracts_of(message, model, "model-1", ZONE)


def judged(start: int, end: int, kind: str | None) -> SpanJudged:
    return SpanJudged(NOW, "mei", 1, start, end, kind)


def test_what_readers_found_is_kept_with_its_evidence() -> None:
    first, second, third = extracts(*read(TEXT, COURSE, DAY, MONEY))
    assert (first.text, first.value, first.day) == ("昨天", "2026-11-04", date(2026, 11, 5))  # local days
    assert (second.kind, second.value) == ("money", "499.00 CNY")
    assert third == Extract(
        "c", 1, 8, 11, "t1", NOW.astimezone(ZONE), date(2026, 11, 5), "web", "zh", "course", "英语课", "C1", 0.9,
        "reader-1",
    )  # fmt: skip


def test_a_models_finds_come_first_and_have_the_readers_value_where_they_are_the_same() -> None:
    model = (
        Entity("price", "499块", "499块", 4, 8, 0.8),
        Entity("problem", "英语课还没开通", "英语课还没开通", 8, 15, 0.7),
    )
    found = extracts(*read(TEXT, COURSE, DAY, MONEY), model=model)
    assert [(one.kind, one.value, one.maker) for one in found] == [
        ("date", "2026-11-04", "reader-1"), ("price", "499.00 CNY", "model-1"),
        ("problem", "英语课还没开通", "model-1"),
    ]  # fmt: skip


def test_a_colleagues_last_word_stands() -> None:
    events = read(TEXT, COURSE, MONEY)
    found = extracts(*events, judged(8, 11, "product"), judged(4, 8, ""))
    assert [(one.kind, one.who, one.probability) for one in found] == [("", "mei", 1.0), ("product", "mei", 1.0)]
    found = extracts(*events, judged(8, 11, "product"), judged(9, 11, "wish"), judged(4, 8, ""), judged(4, 8, None))
    assert [(one.kind, one.start, one.who) for one in found] == [("money", 4, ""), ("wish", 9, "mei")]
    found = extracts(*events, judged(8, 11, "product"), judged(8, 11, None))
    assert [one.kind for one in found] == ["money", "course"]


def test_an_answer_that_proves_who_somebody_is_is_no_fact() -> None:
    assert extracts(*read("尾号5678", Entity("last_four", "5678", "5678", 2, 6))) == []


def test_personal_data_is_masked_in_text_and_value() -> None:
    text = "打13800138000找我"
    (one,) = extracts(*read(text, Entity("phone", "13800138000", "13800138000", 1, 12)))
    assert (one.text, one.value, one.start, one.end) == ("[phone]", "[phone]", 1, 12)
    (one,) = extracts(*read(text), model=(Entity("wish", "打13800138000找我", None, 0, 14),))
    assert one.text == one.value == "打[phone]找我"
    assert masked(text, guard(text).personal, 12, 14) == "找我"


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        (Entity("money", "一百到两百", "10000/20000", 0, 5, unit="CNY"), "100.00 CNY/200.00 CNY"),
        (Entity("money", "50", 5000, 0, 2), "50.00"),
        (Entity("date", "这周", "+0w", 0, 2), "2026-11-02/2026-11-08"),
        (Entity("date", "那天", "someday", 0, 2), "someday"),
        (Entity("quantity", "三门", 3, 0, 2, unit="门"), "3 门"),
        (Entity("time", "三点", "15:00", 0, 2), "15:00"),
        (Entity("product", "Air  Pro", None, 0, 8), "air pro"),
    ],
)
def test_normal_forms(entity: Entity, value: str) -> None:
    assert value_of(entity, date(2026, 11, 5)) == value


def test_an_event_that_is_no_message_names_nothing() -> None:
    recorded = [Recorded(1, "c", 1, "t", judged(0, 1, ""))]
    assert message_of(recorded, 1, "web", "zh") is None
    assert message_of(recorded, 2, "web", "zh") is None
