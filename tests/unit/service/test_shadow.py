"""The shadow: everything is drafted, nothing is sent, written or waited for, and people answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from small_house import Bench, make_bench

from kefu.core.events import (
    DecisionTaken,
    Drafted,
    DrawnForReview,
    EffectPromised,
    Event,
    FlowStarted,
    HandedOff,
    QuestionAsked,
    Replied,
    TicketOpened,
)
from kefu.service.desk.deeds import HandBack, Take
from kefu.service.turn.person import speak


@pytest.fixture
def bench() -> Bench:
    made = make_bench()
    made.house = replace(made.house, shadow=True, review_share=1.0, notify=("team",))
    return made


async def happened(bench: Bench, text: str, learner: str = "L1", sender: str = "u") -> list[Event]:
    taken = await bench.take(text, learner, sender)
    return list(taken.events)


def the_draft(events: list[Event]) -> Drafted:
    (drafted,) = [event for event in events if isinstance(event, Drafted)]
    return drafted


async def test_an_enquiry_is_drafted_with_its_evidence_and_goes_to_people(bench: Bench) -> None:
    events = await happened(bench, "我学到哪了")
    drafted = the_draft(events)
    assert (drafted.decision, drafted.because, drafted.skill) == ("run", "understood", "progress")
    assert drafted.text == "《英语口语》学到第12课。"
    assert "records:progress/courses" in {one.source for said in drafted.statements for one in said.evidence}
    assert drafted.can_be_sent
    (told,) = [event for event in events if isinstance(event, Replied)]
    assert "同事会在这里回复您" in told.text
    assert told.quick_replies == ()
    (handed,) = [event for event in events if isinstance(event, HandedOff)]
    assert handed.reason == "shadow"
    (decided,) = [event for event in events if isinstance(event, DecisionTaken)]
    assert (decided.decision, decided.because) == ("hand_off", "shadow")


async def test_the_customer_is_told_once(bench: Bench) -> None:
    assert len(await bench.say("我学到哪了")) == 1
    assert await bench.say("我什么时候学完") == []
    (talk,) = await bench.store.summaries(waiting=True)
    await speak(talk.id, [HandBack()], "mei", bench.house, bench.store)
    assert len(await bench.say("我学到哪了")) == 1


async def test_a_question_that_was_never_asked_waits_for_no_answer(bench: Bench) -> None:
    events = await happened(bench, "我学到哪了", "L2")
    assert the_draft(events).asks
    assert not [event for event in events if isinstance(event, FlowStarted | QuestionAsked)]
    again = the_draft(await happened(bench, "我要退款", "L2"))
    assert (again.because, again.skill) == ("understood", "refund")
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    assert (talk.flow, talk.paused, talk.stumbles) == (None, (), 0)


async def test_nothing_is_written_though_a_live_flow_was_one_word_away(bench: Bench) -> None:
    shadow, bench.house = bench.house, replace(bench.house, shadow=False)
    await bench.say("我要退款")
    await bench.say("时间不够")
    bench.house = shadow
    events = await happened(bench, "是的")
    drafted = the_draft(events)
    assert [effect.statement for effect in drafted.effects] == ["request"]
    assert "已提交" in drafted.text
    assert not drafted.can_be_sent
    assert not [event for event in events if isinstance(event, EffectPromised)]
    due = await bench.store.take(datetime.now(UTC), 100, 30.0)
    assert {one.parting.kind for one in due} == {"notice"}
    bench.house = replace(bench.house, shadow=False)
    assert "已提交" not in "".join(await bench.say("是的"))


async def test_a_ticket_is_not_opened_and_its_draft_not_sent(bench: Bench) -> None:
    events = await happened(bench, "我要投诉")
    assert [ticket.kind for ticket in the_draft(events).tickets] == ["complaint"]
    assert not the_draft(events).can_be_sent
    assert not [event for event in events if isinstance(event, TicketOpened)]


async def test_who_wants_a_person_gets_one_for_that_reason(bench: Bench) -> None:
    events = await happened(bench, "真人")
    (handed,) = [event for event in events if isinstance(event, HandedOff)]
    assert handed.reason == "customer_asked"
    assert not the_draft(events).can_be_sent


async def test_a_skill_that_fails_is_drafted_as_such(bench: Bench) -> None:
    drafted = the_draft(await happened(bench, "坏了"))
    assert not drafted.can_be_sent
    assert len(await bench.say("坏了", sender="v")) == 1


async def test_enquiries_count_until_somebody_takes_the_conversation(bench: Bench) -> None:
    drawn = []
    for text in ("我学到哪了", "你们卖不卖鞋", "我要退款"):
        drawn += [event for event in await happened(bench, text) if isinstance(event, DrawnForReview)]
    assert [event.intent for event in drawn] == ["progress", "unknown", "refund"]
    (talk,) = await bench.store.summaries(waiting=True)
    await speak(talk.id, [Take()], "mei", bench.house, bench.store)
    events = await happened(bench, "我学到哪了")
    assert not [event for event in events if isinstance(event, DrawnForReview)]
    assert the_draft(events).can_be_sent


async def test_the_shadow_draws_whom_the_live_machine_draws(bench: Bench) -> None:
    live = make_bench()
    for house in (bench, live):
        house.house = replace(house.house, review_share=0.3, shadow_share=0.3)
    found = []
    for house in (bench, live):
        for number in range(60):
            await house.take("我学到哪了", f"L{number}", f"u{number}")
        found.append({(one.conversation_id, one.score) for one in await house.store.reviews(judged=False)})
    assert found[0] == found[1]
    assert 5 < len(found[0]) < 40


async def test_in_the_shadow_everybody_is_drawn_unless_a_share_is_named(bench: Bench) -> None:
    live = make_bench()
    for house in (live, bench):
        house.house = replace(house.house, review_share=0.0)
        await house.take("我学到哪了", "L1", "u1")
    assert [len(await house.store.reviews(judged=False)) for house in (live, bench)] == [0, 1]


async def test_a_repeated_message_is_drafted_once(bench: Bench) -> None:
    first = await bench.take("我学到哪了", message="m1")
    again = await bench.take("我学到哪了", message="m1")
    assert again.repeat
    assert [reply.text for reply in again.replies] == [reply.text for reply in first.replies]
