"""The audit trail: who did what about which object, as a chain in which a gap or a change is found.

Every entry holds the digest of the one before it, so whoever changes one would have to write all later ones
anew; whoever knows the digest of a later one sees that. An entry names objects by their ids and holds
nothing that a customer said or is, so it can stay when a conversation is erased.
Source: Schneier and Kelsey, "Secure audit logs to support computer forensics", 1999.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256

START = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be written down.

    `who` is the shown name and `person_id` the id (empty for the operator token and the command line), `what` a
    dotted name such as `person.role`, `about` an object as `kind:id`, `origin` the address that it came from,
    `before` and `after` digests of the object, `detail` says what changed in a few words.
    """

    who: str
    what: str
    about: str
    person_id: str = ""
    origin: str = ""
    before: str = ""
    after: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed as it stands in the trail: its place (from 1), its time, the digest that seals it."""

    number: int
    at: datetime
    deed: Deed
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the chain does not hold, and how: `gap`, `changed` or `cut` (less is there than was once seen)."""

    number: int
    kind: str


def fingerprint(values: Mapping[str, object] | None) -> str:
    """A short digest of an object's state; empty for nothing."""
    if values is None:
        return ""
    return sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def sealed(number: int, at: datetime, deed: Deed, previous: str) -> Entry:
    """An entry that follows the one with this digest."""
    at = at.astimezone(UTC)
    parts = [previous, number, at.isoformat(), *(getattr(deed, one.name) for one in fields(deed))]
    digest = sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
    return Entry(number, at, deed, previous, digest)


def flaw_in(entries: Iterable[Entry], number: int = 0, previous: str = START) -> Flaw | None:
    """The first place where entries do not follow the one before them, or None."""
    for entry in entries:
        if entry.number != number + 1:
            return Flaw(number + 1, "gap")
        if sealed(entry.number, entry.at, entry.deed, previous) != entry:
            return Flaw(entry.number, "changed")
        number, previous = entry.number, entry.digest
    return None
