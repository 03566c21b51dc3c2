"""What messages name, as rows with their evidence: by readers, models and colleagues. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from kefu.core.dates import days_of
from kefu.core.errors import BadInput
from kefu.core.events import MessageReceived, MessageUnderstood, SpanJudged
from kefu.core.nouns import Entity, Language, Span
from kefu.core.ports.extracts import Extract
from kefu.core.ports.store import Recorded

LONGEST_VALUE = 256
LONGEST_KIND = 64
ANSWERS = frozenset(("last_four",))
"""Kinds of the readers that prove who somebody is: nothing to count, and nothing to keep twice."""


@dataclass(frozen=True, slots=True)
class Message:
    """A customer's message: where it stands, what was read of it, and what colleagues said of it since, in order."""

    conversation_id: str
    number: int
    turn_id: str
    channel: str
    language: Language
    said: MessageReceived
    understood: MessageUnderstood | None = None
    judged: tuple[SpanJudged, ...] = ()


def message_of(recorded: Sequence[Recorded], number: int, channel: str, language: Language) -> Message | None:
    """The message with this event number, from events of its conversation; None where that is no message."""
    mine = next((one for one in recorded if one.number == number), None)
    if mine is None or not isinstance(mine.event, MessageReceived):
        return None
    turn = [one.event for one in recorded if one.turn_id == mine.turn_id]
    understood = next((event for event in turn if isinstance(event, MessageUnderstood)), None)
    judged = tuple(one.event for one in recorded if isinstance(one.event, SpanJudged) and one.event.number == number)
    spoken = understood.language if understood else language
    return Message(mine.conversation_id, number, mine.turn_id, channel, spoken, mine.event, understood, judged)


def extracts_of(message: Message, found: Sequence[Entity], maker: str, zone: tzinfo) -> list[Extract]:
    """What a message names: a colleague's word stands before a model's finds, these before the reader's.

    `found` is what a model found, `maker` its version. A find that is just one of the reader's has its value.
    """
    read = [one for one in message.understood.entities if one.kind not in ANSWERS] if message.understood else []
    reader = message.understood.reader if message.understood else ""
    judged = _standing(message.judged)
    rows: list[Extract] = []
    for one in judged:
        text = message.said.text[one.start : one.end]
        if text:
            entity = Entity(one.kind or "", text, None, one.start, one.end)
            rows.append(_row(message, entity, "", zone, one.who))
    for entities, version in ((found, maker), (read, reader)):
        for entity in entities:
            if entity.start < entity.end and not any(entity.start < row.end and row.start < entity.end for row in rows):
                rows.append(_row(message, entity, version, zone))
    return sorted(rows, key=lambda row: row.start)


def value_of(entity: Entity, today: date) -> str:
    """The normal form by which an entity is counted; `today` is the day on which it was said."""
    value = entity.value
    if value is None or value == entity.text:
        return " ".join(entity.text.casefold().split())
    parts = str(value).split("/")
    if entity.kind == "money":
        return "/".join(f"{int(part) / 100:.2f} {entity.unit}".strip() if _is_whole(part) else part for part in parts)
    if entity.kind == "date":
        try:
            first, last = days_of(str(value), today)
        except BadInput:
            return str(value)
        return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"
    return f"{value} {entity.unit}".strip()


def masked(text: str, personal: Sequence[Span], start: int, end: int) -> str:
    """`text[start:end]` with what is personal replaced by its kind."""
    out, at = [], start
    for span in personal:
        if span.end > at and span.start < end:
            out += [text[at : max(at, span.start)], f"[{span.kind}]"]
            at = span.end
    return "".join([*out, text[at:end]])


def _standing(judged: Sequence[SpanJudged]) -> list[SpanJudged]:
    """What holds of what colleagues said: the last word on each stretch."""
    kept: list[SpanJudged] = []
    for one in judged:
        kept = [other for other in kept if other.end <= one.start or one.end <= other.start]
        if one.kind is not None:
            kept.append(one)
    return kept


def _row(message: Message, entity: Entity, maker: str, zone: tzinfo, who: str = "") -> Extract:
    said = message.said
    at = said.at.astimezone(zone)
    text = masked(said.text, said.personal, entity.start, entity.end)
    read = message.understood.entities if message.understood else ()
    twin = next((one for one in read if (one.start, one.end) == (entity.start, entity.end)), entity)
    is_masked = text != said.text[entity.start : entity.end]
    value = text if is_masked else value_of(twin, at.date())
    return Extract(
        conversation_id=message.conversation_id,
        number=message.number,
        start=entity.start,
        end=entity.end,
        turn_id=message.turn_id,
        at=said.at,
        day=at.date(),
        channel=message.channel,
        language=message.language,
        kind=entity.kind[:LONGEST_KIND],
        text=text,
        value=value[:LONGEST_VALUE],
        probability=1.0 if who else round(entity.score, 4),
        maker=maker,
        who=who,
    )


def _is_whole(text: str) -> bool:
    return text.lstrip("-").isdigit()
