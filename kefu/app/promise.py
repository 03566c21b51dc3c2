"""The promise of an installation: labels from the team's verdicts, the certificate in a file, the watch over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kefu.core.errors import BadConfig
from kefu.core.ports.store import Review
from kefu.service.promise.certify import Aim, Kept, Label, is_wrong
from kefu.service.promise.watch import Watch

FILE = "promise.json"

NEVER = 2.0
"""A threshold that no probability reaches: the machine asks or hands over, and answers nothing by itself."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven, and of what: void when the reader or the skills are no longer these."""

    kept: Kept
    reader: str
    skills: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the promise stands: `certificate` None when there is none, `void` why it no longer counts."""

    certificate: Certificate | None
    void: str
    watch: Watch | None

    @property
    def threshold(self) -> float | None:
        """From which probability on the machine may act; None where no certificate says so."""
        if self.certificate is None or self.void:
            return None
        return NEVER if self.watch and self.watch.state == "broken" else self.certificate.kept.threshold


def labels_of(reviews: Sequence[Review], reader: str) -> list[Label]:
    """The verdicts about one version of the reader, one for each conversation, since what one customer asks is alike.

    Which one is chosen by a digest, so that neither time nor score can sway it.
    """
    chosen: dict[str, Review] = {}
    for review in sorted((one for one in reviews if one.reader == reader), key=_lot):
        if review.right is not None:
            chosen.setdefault(review.conversation_id, review)
    return [_label(review) for review in chosen.values()]


def standing(certificate: Certificate | None, reader: str, skills: str, reviews: Sequence[Review]) -> Standing:
    """Where the promise stands, by the certificate of a project and the verdicts since."""
    if certificate is None:
        return Standing(None, "", None)
    if certificate.reader != reader:
        return Standing(certificate, "the reader was trained anew", None)
    if certificate.skills != skills:
        return Standing(certificate, "the skills were changed", None)
    kept = certificate.kept
    since = sorted((one for one in reviews if one.drawn_at > certificate.made), key=lambda one: one.drawn_at)
    labels = [_label(one) for one in since if one.right is not None and one.reader == reader]
    if kept.aim.dial == "selective":
        labels = [label for label in labels if label.score >= kept.threshold]
    watch = Watch(kept.aim.alpha, kept.aim.delta)
    watch.see(is_wrong(label, kept.threshold) for label in labels)
    return Standing(certificate, "", watch)


def read_certificate(home: Path) -> Certificate | None:
    """The certificate of a project; raises `BadConfig` for a file that is none."""
    file = home / FILE
    if not file.is_file():
        return None
    try:
        found = json.loads(file.read_text("utf-8"))
        kept = Kept(**{**found["kept"], "aim": Aim(**found["kept"]["aim"])})
        return Certificate(kept, found["reader"], found["skills"], datetime.fromisoformat(found["made"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfig(f"{file} is no certificate; remove it, then run `kefu promise certify`.") from error


def write_certificate(home: Path, kept: Kept, reader: str, skills: str) -> Certificate:
    """Put a certificate into force; a running server takes it over within a minute."""
    certificate = Certificate(kept, reader, skills, datetime.now(UTC))
    making = home / f".{FILE}"
    making.write_text(json.dumps(asdict(certificate), indent=1, default=str) + "\n", "utf-8")
    making.replace(home / FILE)
    return certificate


def withdraw(home: Path) -> bool:
    """Take the certificate out of force; whether there was one."""
    was_there = (home / FILE).is_file()
    (home / FILE).unlink(missing_ok=True)
    return was_there


def digest_of(skills: Path) -> str:
    """A fingerprint of everything in the skills' folder."""
    digest = hashlib.sha256()
    for file in sorted(path for path in skills.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(str(file.relative_to(skills)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _label(review: Review) -> Label:
    return Label(review.score, bool(review.right))


def _lot(review: Review) -> bytes:
    return hashlib.blake2b(review.turn_id.encode(), digest_size=8).digest()
