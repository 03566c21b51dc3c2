"""The team on a database: people, invitations, sign-ins, and the audit trail."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from kefu.adapters.sql.codec import encode, from_micros, to_micros
from kefu.adapters.sql.tables import audit, invitations, people, sign_ins
from kefu.adapters.sql.writer import Writer
from kefu.core.errors import BadInput, Conflict
from kefu.core.people import Invitation, Person, SignIn, key_of
from kefu.core.ports.people import Change
from kefu.core.trail import START, Deed, Entry, sealed

T = TypeVar("T")

_person = msgspec.json.Decoder(Person)
_invitation = msgspec.json.Decoder(Invitation)


class SqlPeople(ABC):
    """The faces `People`, `SignIns` and `Audit` of a store."""

    _writer: Writer

    @abstractmethod
    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Let a thread read the database."""

    async def people(self) -> Sequence[Person]:
        """See `People`."""
        query = select(people.c.state).order_by(people.c.name_key)
        return await self._read(lambda connection: [_person.decode(row.state) for row in connection.execute(query)])

    async def person(self, person_id: str) -> Person | None:
        """See `People`."""
        query = select(people.c.state).where(people.c.id == person_id)
        state = await self._read(lambda connection: connection.execute(query).scalar_one_or_none())
        return _person.decode(state) if state else None

    async def invitations(self) -> Sequence[Invitation]:
        """See `People`."""
        query = select(invitations.c.state).order_by(invitations.c.made_at.desc())
        return await self._read(lambda connection: [_invitation.decode(row.state) for row in connection.execute(query)])

    async def change(self, change: Change) -> None:
        """See `People`."""
        await self._writer.write(lambda connection: write_change(connection, change))

    async def signed_in(self, digest: str) -> tuple[SignIn, Person] | None:
        """See `SignIns`."""
        query = select(sign_ins, people.c.state).join(people, people.c.id == sign_ins.c.person_id)
        query = query.where(sign_ins.c.digest == digest)
        row = await self._read(lambda connection: connection.execute(query).one_or_none())
        return (_sign_in(row), _person.decode(row.state)) if row else None

    async def sign_ins(self, person_id: str) -> Sequence[SignIn]:
        """See `SignIns`."""
        query = select(sign_ins).where(sign_ins.c.person_id == person_id).order_by(sign_ins.c.since.desc())
        return await self._read(lambda connection: [_sign_in(row) for row in connection.execute(query)])

    async def seen(self, sign_in_id: str, at: datetime) -> None:
        """See `SignIns`."""
        change = update(sign_ins).where(sign_ins.c.id == sign_in_id).values(seen_at=to_micros(at))
        await self._writer.write(lambda connection: connection.execute(change).rowcount)

    async def record(self, deeds: Sequence[Deed], at: datetime) -> None:
        """See `Audit`."""
        await self._writer.write(lambda connection: append(connection, deeds, at))

    async def note(self, deed: Deed, at: datetime, since: datetime) -> datetime:
        """See `Audit`."""
        found: datetime = await self._writer.write(lambda connection: append_once(connection, deed, at, since))
        return found

    async def trail(self, after: int = 0, limit: int = 500) -> Sequence[Entry]:
        """See `Audit`."""
        query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(limit)
        return await self._read(lambda connection: [_entry(row) for row in connection.execute(query)])

    async def latest(self, *, who: str = "", what: str = "", before: int = 0, limit: int = 100) -> Sequence[Entry]:
        """See `Audit`."""
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if who:
            query = query.where(audit.c.who == who)
        if what:
            query = query.where(audit.c.what.startswith(what, autoescape=True))
        if before:
            query = query.where(audit.c.number < before)
        return await self._read(lambda connection: [_entry(row) for row in connection.execute(query)])


def write_change(connection: Connection, change: Change) -> Exception | None:
    """Write all of a change, or nothing and say why; the transaction holds the database's write lock."""
    if refusal := _refusal(connection, change):
        return refusal
    for person in change.people:
        _put_person(connection, replace(person, version=person.version + 1))
    for one in change.invitations:
        _put_invitation(connection, one)
    connection.execute(delete(invitations).where(invitations.c.id.in_(change.withdrawn)))
    gone = or_(sign_ins.c.person_id.in_(change.left), sign_ins.c.id.in_(change.ended))
    connection.execute(delete(sign_ins).where(gone))
    for sign_in in change.sign_ins:
        times = {"since": to_micros(sign_in.since), "seen_at": to_micros(sign_in.seen_at)}
        connection.execute(insert(sign_ins).values({**asdict(sign_in), **times}))
    append(connection, change.deeds, change.at)
    return None


