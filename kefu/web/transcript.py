"""A conversation as those who take part in it read it: lines, not events.

Everything that customers see of a conversation goes through `read_lines`, which asks
`service.privacy` first. Rows of the records never get here, only the names of sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
)
from kefu.core.nouns import Conversation, Evidence, Language, Statement
from kefu.core.ports.store import Recorded
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
    in people's hands from here on.
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
    lines = tuple(_lines(recorded, talk, hall.kefu.catalog, known=after > 0))
    last = recorded[-1].number if recorded else max(after, talk.version)
    return Transcript(lines, last, lines[-1].waiting if lines else talk.waiting is not None)


def _lines(recorded: Sequence[Recorded], talk: Conversation, catalog: Catalog, *, known: bool) -> Iterator[Line]:
    waiting = known and _was_waiting(recorded, talk)
    prefix = f"{talk.sender}:"
    for one in recorded:
        number, event = one.number, one.event
        match event:
            case MessageReceived():
                own_id = event.external_id.removeprefix(prefix)
                yield Line(number, "customer", event.text, event.at, waiting, id=own_id)
            case Replied():
                statements = tuple(sentence_of(said, catalog, event.language) for said in event.statements)
                quick = event.quick_replies
                yield Line(number, "machine", event.text, event.at, waiting, statements=statements, quick_replies=quick)
            case PersonReplied():
                yield Line(number, "person", event.text, event.at, waiting, who=event.who)
            case HandedOff():
                waiting = True
                yield Line(number, "note", "", event.at, waiting, note="handed_off")
            case PersonTook():
                waiting = True
                yield Line(number, "note", "", event.at, waiting, note="taken", who=event.who)
            case HandedBack():
                waiting = False
                yield Line(number, "note", "", event.at, waiting, note="handed_back")
            case Closed():
                waiting = False
                yield Line(number, "note", "", event.at, waiting, note="closed")
            case RatingAsked():
                yield Line(number, "note", "", event.at, waiting, note="rating_asked")
            case Rated():
                yield Line(number, "note", "", event.at, waiting, note="rated", score=event.score)


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
