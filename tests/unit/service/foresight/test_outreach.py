"""Who may be written to, who is held back, and what that changes; reasons in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from kefu.core.errors import BadConfig
from kefu.core.nouns import Conversation, Flow, Waiting
from kefu.core.ports.foresight import Approach, Reason
from kefu.core.work import Work
from kefu.service.desk.hours import Hours
from kefu.service.foresight.declared import Declared, Feature
from kefu.service.foresight.effect import Effect
from kefu.service.foresight.outreach import Manners, Moment, is_held_out, parse_manners, refusal
from kefu.service.foresight.wording import reasons_of, say
from kefu.service.insight.figures import Rate

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOURS = Hours(UTC)
TALK = Conversation("c1", "bridge", "s", work=Work(tags=("may-write",)))
MANNERS = Manners(holdout=0.0)


def why_not(moment: Moment, manners: Manners = MANNERS) -> str:
    return refusal("L1", "at_risk", manners, HOURS, moment)


def test_a_customer_who_agreed_is_written_to() -> None:
    assert why_not(Moment(TALK, True, (), NOON)) == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (Moment(None, True, (), NOON), "no_way"),
        (Moment(TALK, False, (), NOON), "no_way"),
        (Moment(replace(TALK, work=Work()), True, (), NOON), "not_asked_for"),
        (Moment(replace(TALK, waiting=Waiting("asked", NOON)), True, (), NOON), "busy"),
        (Moment(replace(TALK, flow=Flow("refund", "refund", "")), True, (), NOON), "busy"),
        (Moment(TALK, True, (), NOON.replace(hour=23)), "quiet"),
        (Moment(TALK, True, (), NOON.replace(hour=3)), "quiet"),
        (Moment(TALK, True, (Approach("at_risk", "L1", "sent", NOON - timedelta(days=3)),), NOON), "often"),
        (
            Moment(TALK, True, (Approach("at_risk", "L1", "snoozed", NOON, until=NOON + timedelta(days=1)),), NOON),
            "snoozed",
        ),
    ],
)
def test_manners(changed: Moment, why: str) -> None:
    assert why_not(changed) == why


def test_after_a_while_one_may_write_again() -> None:
    before = (Approach("at_risk", "L1", "sent", NOON - timedelta(days=15)),)
    assert why_not(Moment(TALK, True, before, NOON)) == ""


def test_the_held_back_are_always_the_same_share() -> None:
    held = [f"L{number}" for number in range(5000) if is_held_out(f"L{number}", "at_risk", 0.1)]
    assert 420 < len(held) < 580
    assert held == [name for name in held if is_held_out(name, "at_risk", 0.1)]
    assert held != [f"L{number}" for number in range(5000) if is_held_out(f"L{number}", "returns", 0.1)]
    assert refusal(held[0], "at_risk", Manners(), HOURS, Moment(TALK, True, (), NOON)) == "held"


def test_the_effect_has_an_interval_that_holds_it() -> None:
    found = Effect(Rate(30, 100), Rate(45, 100))
    assert found.difference == pytest.approx(0.15)
    assert found.interval is not None
    low, high = found.interval
    assert low == pytest.approx(0.0153, abs=0.002)
    assert high == pytest.approx(0.277, abs=0.003)
    assert Effect(Rate(0, 0), Rate(1, 2)).difference is None


def test_manners_are_read_with_advice() -> None:
    assert parse_manners({"quiet": "22:00-08:30", "days": 7, "holdout": 0.2}).quiet == (time(22), time(8, 30))
    with pytest.raises(BadConfig, match="quiet"):
        parse_manners({"quiet": "late"})
    with pytest.raises(BadConfig, match="holdout"):
        parse_manners({"holdout": 1.5})


def test_reasons_are_said_in_both_languages() -> None:
    features = (
        Feature("days", "s", "days", "number", {"zh": "{value} 天没学", "en": "{value} days without a lesson"}),
        Feature("share", "s", "share", "number", {"zh": "完成 {value:%}", "en": "{value:%} done"}),
    )
    declared = Declared("at_risk", {"zh": "险", "en": "risk"}, "boosted.v1", "records", features=features)
    found = reasons_of({"days": 12.34, "share": 0.5, "gone": None}, {"share": -0.2, "days": 0.9, "gone": 2.0})
    assert found == (Reason("days", 12.34, 0.9), Reason("share", 0.5, -0.2))
    assert [(one.text, one.raises) for one in say(found, declared, "zh")] == [("12 天没学", True), ("完成 50%", False)]
    assert [one.text for one in say(found, declared, "en")] == ["12 days without a lesson", "50% done"]
