"""Signing in and out: a password, a second factor, a pause after wrong tries, and what a cookie stands for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe

from kefu.app.people.seal import Seal
from kefu.app.people.team import Hand, Staff, with_secrets
from kefu.core.errors import Conflict, NotSignedIn
from kefu.core.people import Person, Secrets, SignIn, digest_of, key_of
from kefu.core.ports.people import Change
from kefu.service.people.passwords import is_right, pause_after
from kefu.service.people.second_factor import spent
from kefu.service.privacy.access import Operator

SHIFT = timedelta(hours=12)
"""A sign-in at the desk lasts a working day."""

SEEN_EVERY = timedelta(minutes=5)
LONGEST_BROWSER = 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in: an address and what the browser says it is."""

    address: str
    browser: str = ""


def operator_from(person: Person) -> Operator:
    """A person as the one who asks."""
    return Operator(person.name, person.role, frozenset(person.teams), person.id)


async def check_password(staff: Staff, name: str, password: str, place: Place, now: datetime) -> Person:
    """Who has this name or e-mail address and this password.

    Raises `NotSignedIn`, which says the same for a wrong name, a wrong password and a pause; each costs one hash.
    """
    wanted = key_of(name)
    person = next((one for one in await staff.people() if wanted in (key_of(one.name), key_of(one.email))), None)
    before, person = person, await _begin(staff, person, place, now)
    right = await asyncio.to_thread(is_right, password, person.secrets.password if person else "")
    if person is None or not right:
        raise NotSignedIn("Name or password is wrong; after several tries there is a pause.")
    if before and person.secrets.second:  # the code is a try of its own: this one was right, so it does not count
        kept = before.secrets
        person = with_secrets(person, misses=kept.misses, closed_until=kept.closed_until)
        await staff.change(Change(now, people=(person,)))
    return person


async def check_code(staff: Staff, person_id: str, code: str, place: Place, now: datetime, *, seal: Seal) -> Person:
    """Who has given a right code after a right password; each code counts once. Raises `NotSignedIn`."""
    person = await _begin(staff, await staff.person(person_id), place, now)
    kept = person.secrets if person else Secrets()
    known = seal.open(person_id, kept.second) if kept.second else ""
    secrets = spent(replace(kept, second=known), code, now) if known else None
    if person is None or secrets is None:
        raise NotSignedIn("The code is wrong or was used; wait for the next one.")
    return replace(person, secrets=replace(secrets, second=kept.second))


async def open_sign_in(staff: Staff, person: Person, place: Place, now: datetime, *, way: str = "password") -> str:
    """Sign somebody in who has proven who they are; the token for their cookie. Wrong tries before it are forgotten."""
    token = token_urlsafe(32)
    browser = "".join(char for char in place.browser if char.isprintable())[:LONGEST_BROWSER]
    sign_in = SignIn(token_hex(6), digest_of(token), person.id, now, now, place.address, browser)
    deed = Hand(operator_from(person), place.address).did("sign_in", f"person:{person.id}", detail=way)
    person = with_secrets(person, misses=0, closed_until=None)
    over = tuple(one.id for one in await staff.sign_ins(person.id) if now - one.since > SHIFT)
    await staff.change(Change(now, (deed,), people=(person,), sign_ins=(sign_in,), ended=over))
    return token


async def recognise(staff: Staff, token: str, now: datetime) -> tuple[SignIn, Person]:
    """Whose cookie this is; raises `NotSignedIn` when the sign-in ended or the person was disabled."""
    found = await staff.signed_in(digest_of(token))
    if found is None or found[1].disabled_at or now - found[0].since > SHIFT:
        raise NotSignedIn("The sign-in is over; sign in again at /desk/sign-in.")
    sign_in, person = found
    if now - sign_in.seen_at > SEEN_EVERY:
        await staff.seen(sign_in.id, now)
    return sign_in, person


async def close_sign_in(staff: Staff, sign_in: SignIn, person: Person, now: datetime) -> None:
    """Sign out of one place."""
    deed = Hand(operator_from(person), sign_in.address).did("sign_out", f"person:{person.id}")
    await staff.change(Change(now, (deed,), ended=(sign_in.id,)))


async def _begin(staff: Staff, person: Person | None, place: Place, now: datetime) -> Person | None:
    """Count a try as wrong before it is looked at, so that many at once gain nothing; None where none is due.

    `open_sign_in` takes the count back.
    """
    if person is None or person.disabled_at:
        return None
    closed = person.secrets.closed_until
    if closed and now < closed:
        return None
    misses = person.secrets.misses + 1
    pause = pause_after(misses)
    counted = with_secrets(person, misses=misses, closed_until=now + pause if pause else None)
    deeds = (Hand(operator_from(person), place.address).did("sign_in.pause", f"person:{person.id}"),) if pause else ()
    try:
        await staff.change(Change(now, deeds, people=(counted,)))
    except Conflict:
        return None
    return replace(counted, version=counted.version + 1)
