"""How well does kefu foresee what customers do?

    python bench/behaviour/run.py --data DIR
    python bench/behaviour/run.py --data DIR --others PYTHON    # and the models of statsforecast
    python bench/behaviour/run.py --data DIR --dev              # for choices: the last terms stay unread

See README.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))

import calls
import finishing
import oulad
import tables
from sets import figure, write

from kefu.ai.predict import boosted, hazard, logistic
from kefu.ai.predict.columns import Columns
from kefu.ai.predict.crossed import fold_of
from kefu.ai.predict.quality import auc, auc_interval, brier, calibration_error, reliability
from kefu.core.ports.predictor import Lesson

HERE = Path(__file__).parent
COMMAND = "python bench/behaviour/run.py --data DIR --others PYTHON"
DAY = 56
FOLDS = 5
LEARNERS, SCHOOL = 6000, 7

Found = list[dict[str, Any]]
Foresee = Callable[[Sequence[Lesson], Sequence[Lesson]], np.ndarray]
"""Learns from lessons and gives the probabilities of others."""


def ours(train: Sequence[Lesson], test: Sequence[Lesson]) -> np.ndarray:
    """boosted.v1."""
    predictor = boosted.open_predictor({})
    predictor.fit(train, lambda *_: None)
    return np.array([one.value for one in predictor.predict([lesson.row for lesson in test])])


def plain_boosting(train: Sequence[Lesson], test: Sequence[Lesson]) -> np.ndarray:
    """LightGBM as its own settings have it."""
    import lightgbm

    columns = Columns.of([one.row for one in train])
    data = lightgbm.Dataset(
        columns.matrix([one.row for one in train]), came(train), categorical_feature=columns.texts or "auto"
    )
    booster = lightgbm.train({"objective": "binary", "num_threads": 1, "verbosity": -1}, data)
    return np.asarray(booster.predict(columns.matrix([one.row for one in test])))


def regression(train: Sequence[Lesson], test: Sequence[Lesson]) -> np.ndarray:
    """scikit-learn's logistic regression over standardised columns, a column for each value of a text."""
    from sklearn.linear_model import LogisticRegression

    columns = Columns.of([one.row for one in train])
    inputs = columns.matrix([one.row for one in train])
    spread = logistic.Spread.of(inputs, columns.texts)
    model = LogisticRegression(max_iter=3000).fit(spread.spread(inputs), came(train))
    return np.asarray(model.predict_proba(spread.spread(columns.matrix([one.row for one in test])))[:, 1])


WAYS: dict[str, Foresee] = {"kefu": ours, "plain LightGBM": plain_boosting, "logistic regression": regression}


def came(lessons: Sequence[Lesson]) -> np.ndarray:
    """What came, (n_lessons,)."""
    return np.array([one.outcome.value for one in lessons])


def crossed(lessons: Sequence[Lesson], way: Foresee) -> np.ndarray:
    """The probability of each from models that learned without its fifth."""
    folds, found = np.array([fold_of(f"bench {one.subject}") for one in lessons]), np.empty(len(lessons))
    for fold in range(FOLDS):
        out = folds == fold
        train = [one for one, left in zip(lessons, out, strict=True) if not left]
        found[out] = way(train, [one for one, left in zip(lessons, out, strict=True) if left])
    return found


def compare(name: str, outcomes: np.ndarray, found: dict[str, np.ndarray], goal: float, error: float | None) -> Found:
    """The figures of ours with those of the baselines."""
    areas = {way: auc(outcomes, values) for way, values in found.items()}
    low, high = auc_interval(outcomes, found["kefu"])
    best = max((way for way in areas if way != "kefu"), key=lambda way: areas[way])
    more = {"baseline": round(areas[best], 4), "baseline_name": best, "interval": [round(low, 4), round(high, 4)]}
    rows = [figure(f"{name}: AUC", areas["kefu"], "ratio", "higher", goal=goal, **more)]
    rows += [figure(f"{name}: AUC of {way}", areas[way], "ratio", "higher") for way in areas if way != "kefu"]
    for way, values in found.items():
        of = "" if way == "kefu" else f" of {way}"
        wanted = {"goal": error} if way == "kefu" and error else {}
        value = calibration_error(reliability(outcomes, values))
        rows.append(figure(f"{name}: calibration error{of}", value, "ratio", "lower", **wanted))
    rows.append(figure(f"{name}: Brier score", brier(outcomes, found["kefu"]), "ratio", "lower"))
    return rows


