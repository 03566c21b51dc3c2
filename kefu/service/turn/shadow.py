"""In the shadow the machine drafts and people answer: a turn of which nothing reaches the customer or the records.

What the machine would do is rehearsed on a state of its own and kept as one event. The
conversation itself goes to people: a question that was never asked waits for no answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kefu.core.decisions import Decision, HandOff, TakeBack
from kefu.core.events import (
    CheckFailed,
    Clarified,
    DecisionTaken,
    Drafted,
    EffectPromised,
    HandedBack,
    HandedOff,
    IdentityProven,
    QuestionAsked,
    TicketOpened,
)
from kefu.core.nouns import Conversation, Reading
from kefu.service.turn.act import Work
from kefu.service.turn.compose import join
from kefu.service.turn.consult import consult, weigh
from kefu.service.turn.house import House
from kefu.service.turn.review import draw
from kefu.service.turn.serve import give_to_people, name_of, serve
from kefu.service.turn.trace import Trace

BINDING = EffectPromised | TicketOpened | IdentityProven | CheckFailed | HandedOff | HandedBack
"""What did not happen in the shadow, though the words of a draft may say so."""


def unattended(talk: Conversation) -> Conversation:
    """The conversation as the machine would have it, were it not for the people who answer."""
    return replace(talk, waiting=None)


async def draft(decision: Decision, work: Work, trace: Trace) -> None:
    """Rehearse a decision, keep what came of it, and give the conversation to people.

    An enquiry counts for the sample until somebody has taken the conversation: what the
    customer then writes answers a colleague.
    """
    before = work.talk.waiting
    rehearsed = Work(work.house, unattended(work.talk), work.reading, work.now, work.reference, work.can_prove)
    rehearsed.found = work.found
    await serve(decision, rehearsed, trace)
    because = decision.because if isinstance(decision, HandOff) else "shadow"
    work.record(DecisionTaken(work.now, "note" if before else "hand_off", because))
    if before is None or not before.taken_by:
        draw(decision, work)
    work.record(_drafted(decision, rehearsed))
    if before is None:
        give_to_people(because, work, about=rehearsed.talk, says="colleague")
        work.compose()


async def rehearse(text: str, reading: Reading, talk: Conversation, house: House, now: datetime) -> Drafted:
    """What the machine would do about a text of a conversation that people have; nothing of it happens."""
    work = Work(house, unattended(talk), reading, now, f"{now:%y%m%d}00000")
    decision = await consult(weigh(text, work), work)
    await serve(decision, work, Trace())
    return _drafted(decision, work)


def _drafted(decision: Decision, work: Work) -> Drafted:
    events, skill = work.events, getattr(decision, "skill", "")
    reply = join(work.replies) if work.replies else None
    return Drafted(
        work.now,
        name_of(decision),
        decision.because,
        skill,
        reply.statements if reply else (),
        reply.language if reply else work.talk.language,
        tuple(event.effect for event in events if isinstance(event, EffectPromised)),
        tuple(event.ticket for event in events if isinstance(event, TicketOpened)),
        asks=any(isinstance(event, QuestionAsked | Clarified) for event in events),
        binding=isinstance(decision, TakeBack) or any(isinstance(event, BINDING) for event in events),
    )
