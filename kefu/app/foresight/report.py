"""How good a predictor is, as its card tells: on cases later than those it learned from, by groups, and since then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
from kefu.core.ports.store import Memory
from kefu.service.foresight.declared import Declared

FEWEST = 30
"""Cases from which a group has figures of its own."""
DECILES = 10
MOVED = 0.2
"""A shift from which scores are said to have drifted."""
ENOUGH = 200
"""Scores from which that can be told: of so few as 30, chance alone shifts a tenth of them as far."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far so many scores of today have shifted."""

    count: int
    shift: float

    @property
    def missing(self) -> int:
        """How many more scores it takes until this can be judged."""
        return max(0, ENOUGH - self.count)

    @property
    def has_moved(self) -> bool:
        """Whether scores are so far from those it was measured on that it should learn anew."""
        return not self.missing and self.shift > MOVED


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
        "measured_until": max(one.case.as_of for one in test).isoformat(),
        "horizon_days": declared.horizon_days,
        "features": [one.name for one in declared.features],
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


async def drift_of(store: Memory, predictor: str, card: Mapping[str, Any]) -> Drift | None:
    """How far all scores of today lie from those that the card was measured on; None where there is no card of them."""
    if "edges" not in card:
        return None
    above = [(await store.highest(predictor, 0, at_least=edge)).total for edge in (0.0, *card["edges"])]
    counts = [more - fewer for more, fewer in zip(above, [*above[1:], 0], strict=True)]
    return Drift(above[0], shift(card["spread"], counts))


def spread_of(found: Sequence[Prediction]) -> dict[str, Any]:
    """For a card: edges that cut scores into tenths, each once, and how many lie between: many may be the same."""
    values = np.array([one.value for one in found])
    edges = np.unique(np.quantile(values, np.linspace(0, 1, DECILES + 1)[1:-1]))
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "spread": counts.tolist()}
