"""Coverage against alpha as points on a drawing: the template only writes them down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 52, 620, 16, 216
"""The field between the axes, in units of the drawing; around it the template leaves room for words."""

Bought = tuple[float, float, float]
"""(coverage, low, high), as shares."""


@dataclass(frozen=True, slots=True)
class Point:
    """One alpha: where its coverage stands, and from where to where its interval reaches."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one dial, and where on the axis nothing can be bought."""

    points: tuple[Point, ...]
    refused: tuple[float, ...]

    @property
    def line(self) -> str:
        """The points as SVG's `points`."""
        return " ".join(f"{one.x},{one.y}" for one in self.points)

    @property
    def band(self) -> str:
        """Around the intervals and back, as SVG's `points`."""
        there = [f"{one.x},{one.high}" for one in self.points]
        return " ".join([*there, *(f"{one.x},{one.low}" for one in reversed(self.points))])


def places(alphas: Sequence[float]) -> list[float]:
    """Where on the axis some alphas stand, in rising order: a logarithmic scale from end to end."""
    reach = math.log(alphas[-1] / alphas[0])
    return [round(LEFT + (RIGHT - LEFT) * math.log(alpha / alphas[0]) / reach, 1) for alpha in alphas]


def draw(bought: Sequence[Bought | None], xs: Sequence[float]) -> Curve:
    """Place what was bought at each of some places; None where nothing could be."""
    points = []
    for x, one in zip(xs, bought, strict=True):
        if one is not None:
            y, low, high = (round(BOTTOM - (BOTTOM - TOP) * share, 1) for share in one)
            points.append(Point(x, y, low, high))
    return Curve(tuple(points), tuple(x for x, one in zip(xs, bought, strict=True) if one is None))
