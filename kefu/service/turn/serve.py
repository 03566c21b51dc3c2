"""Carry out a decision and what follows from it, until the customer has the word again."""

from __future__ import annotations

import re
from functools import cache

import structlog

from kefu.core.decisions import Answer, Cancel, Clarify, Decision, HandOff, Note, Run, TakeBack
from kefu.core.errors import KefuError
from kefu.core.events import Clarified, FlowEnded, HandedBack, HandedOff, QuestionAsked, RequestsQueued, RequestTaken
from kefu.core.nouns import Conversation
from kefu.service.desk.summary import summarise, urgency
from kefu.service.turn.act import Work, act, words
from kefu.service.turn.compose import Draft
from kefu.service.turn.consult import answer, consult, name_expired, weigh
from kefu.service.turn.rewrite import rewrite
from kefu.service.turn.trace import Trace

log = structlog.get_logger()

MOST_ROUNDS = 4
"""How many requests and returns one message may lead to."""


def name_of(decision: Decision) -> str:
    """A decision's name in events and on screens: `run`, `hand_off`."""
    return _snake(type(decision).__name__)


@cache
def _snake(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


async def serve(decision: Decision, work: Work, trace: Trace) -> None:
    """Act on a decision and on what waits behind it: further requests, paused matters."""
    following: Decision | None = decision
    for _ in range(MOST_ROUNDS):
        if following is None:
            break
        with trace.stage("act", f"{name_of(following)}: {following.because}") as out:
            await _safely(following, work)
            out += [evidence.source for evidence in work.evidence]
        _compose(work, trace)
        if isinstance(following, Answer) and work.house.pen:
            with trace.stage("compose") as out:
                work.replies[-1] = await rewrite(work.replies[-1], following.question, (), work.house.pen)
                out.append(work.replies[-1].text)
        following = None if work.hand_off else await _next(work)
    if work.hand_off:
        give_to_people(work.hand_off, work)
    _compose(work, trace)


def _compose(work: Work, trace: Trace) -> None:
    """Put what was drafted into words; a sentence that can't be made goes to a person."""
    with trace.stage("compose", f"{len(work.drafts)} drafts, {len(work.evidence)} pieces of evidence") as out:
        try:
            out += [reply.text for reply in work.compose()]
        except (KeyError, TypeError, ValueError) as error:
            _give_up(error, "", work)
            out += [reply.text for reply in work.compose()]


async def _safely(decision: Decision, work: Work) -> None:
    """The border of the stage: what goes wrong here becomes an event and a person's work."""
    try:
        await _do(decision, work)
    except Exception as error:  # noqa: BLE001 - the border of the stage
        _give_up(error, getattr(decision, "skill", ""), work)


def _give_up(error: Exception, skill: str, work: Work) -> None:
    """What is under way ends; the customer is told, and a person takes over."""
    code = error.code if isinstance(error, KefuError) else type(error).__name__
    log.error("turn failed", code=code, skill=skill, exc_info=error)
    while work.talk.flow:
        work.record(FlowEnded(work.now, "failed"))
    work.drafts = [Draft("say", "trouble")]
    work.hand_off = f"failed: {code}"


async def _do(decision: Decision, work: Work) -> None:
    match decision:
        case Run():
            if decision.queue:
                work.record(RequestsQueued(work.now, decision.queue))
            await act(decision, work)
        case Clarify():
            draft = Draft("say", decision.because, evidence=tuple(work.evidence), options=decision.options)
            work.reply(draft if decision.options else Draft("say", "unknown", quick_replies=words(work, "person")))
            work.record(Clarified(work.now, decision.options))
        case Cancel():
            cancel(work)
            work.reply(Draft("say", "declined" if decision.because == "declined" else "cancelled"))
        case Answer():
            answer(decision.found, work)
        case HandOff():
            if decision.because == "expired":
                name_expired(work)
            work.hand_off = decision.because
        case Note():
            if work.talk.waiting and not work.talk.waiting.taken_by:
                work.reply(Draft("say", "noted", quick_replies=words(work, "back")))
        case TakeBack():
            if work.talk.waiting:
                work.record(HandedBack(work.now, "customer"))
            work.reply(Draft("say", "back"))


def cancel(work: Work) -> None:
    """End what is under way; a question of who the customer is ends with what it was asked for."""
    asked_who = work.talk.flow and work.talk.flow.skill == work.house.catalog.identity_skill
    work.record(FlowEnded(work.now, "cancelled"))
    if asked_who and work.talk.flow:
        work.record(FlowEnded(work.now, "cancelled"))


async def _next(work: Work) -> Decision | None:
    """What comes after: the waiting request, or the matter that was paused."""
    asked = any(isinstance(event, QuestionAsked | Clarified) for event in work.events)
    if asked or (work.talk.waiting and not work.talk.flow):
        return None
    while work.talk.identity and work.talk.flow and work.talk.flow.skill == work.house.catalog.identity_skill:
        work.record(FlowEnded(work.now, "cancelled"))
    flow = work.talk.flow
    if flow:
        work.evidence.clear()
        if flow.question:
            work.reply(Draft("say", "resumed"))
            return Run(flow.skill, "resumed")
        work.reading = work.house.reader.read(flow.text, work.talk.language)
        return Run(flow.skill, "resumed", mention=flow.text)
    if work.talk.queue:
        text = work.talk.queue[0]
        work.record(RequestTaken(work.now))
        work.reading = await work.house.compute(lambda: work.house.reader.read(text, work.talk.language))
        return await consult(weigh(text, work), work)
    return None


def give_to_people(reason: str, work: Work, *, about: Conversation | None = None, says: str = "hand_off") -> None:
    """Give the conversation to people, and tell the customer what happens next and when.

    The summary is of the state `about`, by default the conversation's own; `says` is the
    section of the house's texts that tells the customer.
    """
    hours = work.house.hours
    opens = hours.next_opening(work.now)
    if work.talk.waiting is None:
        summary = summarise(about or work.talk, work.reading)
        work.record(HandedOff(work.now, reason, summary, urgency(work.talk, work.reading)))
    facts = {"minutes": hours.minutes_to_reply, "opens": opens}
    back = words(work, "back") if says == "hand_off" else ()
    work.reply(Draft(says, "closed" if opens else "open", facts=facts, quick_replies=back))
