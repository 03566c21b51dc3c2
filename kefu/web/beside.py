"""What stands beside a conversation: who the customer is, what the records say, what else they asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kefu.app import Operator, scope_of
from kefu.core.events import Drafted, HandedOff, Replied, TicketOpened
from kefu.core.nouns import Conversation, Evidence, Language, Ticket
from kefu.core.ports.desk import Entry, View
from kefu.core.ports.store import Recorded
from kefu.web import foresight
from kefu.web.foresight import Foreseen
from kefu.web.hall import Hall
from kefu.web.screen import rows
from kefu.web.transcript import title_of

EARLIER = 5
"""How many other conversations of a customer are listed."""

SUMMARY_KEYS = ("customer", "language", "about", "known", "tone", "act")


@dataclass(frozen=True, slots=True)
class Rows:
    """What the records said when the machine looked: a title, and the rows."""

    title: str
    source: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Beside:
    """The right-hand side of a conversation."""

    talk: Conversation
    facts: tuple[tuple[str, str], ...]
    records: tuple[Rows, ...]
    tickets: tuple[Ticket, ...]
    earlier: tuple[Entry, ...]
    foreseen: Sequence[Foreseen] = ()


async def read_beside(
    hall: Hall, who: Operator, talk: Conversation, recorded: Sequence[Recorded], language: Language
) -> Beside:
    """All of it; other conversations only as far as the viewer may see them."""
    events = [one.event for one in recorded]
    handed = next((event for event in reversed(events) if isinstance(event, HandedOff)), None)
    tickets = tuple(event.ticket for event in events if isinstance(event, TicketOpened))
    said = [event for event in events if isinstance(event, Replied | Drafted)]
    evidence = [one for event in said for statement in event.statements for one in statement.evidence]
    earlier: tuple[Entry, ...] = ()
    if talk.identity:
        view = View(scope_of(who), customer_id=talk.identity.customer_id)
        page = await hall.kefu.store.inbox(view, "newest", limit=EARLIER + 1)
        earlier = tuple(entry for entry in page.entries if entry.id != talk.id)[:EARLIER]
    facts = tuple(facts_of(handed.summary)) if handed else ()
    found = await foresight.beside(hall, who, talk, language)
    return Beside(talk, facts, tuple(_records(evidence, hall, language)), tickets, earlier, found)


def _records(evidence: Sequence[Evidence], hall: Hall, language: Language) -> list[Rows]:
    """The latest rows of each query, latest first."""
    latest = {one.source: one for one in evidence if one.source.startswith("records:") and rows(one.detail)}
    return [
        Rows(title_of(one, hall.kefu.catalog, language), one.source, rows(one.detail))
        for one in reversed(latest.values())
    ]


def facts_of(summary: str) -> list[tuple[str, str]]:
    """The facts at the head of a summary; the lines after them stand in the conversation."""
    facts: list[tuple[str, str]] = []
    for line in summary.splitlines():
        key, _, value = line.partition(": ")
        if key not in SUMMARY_KEYS[len(facts) :]:
            break
        facts.append((key, value))
    return facts
