"""People: who works here, who is invited, where they are signed in, and what they did. Faces of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kefu.core.people import Invitation, Person, SignIn
from kefu.core.trail import Deed, Entry


@dataclass(frozen=True, slots=True)
class Change:
    """All that one deed changes about the team, in one transaction with what the audit trail says of it.

    `people` as they are before it but for their new values: their `version` is the one that was read.
    `ended` are ids of sign-ins that end, `left` ids of people all of whose sign-ins end first.
    """

    at: datetime
    deeds: tuple[Deed, ...] = ()
    people: tuple[Person, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    withdrawn: tuple[str, ...] = ()
    sign_ins: tuple[SignIn, ...] = ()
    ended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class People(Protocol):
    """Who works here; who asks is checked by `service.privacy`."""

    async def people(self) -> Sequence[Person]:
        """Everybody, by name."""

    async def person(self, person_id: str) -> Person | None:
        """Somebody by their id."""

    async def invitations(self) -> Sequence[Invitation]:
        """All invitations that were not withdrawn, latest first."""

    async def change(self, change: Change) -> None:
        """Write a change durably, or nothing of it.

        Raises `Conflict` when somebody was changed meanwhile or an invitation was used up, `BadInput` when a
        name or an e-mail address belongs to somebody else or the house would be left without an owner.
        """


class SignIns(Protocol):
    """Where people are signed in."""

    async def signed_in(self, digest: str) -> tuple[SignIn, Person] | None:
        """Whose token has this digest; None when the sign-in ended."""

    async def sign_ins(self, person_id: str) -> Sequence[SignIn]:
        """Where somebody is signed in, latest first."""

    async def seen(self, sign_in_id: str, at: datetime) -> None:
        """Note that a sign-in was used."""


class Audit(Protocol):
    """The audit trail: it grows, and nothing changes or removes what is there."""

    async def record(self, deeds: Sequence[Deed], at: datetime) -> None:
        """Append deeds, in order."""

    async def note(self, deed: Deed, at: datetime, since: datetime) -> datetime:
        """Append a deed unless its `who` did the same about the same object since a time, in this process or another.

        Returns the time of the entry that says so: `at`, or an earlier one.
        """

    async def trail(self, after: int = 0, limit: int = 500) -> Sequence[Entry]:
        """Entries in their order, those with a greater number."""

    async def latest(self, *, who: str = "", what: str = "", before: int = 0, limit: int = 100) -> Sequence[Entry]:
        """The latest entries first: of somebody, of deeds whose name begins so, those with a smaller number."""
