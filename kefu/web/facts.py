"""What messages name, for the API and for the desk's page alike, within what a viewer may see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from kefu.adapters.files.sheet import Cell
from kefu.app import Operator, scope_of
from kefu.app.export import MEDIA, write_table
from kefu.app.extraction.following import MOST_AT_ONCE
from kefu.app.extraction.models import Card, extractors_of
from kefu.core.errors import BadInput, ModelMissing, NotFound
from kefu.core.events import MessageReceived
from kefu.core.ports.extracts import Count, Extract, ExtractPage, Sought, Trait
from kefu.service.desk.deeds import JudgeSpan
from kefu.service.insight.extracts import masked
from kefu.web.gate import require
from kefu.web.hall import Hall
from kefu.web.inbox import act
from kefu.web.reports import read_period
from kefu.web.staff import named, talk_of

TRAITS: Mapping[str, Trait] = {name: name for name in ("kind", "value", "channel", "language", "day")}
MOST_EXPORTED = 20_000
"""Rows of a table; a longer one is cut here."""

PART = 1000
COLUMNS = (
    "day", "at", "kind", "value", "text", "sentence", "probability", "channel", "language", "conversation_id",
    "number", "start", "end", "maker", "who",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """The message that an extract stands in, cut before and after it, with personal data masked."""

    before: str
    there: str
    after: str


def read_sought(hall: Hall, who: Operator, query: Mapping[str, str]) -> Sought:
    """The question in an address; raises `BadInput` where it can't be read."""
    period = read_period(hall, query)
    wanted = {name: query.get(name, "") for name in ("kind", "value", "channel", "language")}
    return Sought(scope_of(who), since=period.since, until=period.until, **wanted)


async def list_facts(hall: Hall, who: Operator, sought: Sought, after: str = "", limit: int = 50) -> ExtractPage:
    """A part of the extracts, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.store.extracts(sought, after, limit)


async def count_facts(
    hall: Hall, who: Operator, sought: Sought, by: Sequence[Trait], limit: int = 1000
) -> Sequence[Count]:
    """Counts by traits, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.store.count_extracts(sought, by, limit)


async def catch_up(hall: Hall) -> bool:
    """Take in what happened last; whether that is all of it."""
    return await hall.kefu.extraction.catch_up(MOST_AT_ONCE)


def model_of(hall: Hall, who: Operator) -> Card | None:
    """What the company's own model says of itself; None where none is served."""
    require(who, "read_reports")
    extractors = extractors_of(hall.kefu.config)
    served = extractors.served()
    try:
        return extractors.card(served[0]) if served else None
    except ModelMissing:
        return None


async def sentences_of(hall: Hall, who: Operator, found: Sequence[Extract]) -> list[Sentence]:
    """The sentence around each extract."""
    require(who, "read_reports")
    turns = {turn_id: await hall.kefu.store.turn(turn_id) for turn_id in dict.fromkeys(one.turn_id for one in found)}
    read: list[Sentence] = []
    for one in found:
        said = next((event.event for event in turns[one.turn_id] if event.number == one.number), None)
        if isinstance(said, MessageReceived):
            text, personal, end = said.text, said.personal, len(said.text)
            stretches = ((0, one.start), (one.start, one.end), (one.end, end))
            before, there, after = (masked(text, personal, *stretch) for stretch in stretches)
            read.append(Sentence(before, there, after))
        else:
            read.append(Sentence("", one.text, ""))
    return read


async def judge_span(hall: Hall, who: Operator, conversation_id: str, wish: JudgeSpan) -> None:
    """Say what stands somewhere in a message; raises `NotFound`, `NotAllowed`, `BadInput`."""
    require(who, "edit_training")
    await act(hall, who, conversation_id, [wish], named(who, ""))
    await hall.kefu.extraction.catch_up()


async def mark_text(hall: Hall, who: Operator, place: tuple[str, int, int], text: str, kind: str) -> JudgeSpan:
    """Say what words of a message are: those nearest to a place (conversation, number, start); what was said.

    Raises `BadInput` where the message has no such words.
    """
    conversation_id, number, near = place
    await talk_of(hall, who, conversation_id)
    later = await hall.kefu.store.events(conversation_id, number - 1)
    said = later[0].event if later else None
    if not isinstance(said, MessageReceived):
        raise NotFound(f"Event {number} of {conversation_id!r} is no message of a customer.")
    starts = [at for at in range(len(said.text)) if text and said.text.startswith(text, at)]
    if not starts or not kind:
        raise BadInput(f"The message does not say {text!r}, or nothing is said of it; copy the words from it.")
    start = min(starts, key=lambda at: abs(at - near))
    wish = JudgeSpan(number, start, start + len(text), kind)
    await judge_span(hall, who, conversation_id, wish)
    return wish


async def as_table(hall: Hall, who: Operator, sought: Sought, kind: str) -> Response:
    """Extracts as a file, latest first, at most `MOST_EXPORTED`."""
    rows: list[Sequence[Cell]] = [COLUMNS]
    after = ""
    while len(rows) <= MOST_EXPORTED:
        page = await list_facts(hall, who, sought, after, PART)
        sentences = await sentences_of(hall, who, page.entries)
        rows += [_row(hall, one, sentence) for one, sentence in zip(page.entries, sentences, strict=True)]
        after = page.next
        if not after:
            break
    content = await asyncio.to_thread(write_table, "facts", rows, kind)
    headers = {"Content-Disposition": f'attachment; filename="facts.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


def days_between(sought: Sought) -> list[str]:
    """The days that are sought, as counts name them."""
    if sought.since is None or sought.until is None:
        return []
    return [(sought.since + timedelta(days=at)).isoformat() for at in range((sought.until - sought.since).days + 1)]


def _row(hall: Hall, one: Extract, sentence: Sentence) -> Sequence[Cell]:
    values = one._asdict() | {
        "at": one.at.astimezone(hall.kefu.config.zone),
        "sentence": sentence.before + sentence.there + sentence.after,
    }
    return [values[name] for name in COLUMNS]
