"""The gate before a version of a predictor is served: none is that foresees worse than the one served.

Of each version two models are kept: the one that is served learned from everything, the measured one only from what
was known when its latest cases began. The measured models of both foresee the candidate's latest cases, which
neither could have learned from: what the older one knew ends earlier still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kefu.app.foresight.gathering import Sample
from kefu.app.foresight.models import MEASURED, PredictorModels
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.ports.predictor import Prediction
from kefu.service.foresight.declared import Declared
from kefu.service.promotion import compare_losses

FEWEST = 30
"""Cases from which two versions can be told apart."""

Loss = tuple[str, float]
"""Whose case it is, and how far a forecast of it was off."""


def contest(
    declared: Declared, models: PredictorModels, after: Sequence[Loss], before: Callable[[str], Sequence[Loss]]
) -> Mapping[str, Any]:
    """How a candidate did beside the version served, for its card: `worse` says that it must not be served.

    `after` are its losses, `before` gives those of the measured model of a version. `skipped` says why nothing was
    compared: `first`, `other` (what is asked or looked at has changed), `few` cases, `gone` (files are missing).
    """
    against = next(iter(models.served()), "")
    if not against:
        return {"skipped": "first", "worse": False}
    try:
        card = models.card(against)
        if card.get("question") != declared.question or not {one.name for one in declared.features} >= {
            *card.get("features", ())
        }:
            return {"against": against, "skipped": "other", "worse": False}
        if len(after) < FEWEST:
            return {"against": against, "skipped": "few", "worse": False}
        theirs = before(against)
    except (ModelMissing, BadConfig):
        return {"against": against, "skipped": "gone", "worse": False}
    found = compare_losses([owner for owner, _ in after], [loss for _, loss in theirs], [loss for _, loss in after])
    return {"against": against, **asdict(found), "worse": found.worse}


def contest_models(
    declared: Declared, models: PredictorModels, latest: Sequence[Sample], found: Sequence[Prediction]
) -> Mapping[str, Any]:
    """The same for forecasts of the latest cases."""

    def before(name: str) -> Sequence[Loss]:
        model = models.open_model(declared, name, MEASURED)
        return losses_of(declared, latest, model.predict([one.case.row for one in latest]))

    return contest(declared, models, losses_of(declared, latest, found), before)


def losses_of(declared: Declared, latest: Sequence[Sample], found: Sequence[Prediction]) -> list[Loss]:
    """The square of how far a probability was off (Brier's); of when, the days, where the end is known."""
    pairs = [(one.lesson.subject, one.outcome, said.value) for one, said in zip(latest, found, strict=True)]
    if declared.is_when:
        return [(whose, abs(value - outcome.value)) for whose, outcome, value in pairs if outcome.known]
    return [(whose, (value - outcome.value) ** 2) for whose, outcome, value in pairs]
