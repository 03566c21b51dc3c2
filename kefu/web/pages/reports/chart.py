"""Counts as bars on a drawing, and as steps of a shade: the templates only write them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LEFT, RIGHT, TOP, BOTTOM = 44, 716, 12, 172
"""The field between the axes, in units of the drawing."""
MOST_NAMED = 8
"""Days that are named below the axis."""
STEPS = (1, 2, 5)
SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its place, how many, and whether it is named below the axis."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a time, and the lines behind them: (place, value)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]


def draw(counts: Sequence[tuple[date, int]]) -> Bars:
    """Place a count for each day."""
    most = max((count for _, count in counts), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    room = (RIGHT - LEFT) / max(1, len(counts))
    every = -(-len(counts) // MOST_NAMED)
    bars = []
    for number, (day, count) in enumerate(counts):
        height = (BOTTOM - TOP) * count / top
        x, y = LEFT + room * (number + 0.1), BOTTOM - height
        bars.append(
            Bar(day, count, round(x, 1), round(y, 1), round(room * 0.8, 1), round(height, 1), number % every == 0)
        )
    lines = [(round(BOTTOM - (BOTTOM - TOP) * value / top, 1), value) for value in range(0, top + 1, step)]
    return Bars(tuple(bars), tuple(lines))


def shade(count: float, most: float) -> int:
    """From 0 (nothing) to `SHADES` (the most)."""
    return 0 if count <= 0 or most <= 0 else min(SHADES, 1 + int(SHADES * count / most * 0.999))


def _step(most: int) -> int:
    """A round step that makes at most five lines."""
    size = 1
    while True:
        for step in STEPS:
            if most <= step * size * 4:
                return step * size
        size *= 10