def students(data: Path, *, dev: bool) -> Found:
    """Who is at risk of not passing, trained on earlier terms and measured on a later one."""
    terms = ("2013B", "2013J") if dev else ("2013B", "2013J", "2014B")
    whole = oulad.students(data, DAY, terms)
    train = [lesson for term, lesson in whole if term != terms[-1]]
    test = [lesson for term, lesson in whole if term == terms[-1]]
    return compare(
        "at risk on day 56, later term", came(test), {way: run(train, test) for way, run in WAYS.items()}, 0.80, None
    )


def customers(data: Path) -> Found:
    """Churn and purchases: on the rows kept apart, and over all rows by cross-validation."""
    found: Found = []
    for table, goal, error in ((tables.telco(data), 0.85, 0.02), (tables.shoppers(data), 0.935, None)):
        apart = {way: run(table.train, table.test) for way, run in WAYS.items()}
        found += compare(table.name, came(table.test), apart, goal, error)
        whole = [*table.train, *table.test]
        found += compare(
            f"{table.name}, cross-validated",
            came(whole),
            {way: crossed(whole, run) for way, run in WAYS.items()},
            goal,
            error,
        )
    return found


def arrivals(data: Path, python: str) -> Found:
    """Calls one day ahead, by the half hour."""
    table, days = calls.load(data)
    naive = calls.mape(table, days, calls.last_week(table, days))
    rows = [figure("calls, a day ahead: MAPE of seasonal-naive", naive, "%", "lower")]
    best, name = naive, "seasonal-naive"
    for other, values in (calls.library(table, days, python) if python else {}).items():
        value = calls.mape(table, days, values)
        rows.append(figure(f"calls, a day ahead: MAPE of statsforecast {other}", value, "%", "lower"))
        best, name = min((best, name), (value, f"statsforecast {other}"))
    value = calls.mape(table, days, calls.foresee(table, days))
    more = {"baseline": round(best, 2), "baseline_name": name, "goal": round(best, 2)}
    return [figure("calls, a day ahead: MAPE", value, "%", "lower", **more), *rows]


def endings() -> Found:
    """When a course will be finished."""
    found = finishing.courses(LEARNERS, SCHOOL)
    predictor = hazard.open_predictor({"horizon_days": found.declared.horizon_days})
    predictor.fit([one.lesson for one in found.train], lambda *_: None)
    predictions = predictor.predict([one.case.row for one in found.test])
    pairs = [(one, foreseen) for one, foreseen in zip(found.test, predictions, strict=True) if one.outcome.known]
    held = sum(foreseen.low <= one.outcome.value <= foreseen.high for one, foreseen in pairs) / len(pairs)
    off = float(np.median([abs(foreseen.value - one.outcome.value) for one, foreseen in pairs]))
    mean_off = float(np.mean([abs(foreseen.value - one.outcome.value) for one, foreseen in pairs]))
    paces = [finishing.by_pace(one) for one, _ in pairs]
    pace_off = [abs(days - one.outcome.value) for days, (one, _) in zip(paces, pairs, strict=True)]
    reach = float(np.sqrt(held * (1 - held) / len(pairs)) * 1.96)
    width = float(np.median([foreseen.high - foreseen.low for _, foreseen in pairs]))
    came_true = np.array([float(one.outcome.known) for one in found.test])
    chance = np.array([foreseen.chance for foreseen in predictions])
    return [
        figure("finishing date: ends within the interval of 80 %", held, "ratio", "higher", goal=0.8,
               interval=[round(held - reach, 4), round(held + reach, 4)]),
        figure("finishing date: width of the interval, median", width, "days", "lower"),
        figure("finishing date: days off, median", off, "days", "lower", baseline=round(float(np.median(pace_off)), 1),
               baseline_name="overall pace"),
        figure("finishing date: days off, mean", mean_off, "days", "lower", baseline=round(float(np.mean(pace_off)), 1),
               baseline_name="overall pace"),
        figure("finishing at all in 180 days: AUC", auc(came_true, chance), "ratio", "higher"),
        figure("finishing at all in 180 days: calibration error",
               calibration_error(reliability(came_true, chance)), "ratio", "lower"),
    ]  # fmt: skip


def main() -> None:
    """Measure, print and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the data sets")
    parser.add_argument("--others", default="", help="a Python that has statsforecast (others.txt)")
    parser.add_argument("--dev", action="store_true", help="measure on earlier rows; write nothing")
    chosen = parser.parse_args()
    found = [
        *students(chosen.data, dev=chosen.dev),
        *customers(chosen.data),
        *arrivals(chosen.data, chosen.others),
        *endings(),
    ]
    if not chosen.dev:
        write(HERE, COMMAND, found, some=not chosen.others)


if __name__ == "__main__":
    main()
