"""Marked texts: a text with the stretches that it names, and how well a model finds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Stretch = tuple[int, int, str]
"""Characters `start` to `end` of a text are one thing of this kind."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and what stands in it: stretches that do not overlap, in order."""

    text: str
    spans: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How well a kind is found: `right` of those `found` and of those `marked`, each by stretch and kind."""

    right: int
    found: int
    marked: int

    @property
    def precision(self) -> float:
        """The share of finds that are right; 0 without any."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of what is marked that is found; 0 without any."""
        return self.right / self.marked if self.marked else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean. Source: E. Tjong Kim Sang and F. De Meulder, CoNLL-2003 (2003)."""
        return 2 * self.right / (self.found + self.marked) if self.right else 0.0


def score(marked: Sequence[Iterable[Stretch]], found: Sequence[Iterable[Stretch]]) -> tuple[Score, dict[str, Score]]:
    """How well all is found, and each kind: a find is right when stretch and kind are."""
    right: Counter[str] = Counter()
    got: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for one, other in zip(marked, found, strict=True):
        known, told = set(one), set(other)
        right.update(kind for _, _, kind in known & told)
        got.update(kind for _, _, kind in told)
        wanted.update(kind for _, _, kind in known)
    kinds = {kind: Score(right[kind], got[kind], wanted[kind]) for kind in sorted(wanted | got)}
    return Score(right.total(), got.total(), wanted.total()), kinds


def without_overlaps(spans: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The stretches in order; of two that overlap the longer one stays."""
    kept: list[Stretch] = []
    for start, end, kind in sorted(set(spans), key=lambda one: (one[0] - one[1], one)):
        if start < end and all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, kind))
    return tuple(sorted(kept))
