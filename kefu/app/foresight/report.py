"""How good a predictor is, as its card tells: on cases later than those it learned from, by groups, and since then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from kefu.ai.predict.quality import (
    auc,
    auc_interval,
    brier,
    calibration_error,
    log_loss,
    reliability,
    shift,
)
from kefu.app.foresight.gathering import Sample
from kefu.core.ports.predictor import Prediction
from kefu.service.foresight.declared import Declared

FEWEST = 30
"""Cases from which a group has figures of its own."""
DECILES = 10
MOVED = 0.2
"""A shift from which scores are said to have drifted."""


def report_of(
    declared: Declared, train: Sequence[Sample], test: Sequence[Sample], found: Sequence[Prediction]
) -> dict[str, Any]:
    """Everything a card shows; `found` is what was foreseen of `test`."""
    values = np.array([one.value for one in found])
    body: dict[str, Any] = {
        "lessons": len(train),
        "cases": len(test),
        "from": min(one.case.as_of for one in train).isoformat(),
        "until": max(one.case.as_of for one in train).isoformat(),
        "measured_from": min(one.case.as_of for one in test).isoformat(),
        "horizon_days": declared.horizon_days,
        "features": [one.name for one in declared.features],
        "deciles": np.quantile(values, np.linspace(0, 1, DECILES + 1)[1:-1]).round(6).tolist(),
    }
    if declared.is_when:
        return body | _when(test, found)
    outcomes = np.array([one.outcome.value for one in test])
    low, high = auc_interval(outcomes, values)
    bins = reliability(outcomes, values)
    share = float(np.mean([one.outcome.value for one in train]))
    return body | {
        "share": float(outcomes.mean()),
        "auc": auc(outcomes, values),
        "auc_low": low,
        "auc_high": high,
        "brier": brier(outcomes, values),
        "brier_of_share": brier(outcomes, np.full(len(outcomes), share)),
        "log_loss": log_loss(outcomes, values),
        "calibration_error": calibration_error(bins),
        "bins": [asdict(one) for one in bins],
        "flagged": float((values >= declared.threshold).mean()),
        "groups": _groups(declared, test, outcomes, values),
    }


def _when(test: Sequence[Sample], found: Sequence[Prediction]) -> dict[str, Any]:
    pairs = [(one.outcome.value, said) for one, said in zip(test, found, strict=True) if one.outcome.known]
    came = np.array([float(one.outcome.known) for one in test])
    chance = np.array([one.chance for one in found])
    body: dict[str, Any] = {"share": float(came.mean()), "auc": auc(came, chance), "ended": len(pairs)}
    body["calibration_error"] = calibration_error(reliability(came, chance))
    body["bins"] = [asdict(one) for one in reliability(came, chance)]
    if pairs:
        body["held"] = sum(said.low <= days <= said.high for days, said in pairs) / len(pairs)
        body["days_off"] = float(np.median([abs(said.value - days) for days, said in pairs]))
        body["width"] = float(np.median([said.high - said.low for _, said in pairs]))
    return body


def _groups(
    declared: Declared, test: Sequence[Sample], outcomes: np.ndarray, values: np.ndarray
) -> dict[str, list[dict[str, Any]]]:
    """For each value of a declared group: how many, what was foreseen, what came, how well they are told apart."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name in declared.groups:
        of = np.array([str(one.case.row.get(name)) for one in test])
        groups[name] = [
            {
                "value": value,
                "count": int(mine.sum()),
                "foreseen": float(values[mine].mean()),
                "came": float(outcomes[mine].mean()),
                "auc": auc(outcomes[mine], values[mine]),
                "flagged": float((values[mine] >= declared.threshold).mean()),
            }
            for value in sorted(set(of.tolist()))
            if (mine := of == value).sum() >= FEWEST
        ]
    return groups


def drift_of(report: dict[str, Any], values: Sequence[float]) -> float | None:
    """How far today's scores lie from those that the card was measured on; None of too few."""
    if len(values) < FEWEST:
        return None
    counts = np.bincount(np.searchsorted(report["deciles"], np.asarray(values)), minlength=DECILES)
    return shift([1.0] * DECILES, counts.tolist())
