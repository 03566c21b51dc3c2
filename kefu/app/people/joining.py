"""Who comes from the company's own sign-in: known already, invited, or of a domain that may join."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from kefu.app.people.entrance import Place, operator_from
from kefu.app.people.single_sign_on import Provider, Visitor
from kefu.app.people.team import LONGEST_NAME, Hand, Staff, clean_email, clean_name, difference, joining, with_secrets
from kefu.core.errors import BadInput, NotSignedIn
from kefu.core.people import Invitation, Person, key_of
from kefu.core.ports.people import Change


async def admit(staff: Staff, provider: Provider, visitor: Visitor, place: Place, now: datetime) -> Person:
    """The person whom the provider has vouched for, as they may be signed in; raises `NotSignedIn`.

    Somebody known is found by their subject, or the first time by their verified address. Nobody joins without an
    invitation or a domain that kefu.toml names.
    """
    people = await staff.people()
    known = next((one for one in people if one.secrets.subject == visitor.subject), None)
    if known is None and visitor.email:
        known = next((one for one in people if key_of(one.email) == key_of(visitor.email)), None)
        if known and known.secrets.subject:
            raise NotSignedIn(f"{visitor.email} belongs to another account of the provider.")
    if known is None:
        return await _join(staff, provider, visitor, people, place=place, now=now)
    if known.disabled_at:
        raise NotSignedIn(f"{known.name} may not come in.")
    after = with_secrets(known, subject=visitor.subject)
    if visitor.role and known.role != "owner":  # no group can leave the house without its owner
        after = replace(after, role=visitor.role)
    if after == known:
        return known
    hand = Hand(operator_from(after), place.address)
    said = difference(known, after) or "account of the provider linked"
    deed = hand.did("person.change", f"person:{known.id}", known, after, said)
    await staff.change(Change(now, (deed,), people=(after,)))
    return replace(after, version=after.version + 1)


async def _join(
    staff: Staff, provider: Provider, visitor: Visitor, people: Sequence[Person], *, place: Place, now: datetime
) -> Person:
    email = clean_email(visitor.email) if visitor.email else ""
    invitation = await _invitation(staff, email, now)
    domain = email.rpartition("@")[2].casefold()
    if not email or (invitation is None and domain not in provider.domains):
        raise NotSignedIn("Nobody with this account works here; ask for an invitation to its address.")
    role = visitor.role or (invitation.role if invitation else provider.role)
    name = _free_name(visitor.name or email.partition("@")[0], email, people)
    person = joining(email, role, invitation.teams if invitation else (), name, now)
    person = with_secrets(person, subject=visitor.subject)
    hand = Hand(operator_from(person), place.address)
    how = f"by invitation:{invitation.id}" if invitation else f"by domain {domain}"
    deed = hand.did("person.join", f"person:{person.id}", None, person, how)
    used = (replace(invitation, used_at=now),) if invitation else ()
    await staff.change(Change(now, (deed,), people=(person,), invitations=used))
    return replace(person, version=1)


async def _invitation(staff: Staff, email: str, now: datetime) -> Invitation | None:
    for one in await staff.invitations():
        if one.is_open(now) and not one.person_id and key_of(one.email) == key_of(email):
            return one
    return None


def _free_name(name: str, email: str, people: Sequence[Person]) -> str:
    """A name that nobody has yet: as the provider says it, else the address."""
    taken = frozenset[str]().union(*(one.keys for one in people))
    for wish in (name, email.partition("@")[0]):
        with suppress(BadInput):
            wanted = clean_name(wish[:LONGEST_NAME])
            if key_of(wanted) not in taken:
                return wanted
    return clean_name(email[:LONGEST_NAME])
