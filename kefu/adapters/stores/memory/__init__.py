"""A store that forgets when the process ends: for tests, rehearsals and trials."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from kefu.adapters.stores.memory.attachments import MemoryAttachments
from kefu.adapters.stores.memory.desk import Shelf, calls_of, cases_of, entry_of, is_seen, is_within, page_of
from kefu.adapters.stores.memory.extracts import Extracted
from kefu.adapters.stores.memory.facts import Facts
from kefu.adapters.stores.memory.foresight import MemoryForesight
from kefu.adapters.stores.memory.library import MemoryLibrary
from kefu.adapters.stores.memory.mining import MemoryMining
from kefu.adapters.stores.memory.past import MemoryPast
from kefu.adapters.stores.memory.people import MemoryPeople
from kefu.core.errors import Conflict, Repeat
from kefu.core.events import DrawnForReview, Event, Judged, PersonReplied, QuestionLeft, QuestionSettled
from kefu.core.nouns import Conversation
from kefu.core.ports.calls import Call
from kefu.core.ports.desk import MOST_COUNTED, Entry, Line, Order, Page, Scope, TicketPage, View
from kefu.core.ports.extracts import Count, Extract, ExtractPage, Message, Sought, Trait
from kefu.core.ports.questions import Exchange, ExchangeState, Left
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Commit, Due, Memory, Parting, Recorded, Review, Settled, Summary
from kefu.core.ports.tools import Kind, Tool


@dataclass(slots=True)
class Slip:
    """A parting with what became of it."""

    parting: Parting
    conversation_id: str
    turn_id: str
    due_at: datetime
    attempts: int = 0
    leased_until: datetime | None = None
    state: Literal["due", "done", "dead"] = "due"


@dataclass(slots=True)
class MemoryStore(MemoryLibrary, MemoryPeople, MemoryAttachments, MemoryMining, MemoryForesight, MemoryPast):
    """Keeps everything in dictionaries; each method runs without a pause, so it is atomic."""

    _talks: dict[str, Conversation] = field(default_factory=dict)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _updated: dict[str, datetime] = field(default_factory=dict)
    _taken: dict[tuple[str, str], str] = field(default_factory=dict)
    _claims: dict[str, str] = field(default_factory=dict)
    _turns: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _slips: dict[str, Slip] = field(default_factory=dict)
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _position: int = 0
    _opened: dict[str, datetime] = field(default_factory=dict)
    _shelf: Shelf = field(default_factory=Shelf)
    _tools: dict[str, Tool] = field(default_factory=dict)
    _facts: Facts = field(default_factory=Facts)
    _extracted: Extracted = field(default_factory=Extracted)

    async def load(self, channel: str, sender: str) -> Conversation | None:
        """See `Store`."""
        return self._talks.get(self._ids.get((channel, sender), ""))

    async def commit(self, commit: Commit) -> None:
        """See `Store`."""
        talk = commit.conversation
        message = (talk.channel, commit.external_id)
        if commit.external_id and message in self._taken:
            raise Repeat
        stored = self._talks.get(talk.id)
        if (stored.version if stored else 0) != commit.expected or any(
            claim in self._claims for claim in commit.claims
        ):
            raise Conflict
        if commit.external_id:
            self._taken[message] = talk.id
        self._claims |= dict.fromkeys(commit.claims, commit.turn_id)
        self._talks[talk.id] = talk
        self._ids[talk.channel, talk.sender] = talk.id
        self._updated[talk.id] = commit.at
        self._opened.setdefault(talk.id, commit.at)
        self._turns[commit.turn_id] = (talk.id, commit.at)
        for number, event in enumerate(commit.events, start=commit.expected + 1):
            self._position += 1
            self._log.append(Recorded(self._position, talk.id, number, commit.turn_id, event))
            if isinstance(event, QuestionSettled) and event.turn_id in self._exchanges:
                self._exchanges[event.turn_id] = replace(self._exchanges[event.turn_id], state="settled")
        self._follow_attachments(commit.events)
        for parting in commit.partings:
            self._slips[parting.id] = Slip(parting, talk.id, commit.turn_id, commit.at)

    async def events(self, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
        """See `Store`."""
        return [one for one in self._log if one.conversation_id == conversation_id and one.number > after]

    async def claimed(self, prefix: str) -> int:
        """See `Store`."""
        return sum(claim.startswith(prefix) for claim in self._claims)

    async def erase(self, conversation_id: str) -> int:
        """See `Store`."""
        self._erase_attachments(conversation_id)
        talk = self._talks.pop(conversation_id, None)
        if talk is None:
            return 0
        self._erase_foresight(conversation_id, talk.identity.customer_id if talk.identity else conversation_id)
        del self._ids[talk.channel, talk.sender]
        self._shelf.erase(conversation_id)
        self._facts.erase(conversation_id)
        self._erase_mined(conversation_id)
        self._extracted.erase(conversation_id)
        turns = {turn for turn, (owner, _) in self._turns.items() if owner == conversation_id}
        kept = [one for one in self._log if one.conversation_id != conversation_id]
        gone = len(self._log) - len(kept)
        self._log = kept
        self._taken = {message: owner for message, owner in self._taken.items() if owner != conversation_id}
        self._turns = {turn: value for turn, value in self._turns.items() if turn not in turns}
        self._slips = {id_: slip for id_, slip in self._slips.items() if slip.conversation_id != conversation_id}
        self._claims = {claim: turn for claim, turn in self._claims.items() if turn not in turns}
        self._exchanges = {turn: one for turn, one in self._exchanges.items() if turn not in turns}
        return gone

    async def take(self, now: datetime, limit: int, lease_s: float) -> Sequence[Due]:
        """See `Outbox`."""
        busy: set[str] = set()
        taken: list[Due] = []
        for slip in self._slips.values():
            if slip.state != "due" or slip.conversation_id in busy:
                continue
            busy.add(slip.conversation_id)
            if slip.due_at <= now and (slip.leased_until is None or slip.leased_until <= now) and len(taken) < limit:
                slip.leased_until = now + timedelta(seconds=lease_s)
                taken.append(_due(slip))
        return taken

    async def settle(self, settled: Sequence[Settled], now: datetime) -> None:
        """See `Outbox`."""
        del now
        for one in settled:
            slip = self._slips.get(one.id)
            if slip is None:
                continue
            slip.attempts += 1
            slip.leased_until = None
            if not one.error:
                slip.state = "done"
            elif one.retry_at is None:
                slip.state = "dead"
            else:
                slip.due_at = one.retry_at

    async def dead(self, limit: int = 100) -> Sequence[Due]:
        """See `Outbox`."""
        return [_due(slip) for slip in reversed(self._slips.values()) if slip.state == "dead"][:limit]

    async def revive(self, ids: Sequence[str], now: datetime) -> int:
        """See `Outbox`."""
        slips = [slip for id_ in ids if (slip := self._slips.get(id_)) and slip.state == "dead"]
        for slip in slips:
            slip.state, slip.attempts, slip.due_at = "due", 0, now
        return len(slips)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """See `Archive`."""
        return self._talks.get(conversation_id)

    async def summaries(self, *, waiting: bool = False, customer_id: str = "", limit: int = 50) -> Sequence[Summary]:
        """See `Archive`."""
        found = [
            self._summary(talk)
            for talk in self._talks.values()
            if (not waiting or talk.waiting)
            and (not customer_id or (talk.identity and talk.identity.customer_id == customer_id))
        ]
        if waiting:
            return sorted(found, key=lambda one: one.waiting_since or one.updated_at)[:limit]
        return sorted(found, key=lambda one: one.updated_at, reverse=True)[:limit]

    async def turn(self, turn_id: str) -> Sequence[Recorded]:
        """See `Archive`."""
        return [one for one in self._log if one.turn_id == turn_id]

    async def turns(self, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        """See `Archive`."""
        latest = list(self._turns.items())[::-1][:limit]
        return [(turn, owner, at) for turn, (owner, at) in latest]

    async def reviews(self, *, judged: bool, limit: int = 1_000_000) -> Sequence[Review]:
        """See `Reviews`."""
        verdicts = {one.event.turn_id: one.event for one in self._log if isinstance(one.event, Judged)}
        found = []
        for one in reversed(self._log):
            if isinstance(one.event, DrawnForReview):
                drawn, verdict = one.event, verdicts.get(one.turn_id)
                review = Review(one.turn_id, one.conversation_id, drawn.at, drawn.intent, drawn.score, drawn.reader)
                found.append(replace(review, right=verdict.right, who=verdict.who) if verdict else review)
        return [one for one in found if (one.right is not None) is judged][:limit]

    async def questions(self, limit: int = 2_000) -> Sequence[Left]:
        """See `Questions`."""
        left: dict[str, Left] = {}
        for one in self._log:
            event, owner = one.event, one.conversation_id
            if isinstance(event, QuestionLeft):
                about = (event.text, event.language, event.probability)
                left[one.turn_id] = Left(one.turn_id, owner, event.at, *about)
            elif isinstance(event, PersonReplied):
                for turn_id, known in left.items():
                    if known.conversation_id == owner and not known.answer:
                        left[turn_id] = replace(known, answer=event.text, who=event.who)
            elif isinstance(event, QuestionSettled):
                left.pop(event.turn_id, None)
        return list(reversed(left.values()))[:limit]

    async def gather(self, exchanges: Sequence[Exchange]) -> None:
        """See `Questions`."""
        for one in exchanges:
            known = self._exchanges.get(one.reply.turn_id)
            if one.reply.turn_id in self._turns and (known is None or known.state != "settled"):
                self._exchanges[one.reply.turn_id] = one

    async def exchanges(self, state: ExchangeState, limit: int = 2_000) -> Sequence[Exchange]:
        """See `Questions`."""
        found = sorted(
            (one for one in self._exchanges.values() if one.state == state),
            key=lambda one: one.reply.position,
            reverse=state != "waiting",
        )
        return found[:limit]

    async def inbox(self, view: View, order: Order = "waiting", after: str = "", limit: int = 25) -> Page:
        """See `Desk`."""
        return page_of(await self._entries(view), order, after, limit)

    async def tally(self, views: Sequence[View]) -> Sequence[int]:
        """See `Desk`."""
        return [min(len(await self._entries(view)), MOST_COUNTED) for view in views]

    async def tickets(self, view: View, number: str = "", after: str = "", limit: int = 25) -> TicketPage:
        """See `Desk`."""
        return cases_of(self._log, {entry.id: entry for entry in await self._entries(view)}, number, after, limit)

    async def calls(self, scope: Scope, before: int = 0, limit: int = 25, *, under_way: bool = False) -> Sequence[Call]:
        """See `Calls`."""
        seen = {talk.id: talk for talk in self._talks.values() if is_seen(scope, talk)}
        found = calls_of(self._log, seen, under_way=under_way)
        return [call for call in found if not before or call.position < before][:limit]

    async def attend(self, person: str, at: datetime, *, here: bool) -> None:
        """See `Attendance`."""
        self._shelf.here.pop(person, None)
        if here:
            self._shelf.here[person] = at

    async def here(self) -> Mapping[str, datetime]:
        """See `Attendance`."""
        return dict(self._shelf.here)

    async def search(self, words: Sequence[str], scope: Scope, limit: int = 30) -> Sequence[Line]:
        """See `Desk`."""
        found = [
            line
            for line, known in reversed(self._shelf.lines)
            if words and known.issuperset(words) and is_seen(scope, self._talks[line.conversation_id])
        ]
        return found[:limit]

    async def happened(
        self, after: int = 0, limit: int = 1000, kinds: Collection[type[Event]] = ()
    ) -> Sequence[Recorded]:
        """See `Log`."""
        behind = (one for one in self._log if one.position > after)
        return [one for one in behind if not kinds or type(one.event) in kinds][:limit]

    async def head(self) -> int:
        """See `Log`."""
        return self._log[-1].position if self._log else 0

    async def bookmark(self, name: str) -> int:
        """See `Log`."""
        return self._shelf.bookmarks.get(name, 0)

    async def turn_to(self, name: str, after: int, position: int) -> bool:
        """See `Log`."""
        return self._shelf.turn_to(name, after, position)

    async def index(self, lines: Sequence[tuple[Line, str]], name: str, after: int, position: int) -> bool:
        """See `Log`."""
        if not self._shelf.turn_to(name, after, position):
            return False
        there = [(line, frozenset(words.split())) for line, words in lines if line.conversation_id in self._talks]
        self._shelf.lines += there
        return True

    async def tools(self, kind: Kind) -> Sequence[Tool]:
        """See `Tools`."""
        return sorted((tool for tool in self._tools.values() if tool.kind == kind), key=lambda one: (one.name, one.id))

    async def keep_tool(self, tool: Tool) -> None:
        """See `Tools`."""
        self._tools[tool.id] = tool

    async def drop_tool(self, tool_id: str) -> bool:
        """See `Tools`."""
        return self._tools.pop(tool_id, None) is not None

    async def keep_facts(self, found: Sequence[Fact], name: str, after: int, position: int) -> bool:
        """See `Reports`."""
        if not self._shelf.turn_to(name, after, position):
            return False
        self._facts.keep(found, self._talks)
        return True

    async def latest_facts(self, conversation_ids: Collection[str]) -> Mapping[str, Fact]:
        """See `Reports`."""
        return self._facts.latest(conversation_ids)

    async def facts(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Fact]:
        """See `Reports`."""
        found = self._facts.between(since, until)
        return [fact for fact in found if is_seen(scope, self._talks[fact.conversation_id])]

    async def keep_extracts(
        self, found: Mapping[Message, Sequence[Extract]], name: str, after: int, position: int
    ) -> bool:
        """See `Extracts`."""
        if not self._shelf.turn_to(name, after, position):
            return False
        self._extracted.keep(found, self._talks)
        return True

    async def extracts(self, sought: Sought, after: str = "", limit: int = 50) -> ExtractPage:
        """See `Extracts`."""
        return self._extracted.page(sought, self._talks, after, limit)

    async def count_extracts(self, sought: Sought, by: Sequence[Trait], limit: int = 1000) -> Sequence[Count]:
        """See `Extracts`."""
        return self._extracted.count(sought, self._talks, by, limit)

    async def judged_messages(self) -> Sequence[Message]:
        """See `Extracts`."""
        return self._extracted.judged()

    def _there(self) -> tuple[Mapping[str, Conversation], Shelf]:
        return self._talks, self._shelf

    async def _entries(self, view: View) -> list[Entry]:
        to_review = frozenset(one.conversation_id for one in await self.reviews(judged=False))
        seen = (talk for talk in self._talks.values() if is_seen(view.scope, talk))
        entries = (entry_of(talk, self._opened[talk.id], self._updated[talk.id]) for talk in seen)
        return [entry for entry in entries if is_within(view, entry, self._log, to_review)]

    async def counts(self) -> Mapping[str, int]:
        """See `Archive`."""
        states = [slip.state for slip in self._slips.values()]
        return {
            "conversations": len(self._talks),
            "turns": len(self._turns),
            "events": len(self._log),
            "due": states.count("due"),
            "dead": states.count("dead"),
            "waiting": sum(talk.waiting is not None for talk in self._talks.values()),
        }

    def _summary(self, talk: Conversation) -> Summary:
        return Summary(
            id=talk.id,
            channel=talk.channel,
            sender=talk.sender,
            customer_id=talk.identity.customer_id if talk.identity else "",
            updated_at=self._updated[talk.id],
            waiting_since=talk.waiting.since if talk.waiting else None,
            waiting_reason=talk.waiting.reason if talk.waiting else "",
            last_line=talk.recent[-1].text if talk.recent else "",
        )


def _due(slip: Slip) -> Due:
    return Due(slip.parting, slip.conversation_id, slip.turn_id, slip.attempts)


@asynccontextmanager
async def open_store(settings: Mapping[str, object]) -> AsyncIterator[Memory]:
    """Open an empty store; it has no settings."""
    del settings
    yield MemoryStore()
