"""The second factor: one-time codes of an app (RFC 6238), and recovery codes for when the phone is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyotp

from kefu.core.people import Secrets, digest_of

STEP_S = 30
RECOVERY_CODES = 8
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what looks alike."""


def counter_of(secret: str, code: str, now: datetime) -> int | None:
    """Which counter a code belongs to: of this half minute, the one before or the one after; None when wrong."""
    present = int(now.timestamp()) // STEP_S
    digits = code.replace(" ", "")
    known = pyotp.TOTP(secret)
    for counter in (present, present - 1, present + 1):
        if pyotp.utils.strings_equal(digits, known.generate_otp(counter)):
            return counter
    return None


def spent(secrets: Secrets, code: str, now: datetime) -> Secrets | None:
    """What is left after a code or a recovery code was used, since each counts once; None when it is wrong."""
    counter = counter_of(secrets.second, code, now)
    if counter is not None and counter > secrets.counter:
        return replace(secrets, counter=counter)
    digest = digest_of(code.strip().lower())
    if digest in secrets.recovery:
        return replace(secrets, recovery=tuple(one for one in secrets.recovery if one != digest))
    return None


def address_of(secret: str, email: str, house: str) -> str:
    """What the QR code says to the app: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=house)


def recovery_codes(random: bytes) -> Sequence[str]:
    """Codes such as `k7m3-x9wq`, from 8 random bytes each; 39 bits."""
    letters = [ALPHABET[int.from_bytes(random[i : i + 1]) * len(ALPHABET) // 256] for i in range(len(random))]
    codes = ["".join(letters[i : i + 8]) for i in range(0, len(letters), 8)]
    return [f"{code[:4]}-{code[4:]}" for code in codes]
