"""Topics as circles on a map: as large as they are many, side by side around the largest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kefu.service.insight.topics import Figures

MOST = 32
GAP = 3.0
LARGEST, LEAST = 92.0, 16.0
"""Radii, in units of the drawing."""
WIDE, NARROW = 13.0, 7.2
"""How wide a Chinese character and a letter are."""
NAMED = 24.0
"""Circles below this radius carry no name; the list beside has them all."""
ASPECT = 1.45
"""The map is wider than high."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A topic: its place, the lines of its name, and how it feels (`good`, `plain`, `bad`)."""

    one: Figures
    x: float
    y: float
    r: float
    lines: tuple[str, ...]
    mood: str


@dataclass(frozen=True, slots=True)
class Map:
    """The circles, and the field that they fill."""

    circles: tuple[Circle, ...]
    left: float
    top: float
    width: float
    height: float


def draw_map(figures: Sequence[Figures], names: Sequence[str]) -> Map:
    """Place the largest topics; `names` in their order."""
    some = list(zip(figures, names, strict=True))[:MOST]
    most = max((one.visits for one, _ in some), default=1)
    placed: list[tuple[float, float, float]] = []
    circles = []
    for one, name in some:
        r = max(LEAST, LARGEST * math.sqrt(one.visits / most))
        x, y = _free(placed, r)
        placed.append((x, y, r))
        lines = wrap(name, r) if r >= NAMED else ()
        circles.append(Circle(one, round(x, 1), round(y, 1), round(r, 1), lines, mood(one.tone)))
    left = min((x - r for x, _, r in placed), default=0) - GAP
    top = min((y - r for _, y, r in placed), default=0) - GAP
    right = max((x + r for x, _, r in placed), default=0) + GAP
    bottom = max((y + r for _, y, r in placed), default=0) + GAP
    return Map(tuple(circles), round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))


def mood(tone: float) -> str:
    """How a topic feels."""
    return "bad" if tone < -0.2 else "good" if tone > 0.2 else "plain"


def wrap(name: str, r: float) -> tuple[str, ...]:
    """A name in at most three lines that fit into a circle; what does not fit is cut."""
    room = 1.62 * r
    words = name.split(" ") if " " in name else [name]
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    fitting: list[str] = []
    for line in lines:
        rest = line
        while rest and len(fitting) < 3:
            cut = next((at for at in range(len(rest), 0, -1) if _width(rest[:at]) <= room), 1)
            fitting.append(rest[:cut])
            rest = rest[cut:].strip()
    most = 1 if r < 34 else 2 if r < 52 else 3
    if len(fitting) > most:
        fitting = [*fitting[: most - 1], f"{fitting[most - 1][:-1]}…"]
    return tuple(fitting)


def _width(text: str) -> float:
    return sum(WIDE if ord(char) > 0x2E80 else NARROW for char in text)


def _free(placed: Sequence[tuple[float, float, float]], r: float) -> tuple[float, float]:
    """The place nearest to the middle that touches two circles and overlaps none."""
    if not placed:
        return 0.0, 0.0
    if len(placed) == 1:
        return placed[0][2] + r + GAP, 0.0
    spots = [spot for one, other in combinations(placed, 2) for spot in _touching(one, other, r)]
    free = [spot for spot in spots if all(_apart(spot, r, one) for one in placed)]
    return min(free, key=lambda spot: (spot[0] / ASPECT) ** 2 + spot[1] ** 2)


def _touching(
    one: tuple[float, float, float], other: tuple[float, float, float], r: float
) -> list[tuple[float, float]]:
    """Where a circle touches two others."""
    a, b = one[2] + r + GAP, other[2] + r + GAP
    dx, dy = other[0] - one[0], other[1] - one[1]
    apart = math.hypot(dx, dy)
    if not apart or apart > a + b:
        return []
    along = (a * a - b * b + apart * apart) / (2 * apart)
    aside = math.sqrt(max(0.0, a * a - along * along))
    x, y = one[0] + along * dx / apart, one[1] + along * dy / apart
    return [(x - sign * aside * dy / apart, y + sign * aside * dx / apart) for sign in (1, -1)]


def _apart(spot: tuple[float, float], r: float, one: tuple[float, float, float]) -> bool:
    return math.hypot(spot[0] - one[0], spot[1] - one[1]) >= r + one[2] + GAP - 1e-6
