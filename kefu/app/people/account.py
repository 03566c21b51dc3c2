"""What everybody does about their own account: password, second factor, name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_bytes
from typing import get_args

import pyotp

from kefu.app.people.seal import Seal
from kefu.app.people.team import Hand, Staff, difference, find, hash_of, renamed, with_secrets
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.people import Person, digest_of
from kefu.core.ports.people import Change
from kefu.service.people.passwords import is_right
from kefu.service.people.second_factor import RECOVERY_CODES, counter_of, recovery_codes


async def rename(staff: Staff, hand: Hand, name: str, languages: Sequence[str], now: datetime) -> Person:
    """Change one's own name, which customers see, and the languages one answers in."""
    before = await find(staff, hand.who.id)
    spoken: tuple[Language, ...] = tuple(one for one in get_args(Language) if one in languages)
    after = replace(renamed(before, name), languages=spoken)
    if after != before:
        deed = hand.did("account.change", f"person:{before.id}", before, after, difference(before, after))
        await staff.change(Change(now, (deed,), people=(after,)))
    return after


async def change_password(staff: Staff, hand: Hand, old: str, new: str, now: datetime, *, keep: str = "") -> None:
    """Change one's own password; all sign-ins but `keep` end. Raises `BadInput` for a wrong or a weak one."""
    person = await find(staff, hand.who.id)
    await _prove(person, old)
    after = with_secrets(person, password=await hash_of(new, person))
    ended = tuple(one.id for one in await staff.sign_ins(person.id) if one.id != keep)
    deed = hand.did("account.password", f"person:{person.id}")
    await staff.change(Change(now, (deed,), people=(after,), ended=ended))


def new_secret() -> str:
    """A secret for an app that shows one-time codes, base32."""
    return pyotp.random_base32()


async def turn_on(staff: Staff, hand: Hand, secret: str, code: str, now: datetime, *, seal: Seal) -> Sequence[str]:
    """Turn one's second factor on, once the app has shown a right code; the recovery codes, told this once."""
    person = await find(staff, hand.who.id)
    counter = counter_of(secret, code, now)
    if counter is None:
        raise BadInput("The code does not belong to this secret; check the phone's clock and take the next code.")
    codes = recovery_codes(token_bytes(8 * RECOVERY_CODES))
    digests = tuple(map(digest_of, codes))
    after = with_secrets(person, second=seal.close(person.id, secret), counter=counter, recovery=digests)
    deed = hand.did("account.second_on", f"person:{person.id}", person, after)
    await staff.change(Change(now, (deed,), people=(after,)))
    return codes


async def turn_off(staff: Staff, hand: Hand, password: str, now: datetime) -> None:
    """Turn one's second factor off, with the password. Raises `BadInput` when that is wrong."""
    person = await find(staff, hand.who.id)
    await _prove(person, password)
    after = with_secrets(person, second="", recovery=())
    deed = hand.did("account.second_off", f"person:{person.id}", person, after)
    await staff.change(Change(now, (deed,), people=(after,)))


async def _prove(person: Person, password: str) -> None:
    if not await asyncio.to_thread(is_right, password, person.secrets.password):
        raise BadInput("That is not your present password.")
