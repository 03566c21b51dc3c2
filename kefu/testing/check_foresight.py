"""The conformance kit of what a store keeps of foresight (`FORESIGHT_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from kefu.core.ports.foresight import Approach, Ranked, Reason, Score
from kefu.core.ports.predictor import Prediction
from kefu.core.ports.store import Memory
from kefu.testing.check_store import NOW, talk_of, turn_of


def score_of(customer: str, value: float, predictor: str = "at_risk", subject: str = "1") -> Score:
    """A score with two reasons."""
    reasons = (Reason("days", 12.5, 0.8), Reason("plan", "免费", -0.1))
    prediction = Prediction(value, value / 2, (1 + value) / 2)
    return Score(predictor, subject, customer, "", NOW, "v1", prediction, reasons)


async def a_score_comes_back_as_it_was(store: Memory) -> None:
    """Every field; other customers and predictors are left alone."""
    first = replace(score_of("L1", 0.25), label="refund")
    await store.keep_scores([first], ["L1"], ["at_risk"])
    await store.keep_scores([score_of("L1", 0.5, "returns")], ["L1"], ["returns"])
    await store.keep_scores([score_of("L2", 0.75)], ["L2"], ["at_risk"])
    assert list(await store.scores_of("L1")) == [first, score_of("L1", 0.5, "returns")]
    await store.keep_scores([score_of("L1", 0.5, subject="2")], ["L1"], ["at_risk"])
    assert [(one.predictor, one.subject) for one in await store.scores_of("L1")] == [("at_risk", "2"), ("returns", "1")]


async def the_highest_come_first(store: Memory) -> None:
    """Of one predictor, as many as are wanted, from a place and a value on, with how many there are."""
    scores = [score_of(f"L{number}", number / 8) for number in range(5)]
    await store.keep_scores(scores, [one.customer for one in scores], ["at_risk"])
    first = await store.highest("at_risk", 2)
    assert (first.total, [one.customer for one in first.scores]) == (5, ["L4", "L3"])
    later = await store.highest("at_risk", 2, 2, at_least=0.125)
    assert (later.total, [one.customer for one in later.scores]) == (4, ["L2", "L1"])
    assert await store.highest("at_risk", 0, at_least=0.5) == Ranked(1, [])
    assert (await store.highest("returns")).total == 0


async def approaches_are_kept_in_order(store: Memory) -> None:
    """The latest first, of everybody or of one."""
    sent = Approach("at_risk", "L1", "sent", NOW, "c1", 0.75)
    held = Approach("at_risk", "L2", "held", NOW + timedelta(hours=1), value=0.5)
    later = Approach("at_risk", "L1", "snoozed", NOW + timedelta(hours=2), until=NOW + timedelta(days=7))
    for one in (sent, held, later):
        await store.approach(one)
    assert list(await store.approaches("at_risk")) == [later, held, sent]
    assert list(await store.approaches("at_risk", "L1")) == [later, sent]
    assert list(await store.approaches("returns")) == []


async def what_rests_on_a_conversation_is_erased_with_it(store: Memory) -> None:
    """Scores of the visit and of whoever wrote, and approaches through it."""
    talk = talk_of("a")
    await store.commit(turn_of(talk, "a"))
    customer = talk.identity.customer_id if talk.identity else talk.id
    await store.keep_scores([replace(score_of(customer, 0.5), conversation_id=talk.id)], [customer], ["at_risk"])
    await store.keep_scores([score_of("other", 0.5)], ["other"], ["at_risk"])
    await store.approach(Approach("at_risk", customer, "sent", NOW, talk.id))
    await store.erase(talk.id)
    assert list(await store.scores_of(customer)) == []
    assert len(await store.scores_of("other")) == 1
    assert list(await store.approaches("at_risk")) == []


FORESIGHT_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    a_score_comes_back_as_it_was,
    the_highest_come_first,
    approaches_are_kept_in_order,
    what_rests_on_a_conversation_is_erased_with_it,
)
