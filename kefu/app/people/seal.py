"""Secrets of people, sealed where they are kept: whoever has the database alone can't make anybody's codes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from secrets import token_bytes

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kefu.app.people.team import Staff, with_secrets
from kefu.core.errors import Conflict, NotSignedIn
from kefu.core.ports.people import Change
from kefu.service.privacy.links import key_for

log = structlog.get_logger()

MARK = "gcm1:"
"""How what is sealed begins; a secret in base32 never does."""

NONCE = 12


class Seal:
    """AES-256-GCM under a key from the house's secret, bound to whose secret it is. Source: NIST SP 800-38D."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(key_for("second factor", secret))

    def close(self, person_id: str, secret: str) -> str:
        """A secret of somebody as it is kept."""
        nonce = token_bytes(NONCE)
        return MARK + b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), person_id.encode())).decode()

    def open(self, person_id: str, sealed: str) -> str:
        """The secret again; raises `NotSignedIn` where it is another person's, or sealed under another secret."""
        raw = b64decode(sealed.removeprefix(MARK))
        try:
            return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], person_id.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise NotSignedIn(
                "The second factor was sealed under another [security] session_secret; an owner takes it off, then it "
                "can be turned on again."
            ) from error


async def seal_all(staff: Staff, seal: Seal, now: datetime) -> int:
    """Seal the secrets that an older kefu kept as they were; returns how many."""
    count = 0
    for person in await staff.people():
        if person.secrets.second and not person.secrets.second.startswith(MARK):
            sealed = with_secrets(person, second=seal.close(person.id, person.secrets.second))
            try:
                await staff.change(Change(now, people=(sealed,)))
            except Conflict:
                log.info("second factor not sealed yet", person=person.id, advice="another process was faster")
                continue
            count += 1
    return count
