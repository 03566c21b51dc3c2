"""Probabilities hold, intervals hold, histories count, and days are foreseen better than by the week before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kefu.ai.predict.calibration import calibrate
from kefu.ai.predict.hazard import open_predictor
from kefu.ai.predict.quality import auc, auc_interval, calibration_error, reliability, shift
from kefu.ai.predict.sequence import NextQuestion
from kefu.ai.predict.volume import learn_volume, read_volume
from kefu.core.errors import BadInput, ModelMissing
from kefu.testing.check_predictor import sample_lessons


def test_scores_that_say_too_much_are_calibrated() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(-1, 1.2, 12000)
    outcomes = (rng.random(12000) < 1 / (1 + np.exp(-truth))).astype(float)
    found = calibrate(3 * truth[:6000] + 1, outcomes[:6000], 1)
    probabilities = found.probability(3 * truth[6000:] + 1)
    assert calibration_error(reliability(outcomes[6000:], probabilities)) < 0.03
    low, high = found.interval(np.array([3 * truth[6000:] + 1] * 2))
    shares = 1 / (1 + np.exp(-truth[6000:]))
    assert ((low <= shares) & (shares <= high)).mean() > 0.6


def test_auc_counts_ties_by_half() -> None:
    outcomes = np.array([0, 1, 0, 1.0])
    assert auc(outcomes, np.array([0.1, 0.9, 0.2, 0.8])) == 1
    assert auc(outcomes, np.zeros(4)) == 0.5
    low, high = auc_interval(outcomes, np.array([0.1, 0.9, 0.95, 0.8]))
    assert low < auc(outcomes, np.array([0.1, 0.9, 0.95, 0.8])) < high


def test_shift_is_nothing_between_equals() -> None:
    assert shift([10, 20], [1, 2]) == pytest.approx(0)
    assert shift([10, 20], [20, 10]) > 0.2


def test_the_interval_of_when_holds_what_it_says() -> None:
    lessons = sample_lessons(when=True)
    predictor = open_predictor({"horizon_days": 60})
    predictor.fit(lessons[:400], lambda *_: None)
    rest = [one for one in lessons[400:] if one.outcome.known]
    found = predictor.predict([one.row for one in rest])
    held = sum(one.low <= lesson.outcome.value <= one.high for one, lesson in zip(found, rest, strict=True))
    assert 0.7 < held / len(rest) < 0.9


def test_the_longest_known_history_decides(tmp_path: Path) -> None:
    model = NextQuestion()
    model.fit([["progress", "finish", "refund"]] * 9 + [["progress", "invoice"]] * 3)
    assert model.predict(["progress", "finish"])[0][0] == "refund"
    assert model.predict(["progress"])[0][0] == "finish"
    assert sum(share for _, share in model.predict(["never seen"])) == pytest.approx(1)
    model.save(tmp_path)
    again = NextQuestion()
    again.load(tmp_path)
    assert again.predict(["progress"]) == model.predict(["progress"])
    (tmp_path / "sequence.json").write_text("{")
    with pytest.raises(ModelMissing):
        again.load(tmp_path)


def test_days_are_foreseen_better_than_by_the_week_before() -> None:
    rng = np.random.default_rng(3)
    shape = np.array([5, 20, 40, 30, 10.0])
    weekly = np.array([1.3, 1.1, 1.0, 0.9, 1.0, 0.6, 0.5])
    means = [shape * weekly[day % 7] * (1 + day / 300) for day in range(120)]
    counts = rng.poisson(np.array(means)).astype(float)
    model, _, backtest = learn_volume(counts[:110], [day % 7 for day in range(110)])
    found = np.array([model.predict(counts[:day], day % 7) for day in range(110, 120)])
    naive = np.abs(counts[103:113] - counts[110:120]).mean()
    assert np.abs(found - counts[110:120]).mean() < naive
    assert 0.65 < backtest.held < 0.95
    low, high = model.interval(found)
    assert 0.6 < ((low <= counts[110:120]) & (counts[110:120] <= high)).mean() < 0.95


@pytest.mark.parametrize(("scale", "days", "way"), [(1.0, 110, "boosted"), (0.004, 110, "level"), (1.0, 30, "level")])
def test_few_customers_or_days_are_foreseen_by_the_level_and_kept(
    scale: float, days: int, way: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(4)
    shape, weekly = np.array([5, 20, 40, 30, 10.0]) * 4 * scale, np.array([1.3, 1.1, 1.0, 0.9, 1.0, 0.6, 0.5])
    counts = rng.poisson([shape * weekly[day % 7] * (1 + day / 200) for day in range(days)]).astype(float)
    model, _, _ = learn_volume(counts, [day % 7 for day in range(days)])
    assert model.name == way
    model.save(tmp_path)
    again = read_volume(tmp_path)
    assert again.predict(counts, days % 7) == pytest.approx(model.predict(counts, days % 7), abs=1e-4)
    for file in tmp_path.iterdir():
        file.write_text("{")
    with pytest.raises(ModelMissing):
        read_volume(tmp_path)


def test_too_few_days_are_refused() -> None:
    with pytest.raises(BadInput, match="20 full working days"):
        learn_volume(np.ones((20, 4)), [0] * 20)
