"""The desk in memory: the same lists, counts and search as on a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kefu.core.errors import BadInput
from kefu.core.events import CallBegan, CallEnded, Noted, TicketOpened
from kefu.core.nouns import Conversation
from kefu.core.ports.calls import Call
from kefu.core.ports.desk import Entry, Line, Order, Page, Scope, TicketEntry, TicketPage, View
from kefu.core.ports.store import Recorded

NEVER = datetime.max.replace(tzinfo=UTC)
KEYS: Mapping[Order, Callable[[Entry], Any]] = {
    "waiting": lambda entry: (entry.waits_since or NEVER).timestamp(),
    "newest": lambda entry: -entry.updated_at.timestamp(),
    "due": lambda entry: (entry.due[1] if entry.due else NEVER).timestamp(),
}


@dataclass(slots=True)
class Shelf:
    """Followers' places, lines with their words, and who is there."""

    bookmarks: dict[str, int] = field(default_factory=dict)
    lines: list[tuple[Line, frozenset[str]]] = field(default_factory=list)
    here: dict[str, datetime] = field(default_factory=dict)

    def turn_to(self, name: str, after: int, position: int) -> bool:
        """Keep a follower's place, unless another was there."""
        if self.bookmarks.get(name, 0) != after:
            return False
        self.bookmarks[name] = position
        return True

    def erase(self, conversation_id: str) -> None:
        """Forget a conversation's lines."""
        self.lines = [one for one in self.lines if one[0].conversation_id != conversation_id]


def page_of(entries: Iterable[Entry], order: Order, after: str, limit: int) -> Page:
    """A part of a list; `after` is the id that the part before ended with."""
    ranked = sorted(entries, key=lambda entry: (KEYS[order](entry), entry.id))
    ids = [entry.id for entry in ranked]
    if after and after not in ids:
        raise BadInput(f"{after!r} is no place in this list; take `next` of the page before.")
    rest = ranked[ids.index(after) + 1 if after else 0 :]
    return Page(tuple(rest[:limit]), rest[limit - 1].id if len(rest) > limit else "")


def is_seen(scope: Scope, talk: Conversation) -> bool:
    """Whether a conversation is within a scope."""
    work = talk.work
    return scope.teams is None or work.team in {"", *scope.teams} or bool(work.person and work.person == scope.person)


def is_within(view: View, entry: Entry, log: Iterable[Recorded], to_review: frozenset[str]) -> bool:
    """Whether an entry belongs to a view (its scope aside)."""
    wanted = (view.person, view.team, view.channel, view.language, view.priority, view.customer_id)
    has = (entry.person, entry.team, entry.channel, entry.language, entry.priority, entry.customer_id)
    return (
        all(want is None or want == value for want, value in zip(wanted, has, strict=True))
        and (not view.status or entry.status in view.status)
        and (view.since is None or entry.updated_at >= view.since)
        and (view.ids is None or entry.id in view.ids)
        and (view.due_by is None or (entry.due is not None and entry.due[1] <= view.due_by))
        and (view.wakes_by is None or (entry.snoozed_until is not None and entry.snoozed_until <= view.wakes_by))
        and (view.tag is None or view.tag in entry.tags)
        and (view.mentions is None or _is_mentioned(view.mentions, entry.id, log))
        and (not view.to_review or entry.id in to_review)
    )


def cases_of(log: Iterable[Recorded], entries: Mapping[str, Entry], number: str, after: str, limit: int) -> TicketPage:
    """A part of the tickets; `after` is the number that the part before ended with."""
    cases = [
        TicketEntry(ticket.number, ticket.kind, ticket.urgency, ticket.text, one.event.at, entries[one.conversation_id])
        for one in log
        if isinstance(one.event, TicketOpened) and one.conversation_id in entries
        if (ticket := one.event.ticket).number.startswith(number)
    ]
    cases.sort(key=lambda case: (-case.opened_at.timestamp(), case.number))
    numbers = [case.number for case in cases]
    if after and after not in numbers:
        raise BadInput(f"{after!r} is no place in this list; take `next` of the page before.")
    rest = cases[numbers.index(after) + 1 if after else 0 :]
    return TicketPage(tuple(rest[:limit]), rest[limit - 1].number if len(rest) > limit else "")


def calls_of(log: Sequence[Recorded], talks: Mapping[str, Conversation], *, under_way: bool) -> Sequence[Call]:
    """The calls of some conversations, the latest first; all, or those under way."""
    ends = {(one.conversation_id, one.event.call_id): one.event for one in log if isinstance(one.event, CallEnded)}
    over = {one.conversation_id: one.number for one in log if isinstance(one.event, CallEnded)} if under_way else {}
    return [
        Call(
            one.position,
            talk.id,
            one.number,
            talk.identity.customer_id if talk.identity else "",
            one.event,
            ends.get((talk.id, one.event.call_id)),
        )
        for one in reversed(log)
        if isinstance(one.event, CallBegan) and (talk := talks.get(one.conversation_id))
        if one.number > over.get(talk.id, 0)
    ]


def entry_of(talk: Conversation, opened_at: datetime, updated_at: datetime) -> Entry:
    """A state as lists show it."""
    work = talk.work
    return Entry(
        id=talk.id,
        channel=talk.channel,
        sender=talk.sender,
        customer_id=talk.identity.customer_id if talk.identity else "",
        language=talk.language,
        status=talk.status,
        person=work.person,
        team=work.team,
        priority=work.priority,
        tags=work.tags,
        anger=talk.anger,
        last_by=work.last_by,
        last_line=talk.recent[-1].text if talk.recent else "",
        opened_at=opened_at,
        updated_at=updated_at,
        waits_since=talk.waits_since,
        waiting_reason=talk.waiting.reason if talk.waiting else "",
        due=work.ends,
        snoozed_until=work.snoozed_until,
        version=talk.version,
    )


def _is_mentioned(who: str, conversation_id: str, log: Iterable[Recorded]) -> bool:
    return any(
        one.conversation_id == conversation_id and isinstance(one.event, Noted) and who in one.event.mentions
        for one in log
    )
