"""The team for programs: people, invitations, one's own account, the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.people.account import new_secret
from kefu.app.people.audit import Chain
from kefu.app.people.team import Edit, Hand
from kefu.core.nouns import Language
from kefu.core.people import Person, Role, SignIn
from kefu.web import roster
from kefu.web.gate import Hands, Needs
from kefu.web.hall import Hall, hall_of, limit
from kefu.web.roster import Asked, Done, Way, Where
from kefu.web.viewer import sign_in_of

Hallway = Annotated[Hall, Depends(hall_of)]
Here = Annotated[SignIn | None, Depends(sign_in_of)]
Manager = Annotated[Operator, Depends(Needs("manage_people"))]
Member = Annotated[Operator, Depends(Needs(None))]
ManagersHand = Annotated[Hand, Depends(Hands("manage_people"))]
OwnHand = Annotated[Hand, Depends(Hands(None))]
Mate = Annotated[Operator, Depends(Needs("act"))]
Auditor = Annotated[Operator, Depends(Needs("read_audit"))]
Word = Annotated[str, Field(max_length=40)]
Words = Annotated[list[Word], Field(max_length=50)]
Password = Annotated[str, Field(max_length=1000)]

router = APIRouter(tags=["people"])


class Colleague(BaseModel):
    """A member of the team, without secrets."""

    id: str
    name: str
    email: str
    role: Role
    teams: list[str]
    languages: list[Language]
    skills: list[str]
    capacity: int
    disabled_at: datetime | None
    second_factor: bool


class Workmate(BaseModel):
    """Whom a conversation can be given to, as every colleague may see them."""

    name: str
    role: Role
    teams: list[str]
    languages: list[Language]
    skills: list[str]
    capacity: int


class Wanted(BaseModel):
    """Who is to be invited."""

    email: str = Field(max_length=254)
    role: Role = "agent"
    teams: Words = []


class Changes(BaseModel):
    """New values; what is left out stays."""

    name: Word | None = None
    role: Role | None = None
    teams: Words | None = None
    languages: list[Language] | None = None
    skills: Words | None = None
    capacity: int | None = None


class Reset(BaseModel):
    """Whether the second factor is taken off, too."""

    second_factor: bool = False


class Self(BaseModel):
    """How one is shown, and the languages one answers in."""

    name: Word
    languages: list[Language] = []


class Passwords(BaseModel):
    """The present password and the new one."""

    old: Password
    new: Password


class Secret(BaseModel):
    """What pairs an app for one-time codes."""

    secret: str = Field(max_length=64)
    address: str = ""


class Paired(Secret):
    """The secret with a code that the app showed."""

    code: str = Field(max_length=12)


class Proof(BaseModel):
    """The present password."""

    password: Password


@router.get("/people")
async def people(hall: Hallway, who: Manager) -> Sequence[Colleague]:
    """Everybody who works here."""
    return [_colleague(one) for one in await roster.list_people(hall, who)]


@router.get("/colleagues")
async def colleagues(hall: Hallway, who: Mate) -> Sequence[Workmate]:
    """Those who may be given a conversation."""
    found = await roster.list_colleagues(hall, who)
    return [Workmate.model_validate(one, from_attributes=True) for one in found]


@router.get("/people/invitations")
async def invitations(hall: Hallway, who: Manager) -> Sequence[Asked]:
    """The open invitations, without their links."""
    return await roster.list_invitations(hall, who)


@router.post("/people/invitations")
async def invite(wanted: Wanted, hall: Hallway, hand: ManagersHand) -> Way:
    """Invite somebody; `path` is the link on this host, told this once."""
    return await roster.invite(hall, hand, wanted.email, wanted.role, wanted.teams)


@router.delete("/people/invitations/{invitation_id}")
async def withdraw(invitation_id: str, hall: Hallway, hand: ManagersHand) -> dict[str, bool]:
    """Take an invitation back."""
    await roster.withdraw(hall, hand, invitation_id)
    return {"withdrawn": True}


@router.patch("/people/{person_id}")
async def edit(person_id: str, changes: Changes, hall: Hallway, hand: ManagersHand) -> Colleague:
    """Change what somebody is."""
    return _colleague(await roster.edit(hall, hand, person_id, Edit(**changes.model_dump())))


@router.post("/people/{person_id}/disable")
async def disable(person_id: str, hall: Hallway, hand: ManagersHand) -> Colleague:
    """Let somebody in no more: every sign-in of theirs ends at once."""
    return _colleague(await roster.set_disabled(hall, hand, person_id, disabled=True))


@router.post("/people/{person_id}/enable")
async def enable(person_id: str, hall: Hallway, hand: ManagersHand) -> Colleague:
    """Let somebody in again."""
    return _colleague(await roster.set_disabled(hall, hand, person_id, disabled=False))


@router.post("/people/{person_id}/reset")
async def reset(person_id: str, reset: Reset, hall: Hallway, hand: ManagersHand) -> Way:
    """A link with which somebody sets a new password; with `second_factor` theirs is taken off now."""
    return await roster.reset_password(hall, hand, person_id, second_factor=reset.second_factor)


@router.get("/people/{person_id}/sign_ins")
async def sign_ins(person_id: str, hall: Hallway, who: Manager) -> Sequence[Where]:
    """Where somebody is signed in."""
    return await roster.list_sign_ins_of(hall, who, person_id)


@router.delete("/people/{person_id}/sign_ins")
async def end_sign_ins(person_id: str, hall: Hallway, hand: ManagersHand) -> dict[str, int]:
    """Sign somebody out everywhere; says of how many places."""
    return {"ended": await roster.end_sign_ins_of(hall, hand, person_id)}


@router.get("/account")
async def account(hall: Hallway, who: Member) -> Colleague:
    """Whoever asks; 404 for the operator token, which is nobody."""
    return _colleague(await roster.myself(hall, who))


@router.patch("/account")
async def rename(self: Self, hall: Hallway, hand: OwnHand) -> Colleague:
    """Change how one is shown."""
    return _colleague(await roster.rename(hall, hand, self.name, self.languages))


@router.post("/account/password")
async def change_password(
    passwords: Passwords, connection: HTTPConnection, hall: Hallway, hand: OwnHand, *, here: Here
) -> dict[str, bool]:
    """Change one's password; one stays signed in here alone."""
    limit(hall.sign_ins, connection)
    await roster.change_password(hall, hand, passwords.old, passwords.new, here)
    return {"changed": True}


