"""What leaves the house after a commit: pushed replies, promised writes, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from kefu.core.events import (
    EffectPromised,
    Escalated,
    Event,
    HandedOff,
    PersonReplied,
    Replied,
    TargetMissed,
    TargetNear,
    TicketOpened,
)
from kefu.core.nouns import Attachment, Conversation
from kefu.core.ports.channel import Parcel
from kefu.core.ports.store import Parting
from kefu.service.turn.house import House


def partings(turn_id: str, events: Sequence[Event], talk: Conversation, house: House) -> tuple[Parting, ...]:
    """The outbox rows of a turn, in the order of its events; writes go before words."""
    first = talk.version - len(events) + 1
    leaving: list[Parting] = []
    for number, event in enumerate(events, start=first):
        key = f"{turn_id}.{number}"
        match event:
            case EffectPromised():
                records = house.catalog.skills[event.effect.skill].records
                leaving.append(Parting(key, "effect", records, asdict(event.effect)))
            case Replied() | PersonReplied() if talk.channel in house.pushes:
                leaving.append(Parting(key, "message", talk.channel, asdict(_parcel(key, number, event, talk, house))))
            case HandedOff() | TicketOpened() | TargetNear() | TargetMissed() | Escalated():
                body = {"kind": type(event).__name__, "conversation_id": talk.id, "turn_id": turn_id}
                leaving += [Parting(f"{key}.{who}", "notice", who, body) for who in house.notify]
    return tuple(leaving)


def _parcel(key: str, number: int, event: Replied | PersonReplied, talk: Conversation, house: House) -> Parcel:
    if isinstance(event, PersonReplied):
        text = "\n".join(filter(None, (event.text, *(_linked(one, event.at, house) for one in event.attachments))))
        return Parcel(key, talk.id, talk.sender, number, text, talk.language)
    sources = tuple(dict.fromkeys(e.source for statement in event.statements for e in statement.evidence))
    return Parcel(key, talk.id, talk.sender, number, event.text, event.language, event.quick_replies, sources)


def _linked(attachment: Attachment, now: datetime, house: House) -> str:
    """A file as a channel says it that carries text alone."""
    return f"{attachment.name}: {house.link(attachment, now)}" if house.link else attachment.name
