"""One message, eight stages: the turn.

收 receive → 忆 recall → 护 guard → 解 understand → 断 decide → 办 act → 复 compose →
(one commit) → 送 deliver. Receiving is the channel's `parse`, delivering is
`deliver`; what lies between is on this page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import structlog

from kefu.core.errors import Conflict, Repeat
from kefu.core.events import (
    ConversationOpened,
    DecisionTaken,
    IdentityLapsed,
    IdentityProven,
    MessageReceived,
    MessageUnderstood,
    Replied,
    TurnTraced,
)
from kefu.core.nouns import Conversation, Fact, Inbound, Language, Outbound, Reading
from kefu.core.ports.store import Commit
from kefu.service.desk.reference import reference_of
from kefu.service.privacy.guard import guard
from kefu.service.turn.act import Work
from kefu.service.turn.compose import Draft
from kefu.service.turn.consult import consult, weigh
from kefu.service.turn.house import House, Taken
from kefu.service.turn.partings import partings
from kefu.service.turn.review import draw
from kefu.service.turn.serve import name_of, serve
from kefu.service.turn.shadow import draft, unattended
from kefu.service.turn.trace import Trace

log = structlog.get_logger()

MOST_CONFLICTS = 8
"""How often a turn is taken anew because another process went on first."""


async def take_turn(inbound: Inbound, house: House) -> Taken:
    """Answer one message, durably; a repeat gets the replies that it got the first time.

    Raises `StoreFailed` when nothing could be written; then nothing was answered and
    the sender should try again.
    """
    key = (inbound.channel, inbound.sender)
    async with house.gate.alone(key):
        for _ in range(MOST_CONFLICTS):
            try:
                return await _take(inbound, house)
            except Conflict:
                house.gate.forget(key)
            except Repeat:
                return await _repeat(inbound, house)
    raise Conflict(f"conversation {inbound.channel}/{inbound.sender} is too busy; send the message again.")


async def _take(inbound: Inbound, house: House) -> Taken:
    trace, now, turn_id = Trace(), house.clock(), turn_id_of(inbound)
    with trace.stage("recall", f"{inbound.channel}/{inbound.sender}") as out:
        talk = await _recall(inbound, house)
        if inbound.external_id in talk.heard:
            raise Repeat
        foreseen = await _foreseen(talk, inbound, house)
        out.append(f"conversation {talk.id} at {talk.version}")
    with trace.stage("guard", f"{len(inbound.text)} characters") as out:
        guarded = guard(inbound.text, house.longest_text)
        out += [guarded.masked, *sorted(guarded.flags)]
    trace.note("receive", (now - inbound.received_at).total_seconds() * 1e3, inbound.channel, guarded.masked)
    with trace.stage("understand", guarded.masked) as out:
        reading = await _read(guarded.text, talk.language if talk.version else inbound.language, house)
        out += [reading.language, *(f"{score.name} {score.probability:.2f}" for score in reading.asks[0].intents[:3])]
    work = Work(house, talk, reading, now, reference_of(turn_id, now), inbound.can_prove, foreseen)
    spans, flags = guarded.personal, tuple(sorted(guarded.flags))
    _open(inbound, work)
    received = MessageReceived(now, inbound.external_id, guarded.text, spans, flags, inbound.attachments)
    work.record(received, _understood(work, reading))
    with trace.stage("decide", reading.best.name) as out:
        met = unattended(work.talk) if house.shadow else work.talk
        decision = await consult(weigh(guarded.text, work, met), work)
        out.append(f"{name_of(decision)}: {decision.because}")
        if work.found:
            out += [f"{part.hit.article.title} {part.hit.probability:.2f}" for part in work.found.parts]
    if house.shadow:
        await draft(decision, work, trace)
    else:
        work.record(DecisionTaken(now, name_of(decision), decision.because, getattr(decision, "skill", "")))
        draw(decision, work)
        if "too_long" in guarded.flags:
            work.reply(Draft("say", "too_long", facts={"limit": house.longest_text}))
        await serve(decision, work, trace)
    return await _commit(inbound, work, trace, turn_id)


async def _read(text: str, before: Language | None, house: House) -> Reading:
    """What the reader makes of a text; one that fails has understood nothing, and the customer is asked."""
    if not text.strip():
        return Reading.unknown(text, before or house.language)
    try:
        return await house.compute(lambda: house.reader.read(text, before))
    except Exception:
        log.exception("reader failed", reader=house.reader.version)
        return Reading.unknown(text, before or house.language)


async def _foreseen(talk: Conversation, inbound: Inbound, house: House) -> Mapping[str, Fact]:
    """What is foreseen of a known customer: only read here, never worked out."""
    identity = inbound.identity or talk.identity
    return await house.foreseen(identity.customer_id) if house.foreseen and identity else {}


async def _recall(inbound: Inbound, house: House) -> Conversation:
    key = (inbound.channel, inbound.sender)
    talk = house.gate.recall(key) or await house.store.load(*key)
    return talk or Conversation(conversation_id_of(*key), *key, language=inbound.language or house.language)


def _open(inbound: Inbound, work: Work) -> None:
    if work.talk.version == 0:
        work.record(ConversationOpened(work.now, inbound.channel, inbound.sender, work.talk.language))
    proven = work.talk.identity
    if proven and proven.at and work.now - proven.at > work.house.check_holds:
        work.record(IdentityLapsed(work.now))
    if inbound.identity and inbound.identity != work.talk.identity:
        work.record(IdentityProven(work.now, inbound.identity))


def _understood(work: Work, reading: Reading) -> MessageUnderstood:
    scores, cues = reading.asks[0].intents[:3], tuple(sorted(reading.cues))
    tone = (reading.sentiment, reading.urgency, reading.anger, reading.act)
    return MessageUnderstood(work.now, reading.language, scores, reading.entities, cues, *tone, reading.reader)


async def _commit(inbound: Inbound, work: Work, trace: Trace, turn_id: str) -> Taken:
    house, replies = work.house, tuple(work.replies)
    work.record(*(Replied(work.now, reply.statements, reply.language, reply.quick_replies) for reply in replies))
    trace.note("deliver", 0.0, f"{len(replies)} replies", "outbox" if inbound.channel in house.pushes else "fetched")
    work.record(TurnTraced(work.now, trace.done()))
    talk = work.talk
    before = talk.version - len(work.events)
    leaving = partings(turn_id, work.events, talk, house)
    events, claims = tuple(work.events), tuple(work.claims)
    await house.store.commit(Commit(turn_id, inbound.external_id, work.now, talk, before, events, leaving, claims))
    house.gate.remember((inbound.channel, inbound.sender), talk)
    waiting = talk.waiting is not None
    return Taken(turn_id, talk.id, talk.version, replies, waiting=waiting, leaving=bool(leaving), events=events)


async def _repeat(inbound: Inbound, house: House) -> Taken:
    talk = await house.store.load(inbound.channel, inbound.sender)
    if talk is None:
        raise Repeat(f"message {inbound.external_id!r} was taken before, in another conversation.")
    turn_id = turn_id_of(inbound)
    events = [recorded.event for recorded in await house.store.events(talk.id) if recorded.turn_id == turn_id]
    replies = tuple(
        Outbound(event.statements, event.language, event.quick_replies)
        for event in events
        if isinstance(event, Replied)
    )
    return Taken(turn_id, talk.id, talk.version, replies, repeat=True, waiting=talk.waiting is not None)


def conversation_id_of(channel: str, sender: str) -> str:
    """The id of the conversation with a channel's sender, whether or not they ever wrote."""
    text = f"{channel}\0{sender}"
    return "c" + hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def turn_id_of(inbound: Inbound) -> str:
    """The id of the turn that a message makes: the same whenever the message comes again."""
    text = f"{inbound.channel}\0{inbound.external_id}"
    return "t" + hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
