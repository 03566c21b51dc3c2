"""The team's part of a store that forgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kefu.core.errors import BadInput, Conflict
from kefu.core.people import Invitation, Person, SignIn, key_of
from kefu.core.ports.people import Change
from kefu.core.trail import START, Deed, Entry, sealed


@dataclass  # without slots, so that a class may have another base with slots beside it
class MemoryPeople:
    """People, invitations and sign-ins by id, and the trail as a list."""

    _people: dict[str, Person] = field(default_factory=dict)
    _invited: dict[str, Invitation] = field(default_factory=dict)
    _sign_ins: dict[str, SignIn] = field(default_factory=dict)
    _trail: list[Entry] = field(default_factory=list)

    async def people(self) -> Sequence[Person]:
        """See `People`."""
        return sorted(self._people.values(), key=lambda one: key_of(one.name))

    async def person(self, person_id: str) -> Person | None:
        """See `People`."""
        return self._people.get(person_id)

    async def invitations(self) -> Sequence[Invitation]:
        """See `People`."""
        return sorted(self._invited.values(), key=lambda one: one.made_at, reverse=True)

    async def change(self, change: Change) -> None:
        """See `People`."""
        self._check(change)
        self._people |= {one.id: replace(one, version=one.version + 1) for one in change.people}
        self._invited |= {one.id: one for one in change.invitations}
        self._invited = {id_: one for id_, one in self._invited.items() if id_ not in change.withdrawn}
        kept = {
            id_: one
            for id_, one in self._sign_ins.items()
            if id_ not in change.ended and one.person_id not in change.left
        }
        self._sign_ins = kept | {one.id: one for one in change.sign_ins}
        await self.record(change.deeds, change.at)

    async def signed_in(self, digest: str) -> tuple[SignIn, Person] | None:
        """See `SignIns`."""
        found = next((one for one in self._sign_ins.values() if one.digest == digest), None)
        return (found, self._people[found.person_id]) if found else None

    async def sign_ins(self, person_id: str) -> Sequence[SignIn]:
        """See `SignIns`."""
        mine = [one for one in self._sign_ins.values() if one.person_id == person_id]
        return sorted(mine, key=lambda one: one.since, reverse=True)

    async def seen(self, sign_in_id: str, at: datetime) -> None:
        """See `SignIns`."""
        if sign_in_id in self._sign_ins:
            self._sign_ins[sign_in_id] = replace(self._sign_ins[sign_in_id], seen_at=at)

    async def record(self, deeds: Sequence[Deed], at: datetime) -> None:
        """See `Audit`."""
        for deed in deeds:
            previous = self._trail[-1].digest if self._trail else START
            self._trail.append(sealed(len(self._trail) + 1, at, deed, previous))

    async def note(self, deed: Deed, at: datetime, since: datetime) -> datetime:
        """See `Audit`."""
        key = deed.who, deed.what, deed.about
        for one in reversed(self._trail):
            if (one.deed.who, one.deed.what, one.deed.about) == key and one.at > since:
                return one.at
        await self.record([deed], at)
        return at

    async def trail(self, after: int = 0, limit: int = 500) -> Sequence[Entry]:
        """See `Audit`."""
        return self._trail[after : after + limit]

    async def latest(self, *, who: str = "", what: str = "", before: int = 0, limit: int = 100) -> Sequence[Entry]:
        """See `Audit`."""
        return [
            one
            for one in reversed(self._trail)
            if who in ("", one.deed.who) and one.deed.what.startswith(what) and (not before or one.number < before)
        ][:limit]

    def _check(self, change: Change) -> None:
        for person in change.people:
            known = self._people.get(person.id)
            if (known.version if known else 0) != person.version:
                raise Conflict("Somebody else changed this person meanwhile; load the page again.")
            theirs = frozenset[str]().union(*(other.keys for other in self._people.values() if other.id != person.id))
            for said in (person.name, person.email):
                if key_of(said) in theirs:
                    raise BadInput(f"{said!r} belongs to somebody else; choose another one.")
        if any((held := self._invited.get(one.id)) and held.used_at for one in change.invitations):
            raise Conflict("This invitation was used meanwhile.")
        before = {one.id for one in self._people.values() if one.is_owner}
        after = before - {one.id for one in change.people} | {one.id for one in change.people if one.is_owner}
        if before and not after:
            raise BadInput("There must always be one owner; make somebody else one first.")
