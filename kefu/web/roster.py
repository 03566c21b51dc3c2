"""What people do about the team and about their own account, for the pages of the desk and for the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kefu.app import Assign, Operator, rights_of
from kefu.app.people import account, address_of, team
from kefu.app.people.audit import Chain, check_trail
from kefu.app.people.team import Edit, Hand
from kefu.core.errors import NotFound
from kefu.core.people import Invitation, Person, Role, SignIn
from kefu.core.ports.desk import View
from kefu.core.trail import Entry
from kefu.web.gate import require
from kefu.web.hall import Hall, now

BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""The first that a header holds is what it means: each browser also names those that it wants to be taken for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as the team sees it."""

    id: str
    email: str
    role: Role
    teams: tuple[str, ...]
    by: str
    expires_at: datetime
    is_reset: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A link that lets somebody in once; it is shown this once."""

    invitation: Asked
    path: str


@dataclass(frozen=True, slots=True)
class Where:
    """One place where somebody is signed in."""

    id: str
    since: datetime
    seen_at: datetime
    address: str
    browser: str
    here: bool


@dataclass(frozen=True, slots=True)
class Pairing:
    """What an app for one-time codes needs: the secret, its address, and that as an SVG picture."""

    secret: str
    address: str
    picture: str


@dataclass(frozen=True, slots=True)
class Done:
    """An entry of the audit trail."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    origin: str
    before: str
    after: str
    detail: str


async def list_people(hall: Hall, who: Operator) -> Sequence[Person]:
    """Everybody who works here."""
    require(who, "manage_people")
    return await hall.kefu.store.people()


async def list_colleagues(hall: Hall, who: Operator) -> Sequence[Person]:
    """Those who may be given a conversation: everybody who acts and may come in."""
    require(who, "act")
    people = await hall.kefu.store.people()
    return [one for one in people if not one.disabled_at and "act" in rights_of(one.role)]


async def list_invitations(hall: Hall, who: Operator) -> Sequence[Asked]:
    """The open invitations."""
    require(who, "manage_people")
    return [_asked(one) for one in await hall.kefu.store.invitations() if one.is_open(now())]


async def invite(hall: Hall, hand: Hand, email: str, role: str, teams: Sequence[str]) -> Way:
    """Invite somebody; the link is shown this once."""
    require(hand.who, "manage_people")
    made, token = await team.invite(hall.kefu.store, hand, email, role, teams, now=now())
    return Way(_asked(made), path_of(token))


async def withdraw(hall: Hall, hand: Hand, invitation_id: str) -> None:
    """Take an invitation back."""
    require(hand.who, "manage_people")
    await team.withdraw(hall.kefu.store, hand, invitation_id, now())


async def edit(hall: Hall, hand: Hand, person_id: str, wish: Edit) -> Person:
    """Change what somebody is."""
    require(hand.who, "manage_people")
    before = await team.find(hall.kefu.store, person_id)
    return await _carry(hall, before, await team.edit(hall.kefu.store, hand, person_id, wish, now()))


async def set_disabled(hall: Hall, hand: Hand, person_id: str, *, disabled: bool) -> Person:
    """Let somebody in no more, or again."""
    require(hand.who, "manage_people")
    return await team.set_disabled(hall.kefu.store, hand, person_id, disabled=disabled, now=now())


async def reset_password(hall: Hall, hand: Hand, person_id: str, *, second_factor: bool) -> Way:
    """A link with which somebody sets a new password."""
    require(hand.who, "manage_people")
    store = hall.kefu.store
    made, token = await team.reset_password(store, hand, person_id, now(), second_factor=second_factor)
    return Way(_asked(made), path_of(token))


async def list_sign_ins_of(hall: Hall, who: Operator, person_id: str) -> Sequence[Where]:
    """Where somebody is signed in."""
    require(who, "manage_people")
    person = await team.find(hall.kefu.store, person_id)
    return [_where(one) for one in await hall.kefu.store.sign_ins(person.id)]


async def end_sign_ins_of(hall: Hall, hand: Hand, person_id: str) -> int:
    """Sign somebody out everywhere; says of how many places."""
    require(hand.who, "manage_people")
    person = await team.find(hall.kefu.store, person_id)
    return await team.end_sign_ins(hall.kefu.store, hand, person, (), now())