def append(connection: Connection, deeds: Sequence[Deed], at: datetime) -> None:
    """Put deeds at the end of the trail."""
    if not deeds:
        return
    last = connection.execute(select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    number, previous = (last.number, last.digest) if last else (0, START)
    for deed in deeds:
        entry = sealed(number + 1, at, deed, previous)
        number, previous = entry.number, entry.digest
        chain = {"number": number, "at": to_micros(at), "previous": entry.previous, "digest": previous}
        connection.execute(insert(audit).values({**asdict(deed), **chain}))


def append_once(connection: Connection, deed: Deed, at: datetime, since: datetime) -> datetime:
    """Put a deed at the end of the trail unless it stands there since a time; when it was written."""
    same = select(func.max(audit.c.at)).where(audit.c.about == deed.about, audit.c.who == deed.who)
    latest = connection.execute(same.where(audit.c.what == deed.what, audit.c.at > to_micros(since))).scalar_one()
    if latest is None:
        append(connection, [deed], at)
    return from_micros(latest) if latest is not None else at


def _refusal(connection: Connection, change: Change) -> Exception | None:
    for person in change.people:
        known = connection.execute(select(people.c.version).where(people.c.id == person.id)).scalar_one_or_none()
        if (known or 0) != person.version:
            return Conflict("Somebody else changed this person meanwhile; load the page again.")
        if taken := _taken(connection, person):
            return BadInput(f"{taken!r} belongs to somebody else; choose another one.")
    for one in change.invitations:
        used = select(func.count()).where(invitations.c.id == one.id, invitations.c.used_at.is_not(None))
        if connection.execute(used).scalar_one():
            return Conflict("This invitation was used meanwhile.")
    return _without_owner(connection, change)


def _taken(connection: Connection, person: Person) -> str:
    """The name or address of a person that is somebody else's, or nothing; looked for only when it is new."""
    mine = {"name_key": key_of(person.name), "email_key": key_of(person.email)}
    if connection.execute(select(people.c.id).where(people.c.id == person.id).filter_by(**mine)).first():
        return ""
    others = connection.execute(select(people.c.state).where(people.c.id != person.id)).scalars()
    theirs = frozenset[str]().union(*(_person.decode(state).keys for state in others))
    return next((said for said in (person.name, person.email) if key_of(said) in theirs), "")


def _without_owner(connection: Connection, change: Change) -> Exception | None:
    owns = select(people.c.id).where(people.c.role == "owner", people.c.disabled_at.is_(None))
    before = set(connection.execute(owns).scalars())
    after = before - {one.id for one in change.people} | {one.id for one in change.people if one.is_owner}
    if before and not after:
        return BadInput("There must always be one owner; make somebody else one first.")
    return None


def _put_person(connection: Connection, person: Person) -> None:
    values: dict[str, Any] = {
        "name_key": key_of(person.name),
        "email_key": key_of(person.email),
        "role": person.role,
        "disabled_at": to_micros(person.disabled_at) if person.disabled_at else None,
        "version": person.version,
        "state": encode(person),
    }
    if not connection.execute(update(people).where(people.c.id == person.id).values(values)).rowcount:
        connection.execute(insert(people).values(id=person.id, **values))


def _put_invitation(connection: Connection, one: Invitation) -> None:
    values: dict[str, Any] = {
        "digest": one.digest,
        "made_at": to_micros(one.made_at),
        "used_at": to_micros(one.used_at) if one.used_at else None,
        "state": encode(one),
    }
    if not connection.execute(update(invitations).where(invitations.c.id == one.id).values(values)).rowcount:
        connection.execute(insert(invitations).values(id=one.id, **values))


def _sign_in(row: Any) -> SignIn:  # noqa: ANN401 - a Row
    times = from_micros(row.since), from_micros(row.seen_at)
    return SignIn(row.id, row.digest, row.person_id, *times, row.address, row.browser)


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a Row
    deed = Deed(row.who, row.what, row.about, row.person_id, row.origin, row.before, row.after, row.detail)
    return Entry(row.number, from_micros(row.at), deed, row.previous, row.digest)
