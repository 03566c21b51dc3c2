"""Learned spans: things that stand in no record and have no fixed form, found by how sentences speak of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kefu.ai.text.chain import decode, label_of
from kefu.ai.text.folder import Parts
from kefu.ai.text.found import Found
from kefu.ai.text.normal import Normal
from kefu.ai.text.units import Unit
from kefu.ai.text.words import Word
from kefu.core.ports.reader import Progress

LEAST = 0.6
"""How likely a span must be right to be shown."""

FEWEST = 5
"""A kind is learned from so many marked spans."""

RIDGE = 1.0
"""How strongly trust is held near believing the model as it is: as much as a few spans."""

CAUTION = np.array([-0.5, 1.0])
"""Trust where there were too few spans to learn it: a little less than the model's own."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A normalised example with its words and what is marked in it: (start, end, kind), in order."""

    text: str
    words: tuple[Word, ...]
    spans: tuple[tuple[int, int, str], ...] = ()


class SpanModel(Protocol):
    """Finds stretches of the kinds that examples mark. Immutable once fitted, so thread-safe."""

    def fit(self, texts: Sequence[Taught], progress: Progress) -> None:
        """Learn from examples, those without spans too: they tell what is none."""

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """The spans that are likely right, with that probability as score and their text as value."""

    def pack(self) -> Parts:
        """The fitted model as files; none when no kind is marked often enough."""

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""


class NoSpans:
    """Finds nothing: for readers that know lexicons and patterns alone."""

    def fit(self, texts: Sequence[Taught], progress: Progress) -> None:
        """Learn nothing."""

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:  # noqa: ARG002 - the socket's signature
        """Nothing."""
        return []

    def pack(self) -> Parts:
        """No files."""
        return {}

    def unpack(self, parts: Parts) -> None:
        """Become what it is."""


def taught(normal: Normal, spans: Sequence[tuple[int, int, str]], words: tuple[Word, ...]) -> Taught:
    """An example to learn from; `spans` index the text before it was normalised, `words` hold no names."""
    moved = []
    for start, end, kind in spans:
        inside = [at for at, origin in enumerate(normal.starts) if start <= origin < end]
        if inside:
            moved.append((inside[0], inside[-1] + 1, kind))
    return Taught(normal.text, words, tuple(moved))


def kinds_in(texts: Sequence[Taught], known: Collection[str]) -> tuple[str, ...]:
    """The kinds that are marked often enough to be learned, without those that are `known` by their form."""
    marked = [kind for text in texts for _, _, kind in text.spans if kind not in known]
    return tuple(sorted(kind for kind in set(marked) if marked.count(kind) >= FEWEST))


def labels_in(text: Taught, units: Sequence[Unit], kinds: Sequence[str]) -> np.ndarray:
    """The label (n_units,) of each unit; a span covers the units that begin in it."""
    number = {kind: at for at, kind in enumerate(kinds)}
    stretches = []
    for start, end, kind in text.spans:
        inside = [at for at, unit in enumerate(units) if start <= unit.start < end]
        if inside and kind in number:
            stretches.append((inside[0], inside[-1] + 1, number[kind]))
    return label_of(stretches, len(units))


@dataclass(frozen=True, slots=True)
class Trust:
    """How often spans of a probability are right: a logistic curve (2,) over the probability's logarithm of odds.

    Source: J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999).
    """

    curve: np.ndarray

    @classmethod
    def learn(cls, probabilities: Sequence[float], right: Sequence[bool]) -> Trust:
        """Learn from spans that were found in texts that the model had not seen."""
        inputs = np.array([[1.0, _logit(one)] for one in probabilities]).reshape(-1, 2)
        target, curve = np.array(right, float), CAUTION.copy()
        for _ in range(50):
            guess = 1 / (1 + np.exp(-inputs @ curve))
            slope = inputs.T @ (target - guess) - RIDGE * (curve - CAUTION)
            bend = (inputs * (guess * (1 - guess))[:, None]).T @ inputs + RIDGE * np.eye(2)
            step = np.linalg.solve(bend, slope)
            curve = curve + step / max(1.0, 2 * float(np.abs(step).max()))  # a whole step may overshoot
        return cls(curve)

    def of(self, probability: float) -> float:
        """How likely a span is right that the model gives this probability."""
        return 1 / (1 + math.exp(-float(self.curve @ [1.0, _logit(probability)])))


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(clipped / (1 - clipped))


def spans_from(
    text: str, units: Sequence[Unit], scores: np.ndarray, follows: np.ndarray, kinds: Sequence[str]
) -> Iterator[Found]:
    """The spans that scores of labels (n_units, n_labels) tell of, with the model's own probability."""
    for one in decode(scores, follows) if units else ():
        start, end = units[one.start].start, units[one.end - 1].end
        yield Found(kinds[one.kind], start, end, text[start:end], one.probability)


def judged(found: Sequence[Found], trust: Trust) -> list[Found]:
    """The finds that are likely right, with that as score."""
    told = ((one, trust.of(one.score)) for one in found)
    return [Found(one.kind, one.start, one.end, one.value, round(score, 4)) for one, score in told if score >= LEAST]


def tried(found: Sequence[Found], text: Taught) -> list[tuple[float, bool]]:
    """The probability of each find in an example, and whether just that is marked."""
    return [(one.score, (one.start, one.end, one.kind) in text.spans) for one in found]
