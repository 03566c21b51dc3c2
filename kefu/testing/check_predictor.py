"""The conformance kit of predictors.

`make` opens a fresh predictor that has learned nothing; predictors of when are given lessons whose value is days.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from kefu.core.errors import BadInput, KefuError, ModelMissing
from kefu.core.nouns import Row
from kefu.core.ports.predictor import Lesson, Outcome, Predictor

Make = Callable[[], Predictor]
Check = Callable[[Make, Sequence[Lesson]], None]

ROWS = 600


def sample_lessons(*, when: bool = False) -> list[Lesson]:
    """Invented lessons: `visits` and `plan` matter, `noise` does not; some values are missing."""
    rng = random.Random(5)  # noqa: S311 - repeatable, and no secret
    lessons = []
    for number in range(ROWS):
        visits, plan = rng.random() * 10, rng.choice(("free", "paid"))
        row: Row = {
            "visits": None if number % 17 == 0 else round(visits, 3),
            "plan": plan,
            "noise": round(rng.random(), 3),
        }
        if when:
            days = rng.expovariate((0.5 + visits) / 200) + 0.5
            lessons.append(Lesson(f"S{number}", row, Outcome(min(days, 60.0), days <= 60)))
        else:
            chance = 1 / (1 + 2.718 ** -(visits - 5 + (2 if plan == "paid" else -1)))
            lessons.append(Lesson(f"S{number}", row, Outcome(float(rng.random() < chance))))
    return lessons


def fails(work: Callable[[], object], kind: type[KefuError], advice: str) -> None:
    """The error that must come, with what to do next."""
    try:
        work()
    except kind as error:
        if advice in error.message:
            return
    raise AssertionError(f"{kind.__name__} was expected, with {advice!r}")


def nothing_is_foreseen_before_learning(make: Make, lessons: Sequence[Lesson]) -> None:
    """It says what to do, and so does one that has too little to learn from."""
    fails(lambda: make().predict([lessons[0].row]), ModelMissing, "kefu predict train")
    fails(lambda: make().fit(lessons[:10], lambda *_: None), BadInput, "too little")


def intervals_hold_their_value(make: Make, lessons: Sequence[Lesson]) -> None:
    """The value lies within its interval, and follows what matters."""
    predictor = _learned(make, lessons)
    found = predictor.predict([one.row for one in lessons])
    assert len(found) == len(lessons)
    assert all(one.low <= one.value <= one.high for one in found)
    assert all(0 <= one.chance <= 1 for one in found)
    assert len({round(one.value, 3) for one in found}) > 10


def strange_rows_are_foreseen(make: Make, lessons: Sequence[Lesson]) -> None:
    """A value that was never seen, that is missing or that nobody declared is no error."""
    predictor = _learned(make, lessons)
    strange: list[Row] = [{"visits": 1e9, "plan": "gold", "noise": None}, {}, {"other": 1, "plan": 3}]
    assert len(predictor.predict(strange)) == len(predictor.explain(strange)) == len(strange)
    assert list(predictor.predict([])) == []


def reasons_name_what_matters(make: Make, lessons: Sequence[Lesson]) -> None:
    """Every feature has its part, and the ones that matter move more than one that does not."""
    found = _learned(make, lessons).explain([one.row for one in lessons[:100]])
    assert all(set(one) == set(lessons[0].row) for one in found)
    moved = {name: sum(abs(one[name]) for one in found) for name in found[0]}
    assert moved["visits"] > moved["noise"]


def it_is_the_same_after_saving(make: Make, lessons: Sequence[Lesson]) -> None:
    """What was saved foresees the same; a damaged file is refused with advice."""
    predictor, again = _learned(make, lessons), make()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        predictor.save(folder)
        again.load(folder)
        rows = [one.row for one in lessons[:50]]
        pairs = zip(predictor.predict(rows), again.predict(rows), strict=True)
        assert all(abs(one.value - other.value) < 1e-4 for one, other in pairs)
        for file in folder.iterdir():
            kept = file.read_bytes()
            file.write_bytes(b"damaged")
            fails(lambda: make().load(folder), ModelMissing, "kefu predict train")
            file.write_bytes(kept)


def it_learns_the_same_again(make: Make, lessons: Sequence[Lesson]) -> None:
    """Chance is fixed: the same lessons make the same predictor."""
    rows = [one.row for one in lessons[:20]]
    assert list(_learned(make, lessons).predict(rows)) == list(_learned(make, lessons).predict(rows))


def _learned(make: Make, lessons: Sequence[Lesson]) -> Predictor:
    predictor = make()
    predictor.fit(lessons, lambda *_: None)
    return predictor


PREDICTOR_CHECKS: tuple[Check, ...] = (
    nothing_is_foreseen_before_learning,
    intervals_hold_their_value,
    strange_rows_are_foreseen,
    reasons_name_what_matters,
    it_is_the_same_after_saving,
    it_learns_the_same_again,
)