@router.post("/account/second_factor")
async def pair(hall: Hallway, who: Member) -> Secret:
    """A secret for an app that shows one-time codes; nothing is kept yet."""
    found = await roster.pair(hall, who, new_secret())
    return Secret(secret=found.secret, address=found.address)


@router.put("/account/second_factor")
async def turn_on(paired: Paired, connection: HTTPConnection, hall: Hallway, hand: OwnHand) -> dict[str, Sequence[str]]:
    """Turn the second factor on; the recovery codes, told this once."""
    limit(hall.sign_ins, connection)
    return {"recovery": await roster.turn_on(hall, hand, paired.secret, paired.code)}


@router.delete("/account/second_factor")
async def turn_off(proof: Proof, connection: HTTPConnection, hall: Hallway, hand: OwnHand) -> dict[str, bool]:
    """Turn the second factor off."""
    limit(hall.sign_ins, connection)
    await roster.turn_off(hall, hand, proof.password)
    return {"off": True}


@router.get("/account/sign_ins")
async def my_sign_ins(hall: Hallway, who: Member, here: Here) -> Sequence[Where]:
    """Where one is signed in."""
    return await roster.my_sign_ins(hall, who, here)


@router.delete("/account/sign_ins")
async def end_all(hall: Hallway, hand: OwnHand) -> dict[str, int]:
    """Sign out everywhere, here too."""
    return {"ended": await roster.end_my_sign_ins(hall, hand, ())}


@router.delete("/account/sign_ins/{sign_in_id}")
async def end_one(sign_in_id: str, hall: Hallway, hand: OwnHand) -> dict[str, int]:
    """Sign out of one place."""
    return {"ended": await roster.end_my_sign_ins(hall, hand, (sign_in_id,))}


@router.get("/audit")
async def audit(
    hall: Hallway,
    who: Auditor,
    *,
    name: Annotated[str, Query(max_length=60)] = "",
    what: Annotated[str, Query(max_length=60)] = "",
    before: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Sequence[Done]:
    """The audit trail, latest first: of somebody by `name`, of deeds whose name begins with `what`."""
    return await roster.read_audit(hall, who, name=name, what=what, before=before, limit=limit)


@router.get("/audit/check")
async def check(hall: Hallway, who: Auditor, head: Annotated[str, Query(max_length=90)] = "") -> Chain:
    """Whether nothing was changed or removed; `head` is that of an earlier check."""
    return await roster.check_audit(hall, who, head)


def _colleague(person: Person) -> Colleague:
    return Colleague(**roster.as_mapping(person))
