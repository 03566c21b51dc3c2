"""A conversation as those who take part in it read it: lines, not events.

Everything that customers see of a conversation goes through `read_lines`, which asks
`service.privacy` first. Rows of the records never get here, only the names of sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from kefu.app import Catalog, Viewer, may_read_conversation
from kefu.core.errors import NotFound
from kefu.core.events import (
    Closed,
    HandedBack,
    HandedOff,
    MessageReceived,
    PersonReplied,
    PersonTook,
    Rated,
    RatingAsked,
    Replied,
    Spoken,
)
from kefu.core.nouns import Attachment, Conversation, Evidence, Language, Statement
from kefu.core.ports.store import Recorded
from kefu.web.files import File, linked_file
from kefu.web.hall import Hall
from kefu.web.words import words_in


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sentence comes from, as customers may know it; `link` is empty where there is nothing to open."""

    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a reply with its sources."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation.

    `number` is its place among the conversation's events: ask for what comes after the
    highest one seen. `by` is `customer`, `machine`, `person`, or `note` for what happened
    (`text` is then empty and `note` says what: `handed_off`, `taken`, `handed_back`, `closed`,
    `rating_asked`, `rated` with its `score`).
    `id` is the customer's own id of a message; `waiting` says that the conversation is
    in people's hands from here on. On a call only what was heard is said: `cut` says that the rest of
    the line was not; where the line was told before, it comes again under a new number, and `revises` is
    the old one (with an empty text nothing of it was heard).
    `attachments` are files, each with an address that works for a while.
    """

    number: int
    by: Literal["customer", "machine", "person", "note"]
    text: str
    at: datetime
    waiting: bool
    id: str = ""
    who: str = ""
    note: str = ""
    statements: tuple[Sentence, ...] = ()
    quick_replies: tuple[str, ...] = ()
    score: int = 0
    cut: bool = False
    revises: int = 0
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines of a conversation, the number of its last event, and whether people have it."""

    messages: tuple[Line, ...]
    last: int
    waiting: bool


NOTHING = Transcript((), 0, waiting=False)


async def read_lines(hall: Hall, viewer: Viewer, conversation_id: str, after: int = 0) -> Transcript:
    """What was said after an event; nothing when nobody ever wrote.

    Raises `NotFound` when the viewer may not read the conversation: that it exists is no
    business of theirs either.
    """
    talk = await hall.kefu.store.conversation(conversation_id)
    if talk is None:
        return NOTHING
    if not may_read_conversation(viewer, talk):
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    recorded = await hall.kefu.store.events(conversation_id, after)
    told = [one for turn_id in turns_cut_late(recorded) for one in await hall.kefu.store.turn(turn_id)]
    lines = tuple(_lines(recorded, told, talk, hall, known=after > 0))
    last = recorded[-1].number if recorded else max(after, talk.version)
    return Transcript(lines, last, lines[-1].waiting if lines else talk.waiting is not None)


def cuts_of(recorded: Sequence[Recorded]) -> dict[tuple[str, str], Spoken]:
    """What was not heard to the end on a call, by the turn whose reply it was and that reply's text."""
    spoken = (one.event for one in recorded if isinstance(one.event, Spoken))
    return {(event.turn_id, event.text): event for event in spoken if event.turn_id and not event.whole}


def turns_cut_late(recorded: Sequence[Recorded]) -> set[str]:
    """The turns whose reply was told before these events, in which it turns out that not all of it was heard."""
    replies = {(one.turn_id, one.event.text) for one in recorded if isinstance(one.event, Replied | PersonReplied)}
    return {turn_id for turn_id, text in cuts_of(recorded) if (turn_id, text) not in replies}


def heard_of(sentences: Iterable[Sentence], heard: str) -> tuple[Sentence, ...]:
    """As much of some sentences as was heard, which is how they begin."""
    found, left = [], len(heard)
    for sentence in sentences:
        if left > 0:
            found.append(replace(sentence, text=sentence.text[:left]))
        left -= len(sentence.text)
    return tuple(found)


def _lines(
    recorded: Sequence[Recorded], told: Sequence[Recorded], talk: Conversation, hall: Hall, *, known: bool
) -> Iterator[Line]:
    waiting = known and _was_waiting(recorded, talk)
    cuts = cuts_of(recorded)
    for one in recorded:
        if isinstance(one.event, HandedOff | PersonTook):
            waiting = True
        elif isinstance(one.event, HandedBack | Closed):
            waiting = False
        line = _said(one, cuts, waiting, talk, hall) or _note(one, waiting)
        if line:
            yield line
        if isinstance(one.event, Spoken):
            yield from _revised(one, told, waiting, talk, hall)


