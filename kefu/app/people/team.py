"""What people with the right do about the team: invite, change, disable, help with a lost password."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Any, Protocol

from kefu.core.errors import BadInput, NotAllowed, NotFound
from kefu.core.nouns import Language
from kefu.core.people import CAPACITY, ROLES, Invitation, Person, Role, Secrets, SignIn, digest_of
from kefu.core.ports.people import Audit, Change, People, SignIns
from kefu.core.trail import Deed, fingerprint
from kefu.service.people.passwords import LONGEST, SALT_BYTES, SHORTEST, Fault, fault_of, hashed
from kefu.service.privacy.access import Operator, may_give

INVITED = timedelta(days=7)
RESET = timedelta(days=1)
LONGEST_NAME, LONGEST_EMAIL, MOST_TEAMS, MOST_AT_ONCE = 40, 254, 50, 100

FAULTS: Mapping[Fault, str] = {
    "short": f"The password has fewer than {SHORTEST} characters; take a longer one, such as four words.",
    "long": f"The password has more than {LONGEST} characters; take a shorter one.",
    "common": "This password is among the first that anybody tries; take another one.",
    "yours": "The password is your name or address; take another one.",
}


class Staff(People, SignIns, Audit, Protocol):
    """The faces of a store that know the team."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand does something, and from which address (`cli` for the command line)."""

    who: Operator
    origin: str = "cli"

    def did(
        self, what: str, about: str, before: Person | None = None, after: Person | None = None, detail: str = ""
    ) -> Deed:
        """What the audit trail says of it."""
        old, new = (fingerprint(shown(one) if one else None) for one in (before, after))
        return Deed(self.who.who, what, about, self.who.id, self.origin, old, new, detail)


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of a person; None leaves one as it is."""

    name: str | None = None
    role: Role | None = None
    teams: Sequence[str] | None = None
    languages: Sequence[Language] | None = None
    skills: Sequence[str] | None = None
    capacity: int | None = None


def shown(person: Person) -> dict[str, Any]:
    """A person as colleagues with the right see them: without secrets."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "teams": list(person.teams),
        "languages": list(person.languages),
        "skills": list(person.skills),
        "capacity": person.capacity,
        "disabled_at": person.disabled_at,
        "second_factor": bool(person.secrets.second),
    }


async def find(staff: Staff, person_id: str) -> Person:
    """Somebody by their id; raises `NotFound`."""
    person = await staff.person(person_id)
    if person is None:
        raise NotFound(f"There is nobody with the id {person_id!r}; `kefu people list` shows all.")
    return person


async def invite(
    staff: Staff, hand: Hand, email: str, role: str, teams: Sequence[str] = (), *, now: datetime
) -> tuple[Invitation, str]:
    """Invite somebody; the invitation and the token for its link, which is told this once.

    Raises `BadInput` for an address that can't be one or is somebody's, `NotAllowed` for a role above one's own.
    """
    email, given = clean_email(email), known_role(role)
    _may_give(hand, given)
    if any(one.email.casefold() == email.casefold() for one in await staff.people()):
        raise BadInput(f"{email} works here already.")
    token = token_urlsafe(32)
    places = clean_words(teams)
    made = Invitation(token_hex(6), digest_of(token), email, given, places, hand.who.who, now, now + INVITED)
    deed = hand.did("person.invite", f"invitation:{made.id}", detail=f"{email}: {given}")
    earlier = [one.id for one in await staff.invitations() if one.email == email and one.is_open(now)]
    await staff.change(Change(now, (deed,), invitations=(made,), withdrawn=tuple(earlier)))
    return made, token


async def withdraw(staff: Staff, hand: Hand, invitation_id: str, now: datetime) -> None:
    """Take an invitation back; raises `NotFound` when none is open by that id."""
    found = next((one for one in await staff.invitations() if one.id == invitation_id and one.is_open(now)), None)
    if found is None:
        raise NotFound(f"There is no open invitation {invitation_id!r}.")
    _may_give(hand, found.role)
    deed = hand.did("person.withdraw", f"invitation:{found.id}", detail=found.email)
    await staff.change(Change(now, (deed,), withdrawn=(found.id,)))


async def invitation_with(staff: Staff, token: str, now: datetime) -> Invitation:
    """The open invitation that a link's token belongs to; raises `NotFound`."""
    digest = digest_of(token)
    for one in await staff.invitations():
        if one.digest == digest and one.is_open(now):
            return one
    raise NotFound("This link was used or is too old; ask for a new one.")


async def accept(staff: Staff, token: str, name: str, password: str, *, origin: str, now: datetime) -> Person:
    """Come in by an invitation, or set a new password by a link for that; returns who came.

    Raises `NotFound` for a link that does not hold, `BadInput` for a name that is taken or a password that is weak.
    """
    invitation = await invitation_with(staff, token, now)
    before = await staff.person(invitation.person_id) if invitation.person_id else None
    known = before or joining(invitation.email, invitation.role, invitation.teams, clean_name(name), now)
    kept = await hash_of(password, known)
    person = replace(known, secrets=replace(known.secrets, password=kept, misses=0, closed_until=None))
    self = Hand(Operator(person.name, person.role, frozenset(person.teams), person.id), origin)
    what = "account.password" if before else "person.join"
    deed = self.did(what, f"person:{person.id}", before, person, detail=f"by invitation:{invitation.id}")
    used = replace(invitation, used_at=now)
    await staff.change(Change(now, (deed,), people=(person,), invitations=(used,), left=(person.id,)))
    return person


def joining(email: str, role: Role, teams: Sequence[str], name: str, now: datetime) -> Person:
    """Somebody new, who was not written down yet."""
    return Person(f"p{token_hex(8)}", name, email, role, now, tuple(teams))


