"""A thing found in a normalised text, and which of overlapping finds stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kefu.core.nouns import Value


@dataclass(frozen=True, slots=True)
class Found:
    """`text[start:end]` of a normalised text means `value`, a thing of this kind; see `Entity` for `unit`."""

    kind: str
    start: int
    end: int
    value: Value
    score: float = 1.0
    unit: str = ""

    def meets(self, others: Iterable[Found]) -> bool:
        """Whether it has a character in common with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


def resolve(found: Iterable[Found]) -> list[Found]:
    """The finds that stand, in their order in the text: the longest, then the surest, win where they overlap."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, -one.score, one.start, one.kind)):
        if not one.meets(kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
