"""How likely the best intent is right: probabilities that may be used as thresholds.

A classifier divides all belief among the intents it knows, so that a text about something
else gets a high score too. Here a small logistic regression says how often "this is the
best intent" came true, learned on texts that the model had not seen. Three kinds of them
stand for all that no skill serves: texts of intents that were left out of the training
(other wishes, in the words of this business), hollow texts, of which only the words
that many intents share were kept (the same sentences, about anything), and the sentences
that the business has collected as out of scope.

Source: J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with these
as the unknown class.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from kefu.ai.text.features import Vector
from kefu.ai.text.intents import SHOWN

KNOWN, LEFT_OUT, HOLLOW, FOREIGN = range(4)
"""Where a text that certainty is learned from comes from."""

SHARES = (0.7, 0.1, 0.1, 0.1)
"""How much each origin weighs: three messages in ten are taken to be about something else."""

COMMON = 0.25
"""Features in more than this share of the intents are common."""

SHARPNESS = 3.0
"""Scores times this are the logarithms of odds between intents; a margin of 1 is 20 to 1."""

DEFAULT = np.array([-5.0, 1.2, 2.2, 2.2, 3.0, 1.0])
"""Used where too few intents are known to leave some out; learned on training sets with 20 examples an intent."""

FEWEST_INTENTS = 4
MOST_STEPS, ENOUGH = 30, 1e-6
"""Newton steps at most, and the step that is small enough to stop; a step that overshoots is halved."""

RIDGE = 3.0
"""How strongly the coefficients are held near the default: as much as a few dozen texts."""


def signals(scores: np.ndarray, fit: float, vector: Vector, last: float) -> np.ndarray:
    """What certainty is judged by, (6,).

    1, the best score, its lead over the second, how well the text fits the best intent's
    examples, how familiar it is, and a last sign of the reader's own.
    """
    two = np.partition(scores, -2)[-2:] if len(scores) > 1 else np.array([0.0, scores[0]])
    return np.array([1.0, two[1], two[1] - two[0], fit, vector.known, last])


def learn_certainty(
    rows: Sequence[np.ndarray],
    right: Sequence[bool],
    origins: Sequence[int],
    default: np.ndarray = DEFAULT,
) -> np.ndarray:
    """Coefficients of the logistic regression, by Newton's method with a ridge around the default, same shape.

    The default itself where nothing known or nothing unknown was tried.
    """
    counts = np.bincount(np.array(origins, dtype=int), minlength=len(SHARES))
    if not counts[KNOWN] or not counts[KNOWN + 1 :].any():
        return default
    inputs = np.array(rows)
    target = np.array(right, dtype=float)
    shares = np.array(SHARES) * (counts > 0)
    shares[KNOWN + 1 :] *= (1 - SHARES[KNOWN]) / shares[KNOWN + 1 :].sum()
    weight = (shares / np.maximum(counts, 1))[np.array(origins)] * len(target)

    def loss(beta: np.ndarray) -> float:
        away = beta - default
        margins = np.where(target > 0, -1, 1) * (inputs @ beta)
        return float(weight @ np.logaddexp(0, margins) + RIDGE / 2 * (away @ away))

    beta = default.copy()
    for _ in range(MOST_STEPS):
        guess = _sigmoid(inputs @ beta)
        slope = inputs.T @ (weight * (target - guess)) - RIDGE * (beta - default)
        curve = (inputs * (weight * guess * (1 - guess))[:, None]).T @ inputs + RIDGE * np.eye(len(beta))
        step = np.linalg.solve(curve, slope)
        while loss(beta + step) > loss(beta) and np.abs(step).max() > ENOUGH:
            step /= 2
        beta += step
        if np.abs(step).max() <= ENOUGH:
            break
    return beta


def _sigmoid(value: np.ndarray) -> np.ndarray:
    squashed: np.ndarray = 1 / (1 + np.exp(-np.clip(value, -30, 30)))
    return squashed


def judge(scores: np.ndarray, told: np.ndarray, beta: np.ndarray) -> list[tuple[int, float]]:
    """The likeliest labels with the probability that each is meant; what is missing to 1 is "none of them".

    `told` are the signals. The best label's probability is what certainty says; the others
    share what is left in proportion to their odds, and none gets more than the best.
    """
    certain = 1 / (1 + math.exp(-min(max(float(beta @ told), -30.0), 30.0)))
    order = np.argsort(-scores, kind="stable")[:SHOWN]
    odds = np.exp(SHARPNESS * (scores[order] - scores[order[0]]))[1:]
    total = float(odds.sum())
    rest = odds * (min((1 - certain) / total, certain) if total else 0.0)
    return list(zip(order.tolist(), [certain, *rest.tolist()], strict=True))


def split_folds(labels: Sequence[int], n_labels: int, folds: int) -> list[tuple[list[int], list[int], list[bool]]]:
    """For each fold: which texts to train on, which to try, and which of those are of a left-out intent.

    Fold k leaves out every `folds`-th intent, and every `folds`-th text of the others.
    """
    place: dict[int, int] = {}
    slots = []
    for label in labels:
        place[label] = place.get(label, -1) + 1
        slots.append(place[label])
    split = []
    for fold in range(folds):
        train, trial, foreign = [], [], []
        for text, (label, slot) in enumerate(zip(labels, slots, strict=True)):
            outside = n_labels >= FEWEST_INTENTS and label % folds == fold
            if outside or slot % folds == fold:
                trial.append(text)
                foreign.append(outside)
            else:
                train.append(text)
        split.append((train, trial, foreign))
    return split


def common_features(texts: Sequence[Counter[str]], labels: Sequence[int], n_labels: int) -> frozenset[str]:
    """Features that many intents share: they hold sentences together and say little of what is wanted."""
    met: dict[int, set[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        met.setdefault(label, set()).update(text)
    spread = Counter(chain.from_iterable(met.values()))
    return frozenset(name for name, where in spread.items() if where > n_labels * COMMON)


def hollow(text: Counter[str], common: frozenset[str]) -> Counter[str]:
    """A text of which only common features stayed; the others became unknown ones of their kind."""
    return Counter({name if name in common else f"{name[0]}\0{name}": count for name, count in text.items()})
