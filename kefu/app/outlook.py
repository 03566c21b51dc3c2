"""The outlook of a promise: where it stands, and what the verdicts so far would buy."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from kefu.app.config import Config
from kefu.app.promise import (
    Standing,
    Subject,
    drift_of,
    labels_of,
    read_certificate,
    standing,
    subject_of,
    write_certificate,
)
from kefu.core.ports.store import Review, Reviews
from kefu.service.promise.certify import Aim, Dial, Kept, Outcome, certify, dial_of
from kefu.service.promise.drift import Drift

ALPHAS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""The shares of wrong answers that the dial shows."""

Buys = Sequence[tuple[float, Outcome]]
"""What each alpha would buy, in rising order."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that there is to say about the promise of an installation.

    `labels` counts the verdicts that a certificate could rest on, `waiting` the drawn
    enquiries without one. `dials` says what each alpha of `ALPHAS` would buy now.
    `drift` compares what is asked since the certificate with before; None while it can't.
    """

    standing: Standing
    subject: Subject
    share: float
    labels: int
    waiting: int
    dials: Mapping[Dial, Buys]
    drift: Drift | None


async def look(config: Config, reader: str, store: Reviews) -> Outlook:
    """The outlook with this version of the reader; raises `BadConfig` for a damaged certificate."""
    judged, waiting = await store.reviews(judged=True), await store.reviews(judged=False)
    return await asyncio.to_thread(_outlook, config, reader, judged, waiting)


def _outlook(config: Config, reader: str, judged: Sequence[Review], waiting: Sequence[Review]) -> Outlook:
    certificate, subject = read_certificate(config.home), subject_of(config, reader)
    labels = labels_of(judged, reader)
    clarify_at = config.get("promise.clarify_at", float)
    delta = certificate.kept.aim.delta if certificate else Aim().delta
    return Outlook(
        standing=standing(certificate, subject, judged),
        subject=subject,
        share=config.get("promise.review_share", float),
        labels=len(labels),
        waiting=len(waiting),
        dials={dial: dial_of(labels, ALPHAS, Aim(delta=delta, dial=dial)) for dial in get_args(Dial)},
        drift=drift_of(certificate, [*judged, *waiting], clarify_at) if certificate else None,
    )


async def prove(config: Config, reader: str, store: Reviews, aim: Aim) -> Outcome:
    """Put a promise into force if the verdicts prove it; the refusal otherwise."""
    labels = labels_of(await store.reviews(judged=True), reader)
    outcome = await asyncio.to_thread(certify, labels, aim)
    if isinstance(outcome, Kept):
        await asyncio.to_thread(lambda: write_certificate(config.home, outcome, subject_of(config, reader)))
    return outcome


def as_mapping(outlook: Outlook) -> dict[str, Any]:
    """The outlook as JSON shows it, in `kefu promise show --json` and GET /api/v1/promise alike."""
    found, watch = outlook.standing, outlook.standing.watch
    return {
        "review_share": outlook.share,
        "certificate": asdict(found.certificate) if found.certificate else None,
        "void": found.void,
        "watch": watch and {"state": watch.state, "evidence": watch.filled, "seen": watch.seen, "wrong": watch.wrong},
        "drift": outlook.drift and {**asdict(outlook.drift), "is_other": outlook.drift.is_other},
        "labels": outlook.labels,
        "waiting": outlook.waiting,
        "dials": {
            dial: [{"alpha": alpha, **outcome_as_mapping(one)} for alpha, one in buys]
            for dial, buys in outlook.dials.items()
        },
    }


def outcome_as_mapping(outcome: Outcome) -> dict[str, Any]:
    """What an alpha buys, or the refusal, with `outcome` naming which."""
    return {"outcome": type(outcome).__name__, **asdict(outcome)}
