"""The outlook of a promise: where it stands, and what the verdicts so far would buy."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

from kefu.app.config import Config
from kefu.app.labelled import has_sample
from kefu.app.mode import Wish, read_wish
from kefu.app.promise import (
    Standing,
    Subject,
    counted_since,
    drift_of,
    labels_of,
    read_records,
    standing,
    subject_of,
    withdraw,
    write_certificate,
)
from kefu.app.searches import edition_of
from kefu.core.errors import BadInput
from kefu.core.ports.store import Memory, Review
from kefu.service.promise.certify import Aim, Dial, Kept, Outcome, certify, dial_of
from kefu.service.promise.drift import Drift
from kefu.service.promise.looks import LOOKS

ALPHAS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""The shares of wrong answers that the dial shows."""

Buys = Sequence[tuple[float, Outcome]]
"""What each alpha would buy, in rising order."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that there is to say about the promise of an installation.

    `wish` is what kefu.toml asks for. `share` of the customers are drawn for review now.
    `labels` counts the verdicts that a certificate could rest on, `waiting` the drawn
    enquiries without one. `dials` says what each alpha of `ALPHAS` would buy now. `drift`
    compares what is asked since the certificate with before; None while it can't.
    """

    standing: Standing
    subject: Subject
    wish: Wish
    share: float
    labels: int
    waiting: int
    dials: Mapping[Dial, Buys]
    drift: Drift | None

    @property
    def shadow(self) -> bool:
        """Whether kefu drafts and people answer."""
        return self.wish.is_shadow(self.standing)


async def look(config: Config, reader: str, store: Memory) -> Outlook:
    """The outlook with this version of the reader; raises `BadConfig` for a damaged certificate."""
    judged, waiting = await store.reviews(judged=True), await store.reviews(judged=False)
    subject = await asyncio.to_thread(subject_of, config, reader, await edition_of(store))
    return await asyncio.to_thread(_outlook, config, subject, judged, waiting)


def _outlook(config: Config, subject: Subject, judged: Sequence[Review], waiting: Sequence[Review]) -> Outlook:
    records = read_records(config.home)
    certificate = records.certificate
    found = standing(certificate, subject, judged)
    labels = labels_of([*judged, *waiting], subject.reader, counted_since(records, found))
    clarify_at = config.get("promise.clarify_at", float)
    delta = certificate.kept.aim.delta if certificate else Aim().delta
    wish = read_wish(config)
    return Outlook(
        standing=found,
        subject=subject,
        wish=wish,
        share=config.get(f"promise.{'shadow' if wish.is_shadow(found) else 'review'}_share", float),
        labels=len(labels),
        waiting=len(waiting),
        dials={dial: dial_of(labels, ALPHAS, Aim(delta=delta, dial=dial)) for dial in get_args(Dial)},
        drift=drift_of(certificate, [*judged, *waiting], clarify_at) if certificate else None,
    )


async def prove(config: Config, reader: str, store: Memory, aim: Aim) -> Outcome:
    """Put a promise into force if the verdicts prove it; the refusal otherwise.

    Raises `BadInput` while there are sample conversations.
    """
    if await has_sample(store):
        raise BadInput("A promise must rest on real customers; remove the sample first: kefu sample remove.")
    reviews = [*await store.reviews(judged=True), *await store.reviews(judged=False)]
    subject = await asyncio.to_thread(subject_of, config, reader, await edition_of(store))
    return await asyncio.to_thread(_prove, config, subject, reviews, aim)


def _prove(config: Config, subject: Subject, reviews: Sequence[Review], aim: Aim) -> Outcome:
    records = read_records(config.home)
    since = counted_since(records, standing(records.certificate, subject, reviews))
    outcome = certify(labels_of(reviews, subject.reader, since), aim)
    if isinstance(outcome, Kept):
        write_certificate(config.home, outcome, subject, since)
    return outcome


async def release(config: Config, reader: str, store: Memory, *, anew: bool = False, now: datetime) -> bool:
    """Take the promise out of force; whether there was one. With `anew` no verdict until now counts any more."""
    judged = await store.reviews(judged=True)
    subject = await asyncio.to_thread(subject_of, config, reader, await edition_of(store))

    def work() -> bool:
        records = read_records(config.home)
        found = standing(records.certificate, subject, judged)
        return withdraw(config.home, now if anew else counted_since(records, found))

    return await asyncio.to_thread(work)


def as_mapping(outlook: Outlook) -> dict[str, Any]:
    """The outlook as JSON shows it, in `kefu promise show --json` and GET /api/v1/promise alike."""
    found = outlook.standing
    return {
        "mode": outlook.wish.mode,
        "require": outlook.wish.require,
        "shadow": outlook.shadow,
        "review_share": outlook.share,
        "certificate": asdict(found.certificate) if found.certificate else None,
        "void": found.void,
        "watch": asdict(found.watched) if found.watched else None,
        "drift": outlook.drift and {**asdict(outlook.drift), "is_other": outlook.drift.is_other},
        "labels": outlook.labels,
        "next_look": next((look for look in LOOKS if look > outlook.labels), None),
        "waiting": outlook.waiting,
        "dials": {
            dial: [{"alpha": alpha, **outcome_as_mapping(one)} for alpha, one in buys]
            for dial, buys in outlook.dials.items()
        },
    }


def outcome_as_mapping(outcome: Outcome) -> dict[str, Any]:
    """What an alpha buys, or the refusal, with `outcome` naming which."""
    return {"outcome": type(outcome).__name__, **asdict(outcome)}