def _said(
    one: Recorded, cuts: Mapping[tuple[str, str], Spoken], waiting: bool, talk: Conversation, hall: Hall
) -> Line | None:
    """A line that somebody said; None where nobody did, or nobody heard it."""
    number, event = one.number, one.event
    match event:
        case MessageReceived():
            own_id = event.external_id.removeprefix(f"{talk.sender}:")
            files = _files(event.attachments, hall)
            return Line(number, "customer", event.text, event.at, waiting, id=own_id, attachments=files)
        case Spoken(turn_id="") if event.heard:
            return Line(number, "machine", event.heard, event.at, waiting, cut=not event.whole)
        case Replied() | PersonReplied():
            cut = cuts.get((one.turn_id, event.text))
            line = _reply(number, event, waiting, hall)
            return line if cut is None else _cut(line, cut) if cut.heard else None
    return None


def _reply(number: int, event: Replied | PersonReplied, waiting: bool, hall: Hall) -> Line:
    if isinstance(event, PersonReplied):
        files = _files(event.attachments, hall)
        return Line(number, "person", event.text, event.at, waiting, who=event.who, attachments=files)
    said = tuple(sentence_of(said, hall.kefu.catalog, event.language) for said in event.statements)
    quick = event.quick_replies
    return Line(number, "machine", event.text, event.at, waiting, statements=said, quick_replies=quick)


def _cut(line: Line, spoken: Spoken) -> Line:
    return replace(line, text=spoken.heard, statements=heard_of(line.statements, spoken.heard), cut=True)


def _revised(one: Recorded, told: Sequence[Recorded], waiting: bool, talk: Conversation, hall: Hall) -> Iterator[Line]:
    """The line again, as far as it was heard, where it was told before."""
    spoken = one.event
    for before in told:
        if isinstance(spoken, Spoken) and before.turn_id == spoken.turn_id:
            line = _said(before, {}, waiting, talk, hall)
            if line and line.by != "customer" and line.text == spoken.text:
                yield replace(_cut(line, spoken), number=one.number, revises=before.number)


def _note(one: Recorded, waiting: bool) -> Line | None:
    """What happened, where the customer is told."""
    number, event = one.number, one.event
    match event:
        case HandedOff():
            return Line(number, "note", "", event.at, waiting, note="handed_off")
        case PersonTook():
            return Line(number, "note", "", event.at, waiting, note="taken", who=event.who)
        case HandedBack():
            return Line(number, "note", "", event.at, waiting, note="handed_back")
        case Closed():
            return Line(number, "note", "", event.at, waiting, note="closed")
        case RatingAsked():
            return Line(number, "note", "", event.at, waiting, note="rating_asked")
        case Rated():
            return Line(number, "note", "", event.at, waiting, note="rated", score=event.score)
    return None


def _files(attachments: Sequence[Attachment], hall: Hall) -> tuple[File, ...]:
    return tuple(linked_file(one, hall) for one in attachments)


def _was_waiting(recorded: Sequence[Recorded], talk: Conversation) -> bool:
    """Whether people had the conversation before these events, which end in its present state."""
    for one in recorded:
        if isinstance(one.event, HandedOff | HandedBack | Closed):
            return not isinstance(one.event, HandedOff)
    return talk.waiting is not None


def sentence_of(statement: Statement, catalog: Catalog, language: Language) -> Sentence:
    """A statement with its sources, each once."""
    sources = (Source(title_of(one, catalog, language), one.link) for one in statement.evidence)
    return Sentence(statement.text, tuple(dict.fromkeys(one for one in sources if one.title)))


def title_of(evidence: Evidence, catalog: Catalog, language: Language) -> str:
    """A source as customers may know it: `records:progress/my_courses` → 「您的记录 · 学习进度」.

    Empty for fixed sentences, which state no fact of their own.
    """
    kind, _, place = evidence.source.partition(":")
    name, _, query = place.partition("/")
    if kind == "knowledge":
        return words_in(language).say("sources", "article", title=evidence.title)
    skill = catalog.skills.get(name)
    if kind != "records" or skill is None:
        return ""
    personal = query in skill.queries and skill.queries[query].personal
    title = skill.title.get(language) or next(iter(skill.title.values()), name)
    return words_in(language).say("sources", "yours" if personal else "company", title=title)
