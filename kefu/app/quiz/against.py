"""Two quizzes of the same questions: what got better, what got worse, and whether that is more than chance.

Source: the exact two-sided sign test on the questions that came out differently.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from kefu.app.quiz import Asked, Mark, Quiz
from kefu.core.errors import BadInput
from kefu.service.promise.binomial import lower_tail
from kefu.service.promotion import LEVEL

ORDER: Mapping[str, int] = {mark: at for at, mark in enumerate(get_args(Mark))}


@dataclass(frozen=True, slots=True)
class Change:
    """A question that came out differently."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Against:
    """What changed among the questions that both have; `gone` and `new` count those that only one has."""

    shared: int
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    gone: int
    new: int

    @property
    def chance(self) -> float:
        """How likely at least so uneven a difference comes by chance, were the two equally good."""
        counts = len(self.better), len(self.worse)
        return min(1.0, 2 * lower_tail(min(counts), sum(counts), 0.5))

    @property
    def is_certain(self) -> bool:
        """Whether the difference is more than chance explains."""
        return self.chance <= LEVEL

    def as_dict(self) -> dict[str, object]:
        """For a machine to read."""
        return {**asdict(self), "chance": self.chance, "more_than_chance": self.is_certain}


def compare(quiz: Quiz, earlier: Path) -> Against:
    """Hold a quiz against an earlier one's JSON; raises `BadInput` for a file that is none."""
    before, now = _marks(earlier), {one.listed.key: one for one in quiz.asked}
    changes = [(before[key], one) for key, one in now.items() if key in before]
    return Against(
        shared=len(changes),
        better=tuple(_change(mark, one) for mark, one in changes if ORDER[one.mark] > ORDER[mark]),
        worse=tuple(_change(mark, one) for mark, one in changes if ORDER[one.mark] < ORDER[mark]),
        gone=len(before.keys() - now.keys()),
        new=len(now.keys() - before.keys()),
    )


def _change(before: str, one: Asked) -> Change:
    return Change(one.listed.question, before, one.mark)


def _marks(file: Path) -> dict[tuple[str, str, str], str]:
    try:
        questions = json.loads(file.read_text("utf-8"))["questions"]
        return {
            (str(one["question"]), str(one["language"]), str(one["audience"])): one["mark"]
            for one in questions
            if one["mark"] in ORDER
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file} is no report of `kefu knowledge test --json`; write one and name it.") from error
