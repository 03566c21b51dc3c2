"""The promise of an installation: labels from the team's verdicts, the certificate in a file, the watch over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from kefu.app.config import Config
from kefu.app.searches import METHOD
from kefu.core.errors import BadConfig
from kefu.core.ports.store import Review
from kefu.service.dialogue.decide import EDITION, KNOWLEDGE
from kefu.service.dialogue.scene import Promise
from kefu.service.promise.certify import Aim, Kept, Label, Own
from kefu.service.promise.drift import Asked, Drift, compare
from kefu.service.promise.watch import Watched, watch

FILE = "promise.json"

SETTINGS = ("kefu.default_language", "identity.skill", "limits.message_characters")
"""Keys of kefu.toml that change what is answered, beside those under `reader` and `knowledge`."""

HARMLESS = ("reader.lexicons_minutes", "reader.model", "knowledge.index", "knowledge.look_s")
"""Those of them that change nothing in an answer."""


Void = Literal["", "reader", "skills", "knowledge", "settings", "rules"]
"""What is no longer what the certificate speaks of; empty while it counts."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a certificate speaks of.

    The version of the reader; digests of skills, of the settings, and the edition of the knowledge ("" for none)
    that change what is answered; the edition of kefu's own rules of decision.
    """

    reader: str
    skills: str
    knowledge: str = ""
    settings: str = ""
    rules: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven, and of what: void when any part of the subject has changed."""

    kept: Kept
    subject: Subject
    made: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the promise stands: `certificate` None when there is none, `void` why it no longer counts.

    `watched` is what the verdicts since say of it.
    """

    certificate: Certificate | None = None
    void: Void = ""
    watched: Watched | None = None

    @property
    def withdrawn(self) -> str:
        """Why the machine no longer answers by its certificate: `broken`, what made it void, or nothing."""
        return self.void or ("broken" if self.watched and self.watched.state == "broken" else "")

    @property
    def counts(self) -> bool:
        """Whether a certificate is in force."""
        return self.certificate is not None and not self.withdrawn

    @property
    def alarm(self) -> str:
        """What people must be told of: `at_risk`, `lowered`, or why it is withdrawn; empty while all is well."""
        state = self.watched.state if self.watched else "holds"
        return self.withdrawn or ("" if state == "holds" else state)

    def applied(self, usual: Promise) -> Promise:
        """The thresholds to work by: those of the certificate, raised by the watch; the usual ones without it.

        A void certificate proves nothing any more, but that is no reason to answer more:
        what it did not allow, and what the watch had taken back, stays so until a new one is
        in force or people withdraw it.
        """
        if self.certificate is None or self.watched is None:
            return usual
        kept, floor = self.certificate.kept, max(self.watched.floor, usual.answer_at if self.void else 0.0)
        answer_at = max(kept.threshold, floor)
        own = {one.intent: max(one.threshold, floor) for one in kept.owns}
        if self.void:
            own |= {intent: max(least, own.get(intent, answer_at)) for intent, least in usual.own.items()}
        return replace(usual, answer_at=answer_at, own=own)


@dataclass(frozen=True, slots=True)
class Records:
    """What the file holds: the certificate in force, and since when verdicts count (None: all of them)."""

    certificate: Certificate | None = None
    since: datetime | None = None


def labels_of(reviews: Sequence[Review], reader: str, since: datetime | None = None) -> list[Label]:
    """The verdicts about one version of the reader in the order of drawing, one for each conversation.

    What one customer asks is alike. Only enquiries drawn after `since` count, and they
    count up to the first conversation without a verdict: hard cases can't be left out.
    """
    drawn = [one for one in reviews if one.reader == reader and (since is None or one.drawn_at > since)]
    verdicts = {one.conversation_id: one for one in one_each([one for one in drawn if one.right is not None])}
    order = dict.fromkeys(one.conversation_id for one in sorted(drawn, key=lambda one: (one.drawn_at, _lot(one))))
    return [_label(verdicts[name]) for name in takewhile(verdicts.__contains__, order)]


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
    kept, reader = certificate.kept, certificate.subject.reader
    since = sorted((one for one in reviews if one.drawn_at > certificate.made), key=lambda one: one.drawn_at)
    labels = [_label(one) for one in since if one.right is not None and one.reader == reader]
    watched = watch(labels, kept.threshold_of, kept.aim.alpha, kept.aim.delta, kept.aim.dial)
    return Standing(certificate, _changed(certificate.subject, subject), watched)


def counted_since(records: Records, found: Standing) -> datetime | None:
    """Since when verdicts count for the next certificate.

    A promise that failed is not proven again from the sample that it failed with: then
    only what was drawn since that certificate counts.
    """
    failed = found.watched and found.watched.state in ("lowered", "broken")
    return found.certificate.made if found.certificate and failed else records.since


def read_records(home: Path) -> Records:
    """What the file of a project says; raises `BadConfig` for one that is damaged."""
    file = home / FILE
    if not file.is_file():
        return Records()
    try:
        found = json.loads(file.read_text("utf-8"))
        since = datetime.fromisoformat(found["since"]) if found.get("since") else None
        return Records(None if set(found) == {"since"} else _certificate(found), since)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadConfig(f"{file} is no certificate; remove it, then run `kefu promise certify`.") from error


def read_certificate(home: Path) -> Certificate | None:
    """The certificate of a project; raises `BadConfig` for a file that is none."""
    return read_records(home).certificate


def _certificate(found: Mapping[str, Any]) -> Certificate:
    kept = found["kept"]
    owns = tuple(Own(**own) for own in kept.get("owns", ()))
    whole = Kept(**{**kept, "aim": Aim(**kept["aim"]), "owns": owns})
    return Certificate(whole, Subject(**found["subject"]), datetime.fromisoformat(found["made"]))


def write_certificate(home: Path, kept: Kept, subject: Subject, since: datetime | None = None) -> Certificate:
    """Put a certificate into force; a running server takes it over within a minute."""
    certificate = Certificate(kept, subject, datetime.now(UTC))
    _write(home, {**asdict(certificate), "since": since})
    return certificate


def withdraw(home: Path, since: datetime | None = None) -> bool:
    """Take the certificate out of force; whether there was one. From then on verdicts count from `since`."""
    was_there = read_records(home).certificate is not None
    if since:
        _write(home, {"since": since})
    else:
        (home / FILE).unlink(missing_ok=True)
    return was_there


def _write(home: Path, found: Mapping[str, object]) -> None:
    making = home / f".{FILE}"
    making.write_text(json.dumps(found, indent=1, default=str) + "\n", "utf-8")
    making.replace(home / FILE)


def usual_promise(config: Config) -> Promise:
    """The thresholds of kefu.toml, which hold where nothing was proven."""
    own = {KNOWLEDGE: config.get("knowledge.answer_at", float)}
    return Promise(config.get("promise.answer_at", float), config.get("promise.clarify_at", float), own)


def subject_of(config: Config, reader: str, edition: int) -> Subject:
    """What a certificate of this project speaks of, as its folders and its library (at an edition) are now."""
    knowledge = f"{METHOD}@{edition}" if edition else ""
    skills = digest_of(config.home / config.get("skills.folder", str))
    return Subject(reader, skills, knowledge, _settings_of(config), EDITION)


def _settings_of(config: Config) -> str:
    """A fingerprint of the settings that change what is answered; secrets are not among them."""
    keys = sorted(key for key in config.values if key in SETTINGS or key.startswith(("reader.", "knowledge.")))
    rules = config.home / config.get("reader.rules", str)
    named = [f"{key}={config.values[key]!r}" for key in keys if key not in HARMLESS]
    digest = hashlib.sha256("\n".join(named).encode())
    digest.update(rules.read_bytes() if rules.is_file() else b"")
    return digest.hexdigest()[:16]


LESSONS = ("examples.", "out_of_scope.")
"""Files that change an answer only through the reader that learned from them, which has a version of its own."""


def digest_of(folder: Path) -> str:
    """A fingerprint of everything in a folder of skills that changes an answer."""
    digest = hashlib.sha256()
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for file in sorted(path for path in files if not path.name.startswith(LESSONS)):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _changed(then: Subject, now: Subject) -> Void:
    """The first part of a subject that is another one now."""
    parts: tuple[Void, ...] = ("reader", "skills", "knowledge", "settings", "rules")
    return next((part for part in parts if getattr(then, part) != getattr(now, part)), "")


def _label(review: Review) -> Label:
    return Label(review.score, bool(review.right), review.intent)


def _lot(review: Review) -> bytes:
    return hashlib.blake2b(review.turn_id.encode(), digest_size=8).digest()
