"""Whether a model is worse than the one served: on sentences whose meaning is known, by an exact test.

A sentence is known by what it means (a test), or by a person's verdict on how it was read
(a conversation). Both models read every sentence; those that only one of them reads rightly
are counted. Were the models equally good, each would win such a sentence as a coin falls.

Source: Q. McNemar, Psychometrika 12 (1947), in its exact one-sided form, which is the sign test.

Where a model is not right or wrong but far off or near (a forecast), the same coin decides who was nearer in each
case: the test of R. A. Fisher, The Design of Experiments (1935), section 21, by its normal limit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kefu.core.nouns import Language
from kefu.service.promise.binomial import lower_tail

ALIKE = 0.01
"""A forecast that is off by less than this share more is as good: in thousands of cases the least step shows."""

LEVEL = 0.05
"""How likely a model that is as good as the one served is called worse, at most."""


@dataclass(frozen=True, slots=True)
class Known:
    """A sentence that means `intent`, or, when not `right`, that a person said does not mean it."""

    text: str
    intent: str
    right: bool = True
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that the two models read differently: what the served one and the candidate read."""

    known: Known
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same sentences: how many each reads rightly, and where only one of them does.

    `lost` are those that only the served one reads rightly, `won` those that only the candidate does.
    """

    sentences: int
    before: int
    after: int
    lost: tuple[Change, ...]
    won: tuple[Change, ...]

    @property
    def chance(self) -> float:
        """How likely at least as many are lost by chance when the candidate is as good as the served one."""
        changed = len(self.lost) + len(self.won)
        return lower_tail(len(self.won), changed, 0.5)

    @property
    def worse(self) -> bool:
        """Whether the candidate is worse, by more than chance explains."""
        return self.chance <= LEVEL

    def figures(self) -> Mapping[str, object]:
        """For a card: numbers without sentences."""
        return {
            "sentences": self.sentences,
            "right_before": self.before,
            "right_after": self.after,
            "lost": len(self.lost),
            "won": len(self.won),
            "chance": round(self.chance, 4),
        }


@dataclass(frozen=True, slots=True)
class Losses:
    """Two models on the same cases: how far each was off in the mean, and how likely by chance it lost that much."""

    cases: int
    before: float
    after: float
    chance: float

    @property
    def worse(self) -> bool:
        """Whether the candidate is worse, by more than chance explains and by more than anybody would notice."""
        return self.chance <= LEVEL and self.after - self.before > ALIKE * self.before


def compare_losses(owners: Sequence[str], before: Sequence[float], after: Sequence[float]) -> Losses:
    """Hold how far two models were off against each other, each (n_cases,) with n_cases > 0.

    Cases of one owner are decided by one coin: they are alike.
    """
    apart = defaultdict[str, float](float)
    for owner, old, new in zip(owners, before, after, strict=True):
        apart[owner] += new - old
    spread = math.sqrt(sum(one * one for one in apart.values()))
    lost = sum(apart.values()) / spread if spread else -math.inf
    chance = math.erfc(lost / math.sqrt(2)) / 2
    return Losses(len(owners), sum(before) / len(owners), sum(after) / len(owners), chance)


def compare_readings(known: Sequence[Known], before: Sequence[str], after: Sequence[str]) -> Compared:
    """Hold what two models read (an intent for each sentence) against what is known."""
    read = [
        (Change(sentence, old, new), _holds(sentence, old), _holds(sentence, new))
        for sentence, old, new in zip(known, before, after, strict=True)
    ]
    return Compared(
        len(known),
        sum(old for _, old, _ in read),
        sum(new for _, _, new in read),
        tuple(change for change, old, new in read if old and not new),
        tuple(change for change, old, new in read if new and not old),
    )


def each_once(known: Iterable[Known]) -> list[Known]:
    """Each sentence once, the first time: the same words are read alike however often they were written."""
    first: dict[str, Known] = {}
    for sentence in known:
        first.setdefault(sentence.text.strip(), sentence)
    return list(first.values())


def _holds(known: Known, intent: str) -> bool:
    return (intent == known.intent) == known.right