async def edit(staff: Staff, hand: Hand, person_id: str, wish: Edit, now: datetime) -> Person:
    """Change what somebody is; raises `NotFound`, `NotAllowed` above one's own role, `BadInput`."""
    before = await find(staff, person_id)
    _may_give(hand, wish.role or before.role, before.role)
    capacity = before.capacity if wish.capacity is None else wish.capacity
    if not 0 <= capacity <= MOST_AT_ONCE:
        raise BadInput(f"capacity is a number of conversations, 0 to {MOST_AT_ONCE}; the usual is {CAPACITY}.")
    after = replace(
        before if wish.name is None else renamed(before, wish.name),
        role=before.role if wish.role is None else known_role(wish.role),
        teams=before.teams if wish.teams is None else clean_words(wish.teams),
        languages=before.languages if wish.languages is None else tuple(dict.fromkeys(wish.languages)),
        skills=before.skills if wish.skills is None else clean_words(wish.skills),
        capacity=capacity,
    )
    if after != before:
        deed = hand.did("person.change", f"person:{person_id}", before, after, difference(before, after))
        await staff.change(Change(now, (deed,), people=(after,)))
    return after


async def set_disabled(staff: Staff, hand: Hand, person_id: str, *, disabled: bool, now: datetime) -> Person:
    """Let somebody in no more, at once and everywhere, or let them in again; what they did stays under their name."""
    before = await find(staff, person_id)
    _may_give(hand, before.role)
    after = replace(before, disabled_at=now if disabled else None)
    deed = hand.did(f"person.{'disable' if disabled else 'enable'}", f"person:{person_id}", before, after)
    await staff.change(Change(now, (deed,), people=(after,), left=(person_id,) if disabled else ()))
    return after


async def reset_password(
    staff: Staff, hand: Hand, person_id: str, now: datetime, *, second_factor: bool = False
) -> tuple[Invitation, str]:
    """Make a link with which somebody sets a new password; with `second_factor` theirs is taken off.

    The old password holds until the link is used. Returns the link's invitation and its token.
    """
    person = await find(staff, person_id)
    _may_give(hand, person.role)
    token = token_urlsafe(32)
    who = person.email, person.role, person.teams, hand.who.who
    made = Invitation(token_hex(6), digest_of(token), *who, now, now + RESET, person.id)
    earlier = [one.id for one in await staff.invitations() if one.person_id == person.id and one.is_open(now)]
    bare = replace(person, secrets=replace(person.secrets, second="", recovery=()))
    loses = second_factor and bool(person.secrets.second)
    after, detail = (bare, "second factor off") if loses else (person, "")
    deed = hand.did("person.reset", f"person:{person_id}", person, after, detail)
    await staff.change(Change(now, (deed,), (after,) if loses else (), (made,), tuple(earlier)))
    return made, token


async def end_sign_ins(staff: Staff, hand: Hand, person: Person, ids: Sequence[str], now: datetime) -> int:
    """End some of a person's sign-ins, or with no ids all of them; returns how many ended."""
    held: Sequence[SignIn] = await staff.sign_ins(person.id)
    ended = tuple(one.id for one in held if not ids or one.id in ids)
    if ended:
        deed = hand.did("sign_in.end", f"person:{person.id}", detail=f"{len(ended)} of {len(held)}")
        await staff.change(Change(now, (deed,), ended=ended))
    return len(ended)


async def hash_of(password: str, person: Person) -> str:
    """The hash of a new password; raises `BadInput` when it is weak."""
    if fault := fault_of(password, person.name, person.email):
        raise BadInput(FAULTS[fault])
    return await asyncio.to_thread(hashed, password, token_bytes(SALT_BYTES))


def with_secrets(person: Person, **values: Any) -> Person:  # noqa: ANN401 - fields of Secrets
    """A person with some of their secrets changed."""
    secrets: Secrets = replace(person.secrets, **values)
    return replace(person, secrets=secrets)


def difference(before: Person, after: Person) -> str:
    """What changed, in a few words: `role: agent → admin; teams: → billing`."""
    old, new = shown(before), shown(after)
    return "; ".join(f"{key}: {_said(old[key])} → {_said(new[key])}" for key in old if old[key] != new[key])


def renamed(person: Person, name: str) -> Person:
    """A person under another name; the one before stays theirs. Raises `BadInput`."""
    name = clean_name(name)
    if name == person.name:
        return person
    return replace(person, name=name, former=tuple(dict.fromkeys((*person.former, person.name))))


def clean_name(name: str) -> str:
    """A name that customers may see; raises `BadInput`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"A name has 1 to {LONGEST_NAME} letters.")
    return name


def clean_email(email: str) -> str:
    """An e-mail address; raises `BadInput` for what can't be one."""
    email = email.strip()
    name, _, host = email.partition("@")
    if not name or "." not in host or len(email) > LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise BadInput(f"{email!r} is no e-mail address.")
    return email


def clean_words(words: Sequence[str]) -> tuple[str, ...]:
    """Names of teams or skills, each once; raises `BadInput` for what can't be one."""
    found = tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
    if len(found) > MOST_TEAMS or not all(len(word) <= LONGEST_NAME and word.isprintable() for word in found):
        raise BadInput(f"At most {MOST_TEAMS} names of at most {LONGEST_NAME} letters.")
    return found


def known_role(role: str) -> Role:
    """A role by its name; raises `BadInput`."""
    for known in ROLES:
        if role == known:
            return known
    raise BadInput(f"{role!r} is no role; there are {', '.join(ROLES)}.")


def _may_give(hand: Hand, role: Role, before: Role | None = None) -> None:
    if not may_give(hand.who, role, before):
        raise NotAllowed(f"A role such as {before or role} is given and taken by those who have it; ask an owner.")


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
