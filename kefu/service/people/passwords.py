"""Passwords: which are taken, how they are kept, how long a pause follows wrong ones.

Sources: NIST SP 800-63B, 3.1.1 (length and a list of common ones instead of rules about characters); OWASP
Password Storage Cheat Sheet (Argon2id with 19 MiB, two passes, one lane).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kefu.core.people import key_of

SHORTEST, LONGEST = 10, 200
SALT_BYTES = 16
FREE_MISSES = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)

COMMON = (
    "password passw0rd qwerty qwertyuiop asdfghjkl zxcvbnm 1q2w3e4r 1qaz2wsx abc123 a123456 q123456 iloveyou welcome "
    "letmein admin administrator root changeme secret dragon monkey football baseball sunshine princess superman "
    "woaini woaini1314 5201314 1314520 zhangwei wangwei 147258369 123123 123321 112233 qq123456 aa123456 password1 "
    "customer service support kefu kefu123 helpdesk"
).split()
"""The beginnings of most passwords that were found in leaks, Chinese habits included."""

Fault = Literal["short", "long", "common", "yours"]

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000000000000000000000000"
"""Compared with when there is no such person, so that it takes the same time."""


def fault_of(password: str, *about: str) -> Fault | None:
    """What is wrong with a new password, or None. `about` is what others know of the person, such as the name."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = key_of(password)
    if _is_run(plain) or _is_any(plain, COMMON):
        return "common"
    return "yours" if _is_any(plain, [part for one in map(key_of, about) for part in (one, *one.split("@"))]) else None


def hashed(password: str, salt: bytes) -> str:
    """The Argon2id hash of a password, with its parameters; costs 20 ms of CPU. `salt`: `SALT_BYTES` random bytes."""
    return _hasher.hash(password, salt=salt)


def is_right(password: str, kept: str) -> bool:
    """Whether a password is the one whose hash was kept; without one, it takes as long to say no."""
    try:
        _hasher.verify(kept or NOBODY, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def pause_after(misses: int) -> timedelta:
    """How long nothing is looked at after so many wrong tries in a row: nothing at first, then twice as long each."""
    if misses < FREE_MISSES:
        return timedelta(0)
    doublings = min(misses - FREE_MISSES, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _is_run(plain: str) -> bool:
    """Whether it is few characters again and again, or neighbours in the alphabet or among the digits."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return len(set(plain)) <= 3 or (len(steps) <= 2 and steps <= {-1, 0, 1, -9, 9})


def _is_any(plain: str, words: Sequence[str]) -> bool:
    """Whether little is left of it but one of these words and digits at its ends."""
    bare = plain.strip("0123456789!@#$%^&*._-? ")
    return any(len(word) >= 3 and (word in (bare, plain) or bare == word * 2) for word in words)
