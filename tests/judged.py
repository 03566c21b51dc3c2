"""Judged enquiries, and a certificate that rests on them."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from kefu.app.promise import Subject, labels_of
from kefu.core.ports.store import Review
from kefu.service.promise.certify import Aim, Kept, certify

SUBJECT = Subject("r1", "s1", "k1", "c1", 1)
THEN = datetime(2026, 3, 2, tzinfo=UTC)


def verdicts(count: int, wrong_below: float = 0.5, *, when: datetime = THEN, reader: str = "r1") -> list[Review]:
    """Enquiries of as many customers, wrong where the machine is less sure than this."""
    rng = random.Random(5)
    scores = [rng.random() for _ in range(count)]
    return [
        Review(f"t{when:%m%d}{at}", f"c{when:%m%d}{at}", when, "progress", score, reader, score >= wrong_below, "mei")
        for at, score in enumerate(scores)
    ]


def kept(reviews: list[Review]) -> Kept:
    outcome = certify(labels_of(reviews, "r1"), Aim(0.02))
    assert isinstance(outcome, Kept)
    return outcome
