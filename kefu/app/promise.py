"""The promise of an installation: labels from the team's verdicts, the certificate in a file, the watch over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kefu.app.config import Config
from kefu.core.errors import BadConfig
from kefu.core.ports.store import Review
from kefu.service.promise.certify import Aim, Kept, Label, is_wrong
from kefu.service.promise.drift import Asked, Drift, compare
from kefu.service.promise.watch import Watch

FILE = "promise.json"

KNOWLEDGE = "knowledge"
"""The folder of a project with the passages that answers are taken from, if it has one."""

NEVER = 2.0
"""A threshold that no probability reaches: the machine asks or hands over, and answers nothing by itself."""


Void = Literal["", "reader", "skills", "knowledge"]
"""What is no longer what the certificate speaks of; empty while it counts."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a certificate speaks of: the version of the reader, digests of skills and knowledge ("" for none)."""

    reader: str
    skills: str
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven, and of what: void when any part of the subject has changed."""

    kept: Kept
    subject: Subject
    made: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the promise stands: `certificate` None when there is none, `void` why it no longer counts."""

    certificate: Certificate | None = None
    void: Void = ""
    watch: Watch | None = None

    @property
    def withdrawn(self) -> str:
        """Why the machine no longer works by its certificate: `broken`, what made it void, or nothing."""
        return self.void or ("broken" if self.watch and self.watch.state == "broken" else "")

    @property
    def threshold(self) -> float | None:
        """From which probability on the machine may act; None where no certificate says so."""
        if self.certificate is None or self.void:
            return None
        return NEVER if self.watch and self.watch.state == "broken" else self.certificate.kept.threshold


def labels_of(reviews: Sequence[Review], reader: str) -> list[Label]:
    """The verdicts about one version of the reader, one for each conversation: what one customer asks is alike."""
    judged = [one for one in reviews if one.reader == reader and one.right is not None]
    return [_label(review) for review in one_each(judged)]


def one_each(reviews: Sequence[Review]) -> list[Review]:
    """One enquiry of each conversation, chosen by a digest, so that neither time nor score can sway it."""
    chosen: dict[str, Review] = {}
    for review in sorted(reviews, key=_lot):
        chosen.setdefault(review.conversation_id, review)
    return list(chosen.values())


def drift_of(certificate: Certificate, reviews: Sequence[Review], clarify_at: float) -> Drift | None:
    """How what was drawn since the certificate differs from what was drawn before, judged or not; None for too few."""
    before, since = (
        [
            Asked(one.intent, one.score)
            for one in one_each([one for one in reviews if (one.drawn_at > certificate.made) is later])
            if one.reader == certificate.subject.reader
        ]
        for later in (False, True)
    )
    return compare(before, since, clarify_at)


def standing(certificate: Certificate | None, subject: Subject, reviews: Sequence[Review]) -> Standing:
    """Where the promise stands, by the certificate of a project and the verdicts since."""
    if certificate is None:
        return Standing()
    changed = _changed(certificate.subject, subject)
    if changed:
        return Standing(certificate, changed)
    kept = certificate.kept
    since = sorted((one for one in reviews if one.drawn_at > certificate.made), key=lambda one: one.drawn_at)
    labels = [_label(one) for one in since if one.right is not None and one.reader == subject.reader]
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
        return Certificate(kept, Subject(**found["subject"]), datetime.fromisoformat(found["made"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfig(f"{file} is no certificate; remove it, then run `kefu promise certify`.") from error


def write_certificate(home: Path, kept: Kept, subject: Subject) -> Certificate:
    """Put a certificate into force; a running server takes it over within a minute."""
    certificate = Certificate(kept, subject, datetime.now(UTC))
    making = home / f".{FILE}"
    making.write_text(json.dumps(asdict(certificate), indent=1, default=str) + "\n", "utf-8")
    making.replace(home / FILE)
    return certificate


def withdraw(home: Path) -> bool:
    """Take the certificate out of force; whether there was one."""
    was_there = (home / FILE).is_file()
    (home / FILE).unlink(missing_ok=True)
    return was_there


def subject_of(config: Config, reader: str) -> Subject:
    """What a certificate of this project speaks of, as its folders are now."""
    knowledge = config.home / KNOWLEDGE
    digest = digest_of(knowledge) if knowledge.is_dir() else ""
    return Subject(reader, digest_of(config.home / config.get("skills.folder", str)), digest)


def digest_of(folder: Path) -> str:
    """A fingerprint of everything in a folder."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _changed(then: Subject, now: Subject) -> Void:
    """The first part of a subject that is another one now."""
    if then.reader != now.reader:
        return "reader"
    if then.skills != now.skills:
        return "skills"
    return "knowledge" if then.knowledge != now.knowledge else ""


def _label(review: Review) -> Label:
    return Label(review.score, bool(review.right))


def _lot(review: Review) -> bytes:
    return hashlib.blake2b(review.turn_id.encode(), digest_size=8).digest()
