"""The models of statsforecast on the bank's calls: reads a question on stdin, answers on stdout.

It runs in an environment of its own (others.txt), since it wants another pandas than kefu.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from statsforecast.models import (
    MSTL,
    AutoARIMA,
    AutoETS,
    DynamicOptimizedTheta,
    SeasonalExponentialSmoothingOptimized,
)

DAY, WEEK = 28, 140
MODELS: dict[str, Callable[[], Any]] = {
    "SeasonalExponentialSmoothing": lambda: SeasonalExponentialSmoothingOptimized(WEEK),
    "AutoETS": lambda: AutoETS(season_length=DAY, model="ANA"),
    "MSTL with AutoARIMA": lambda: MSTL([DAY, WEEK], trend_forecaster=AutoARIMA(max_p=2, max_q=2)),
    "DynamicOptimizedTheta": lambda: DynamicOptimizedTheta(season_length=DAY),
}


def main() -> None:
    """Each day from all half hours before it; logarithms where the model adds its parts."""
    asked = json.load(sys.stdin)
    table = np.array(asked["table"])
    found = {}
    for name, make in MODELS.items():
        logs = name.startswith("MSTL")
        days = []
        for day in asked["days"]:
            series = table[:day].ravel()
            mean = make().forecast(np.log(series) if logs else series, DAY)["mean"]
            days.append((np.exp(mean) if logs else mean).tolist())
        found[name] = days
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
