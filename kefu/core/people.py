"""The nouns of the team: people, what invites them, where they are signed in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

from kefu.core.nouns import Language

Role = Literal["owner", "admin", "supervisor", "agent", "viewer"]
"""What somebody is in the house, the highest first; each may do all that the ones after it may."""

ROLES: tuple[Role, ...] = get_args(Role)

CAPACITY = 4
"""How many conversations somebody has at a time when nothing else was said."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """How somebody proves who they are; none of it is ever shown.

    `password` is an Argon2id hash, empty where there is none. `second` is the shared secret of one-time codes
    (base32), empty while the second factor is off; `counter` the last counter that was used, since a code counts
    once. `recovery` holds digests of unused recovery codes. `subject` is who they are at the company's own sign-in.
    `misses` counts wrong tries in a row; until `closed_until` no try is looked at.
    """

    password: str = ""
    second: str = ""
    counter: int = 0
    recovery: tuple[str, ...] = ()
    subject: str = ""
    misses: int = 0
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team. `name` is what customers and colleagues see; `version` counts the changes, from 1.

    Conversations and the audit trail speak of people by name, so `former` names stay theirs, too.
    """

    id: str
    name: str
    email: str
    role: Role
    since: datetime
    teams: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int = CAPACITY
    former: tuple[str, ...] = ()
    disabled_at: datetime | None = None
    secrets: Secrets = field(default=Secrets(), repr=False)
    version: int = 0

    @property
    def keys(self) -> frozenset[str]:
        """What nobody else may be called: names of now and before, and the e-mail address."""
        return frozenset(map(key_of, (self.name, self.email, *self.former)))

    @property
    def is_owner(self) -> bool:
        """Whether they own the house and may come in."""
        return self.role == "owner" and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets somebody in once: a new colleague, or with `person_id` one who needs a new password.

    The link carries a token of which only the digest is kept.
    """

    id: str
    digest: str = field(repr=False)
    email: str
    role: Role
    teams: tuple[str, ...]
    by: str
    made_at: datetime
    expires_at: datetime
    person_id: str = ""
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still lets somebody in."""
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class SignIn:
    """One place where somebody is signed in: `id` names it, the digest is that of the token in the cookie."""

    id: str
    digest: str = field(repr=False)
    person_id: str
    since: datetime
    seen_at: datetime
    address: str
    browser: str


def key_of(name: str) -> str:
    """A name or an e-mail address as it must be unique: `Ｍei ` and `mei` are the same person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def digest_of(token: str) -> str:
    """What is kept of a random token; it is long enough that a plain digest gives nothing away."""
    return sha256(token.encode()).hexdigest()