async def myself(hall: Hall, who: Operator) -> Person:
    """Whoever asks, as a person; raises `NotFound` for the operator token, which is nobody."""
    person = await hall.kefu.store.person(who.id) if who.id else None
    if person is None:
        raise NotFound("The operator token is nobody's account; invite yourself under People.")
    return person


async def my_sign_ins(hall: Hall, who: Operator, here: SignIn | None) -> Sequence[Where]:
    """Where whoever asks is signed in."""
    person = await myself(hall, who)
    return [_where(one, here) for one in await hall.kefu.store.sign_ins(person.id)]


async def end_my_sign_ins(hall: Hall, hand: Hand, ids: Sequence[str]) -> int:
    """Sign out of some places, or with no ids of all."""
    person = await myself(hall, hand.who)
    return await team.end_sign_ins(hall.kefu.store, hand, person, ids, now())


async def rename(hall: Hall, hand: Hand, name: str, languages: Sequence[str]) -> Person:
    """Change one's own name and the languages one answers in."""
    before = await myself(hall, hand.who)
    return await _carry(hall, before, await account.rename(hall.kefu.store, hand, name, languages, now()))


async def change_password(hall: Hall, hand: Hand, old: str, new: str, here: SignIn | None) -> None:
    """Change one's own password; one stays signed in here alone."""
    await myself(hall, hand.who)
    await account.change_password(hall.kefu.store, hand, old, new, now(), keep=here.id if here else "")


async def pair(hall: Hall, who: Operator, secret: str) -> Pairing:
    """A secret to pair an app with; nothing is kept until a right code proves that the app has it."""
    import segno

    person = await myself(hall, who)
    address = address_of(secret, person.email, hall.kefu.config.get("kefu.name", str))
    picture = segno.make(address, micro=False).svg_inline(scale=4, border=4, light="#fff", title=person.email)
    return Pairing(secret, address, picture)


async def turn_on(hall: Hall, hand: Hand, secret: str, code: str) -> Sequence[str]:
    """Turn one's second factor on; the recovery codes."""
    await myself(hall, hand.who)
    return await account.turn_on(hall.kefu.store, hand, secret, code, now(), seal=hall.kefu.seal)


async def turn_off(hall: Hall, hand: Hand, password: str) -> None:
    """Turn one's second factor off."""
    await myself(hall, hand.who)
    await account.turn_off(hall.kefu.store, hand, password, now())


async def read_audit(
    hall: Hall, who: Operator, *, name: str = "", what: str = "", before: int = 0, limit: int = 100
) -> Sequence[Done]:
    """The latest entries of the audit trail."""
    require(who, "read_audit")
    found = await hall.kefu.store.latest(who=name, what=what, before=before, limit=limit)
    return [_done(one) for one in found]


async def check_audit(hall: Hall, who: Operator, seen: str = "") -> Chain:
    """Whether the whole trail is one chain, and still the one of an earlier head."""
    require(who, "read_audit")
    return await check_trail(hall.kefu.store, seen)


def path_of(token: str) -> str:
    """The address of an invitation, without the host."""
    return f"/desk/invitation/{token}"


def as_mapping(person: Person) -> dict[str, Any]:
    """A person as JSON shows them: without secrets."""
    return team.shown(person)


async def _carry(hall: Hall, before: Person, after: Person) -> Person:
    """Let the conversations that somebody has follow them to their new name."""
    if before.name != after.name:
        view = View(status=("open", "snoozed"), person=before.name)
        page = await hall.kefu.store.inbox(view)
        entries = list(page.entries)
        while page.next:
            page = await hall.kefu.store.inbox(view, after=page.next)
            entries += page.entries
        for entry in entries:
            await hall.kefu.act(entry.id, after.name, [Assign(after.name, entry.team, "renamed")])
    return after


def _asked(one: Invitation) -> Asked:
    return Asked(one.id, one.email, one.role, one.teams, one.by, one.expires_at, bool(one.person_id))


def _where(one: SignIn, here: SignIn | None = None) -> Where:
    is_here = here is not None and here.id == one.id
    return Where(one.id, one.since, one.seen_at, one.address, browser_of(one.browser), is_here)


def browser_of(agent: str) -> str:
    """What a User-Agent header says, as people would: `Firefox · Windows`; empty when it says neither."""
    named = (next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, named))


def _done(one: Entry) -> Done:
    deed = one.deed
    about = deed.who, deed.what, deed.about, deed.origin, deed.before, deed.after, deed.detail
    return Done(one.number, one.at, *about)
