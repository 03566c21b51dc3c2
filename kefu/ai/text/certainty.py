"""How likely the best intent is right: probabilities that may be used as thresholds.

A softmax divides all belief among the intents it knows, so that a text about something
else gets a high number too. Here a small logistic regression says how often "this is the
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

import numpy as np

from kefu.ai.text.features import Vector

KNOWN, LEFT_OUT, HOLLOW, FOREIGN = range(4)
"""Where a text that certainty is learned from comes from."""

SHARES = (0.7, 0.1, 0.1, 0.1)
"""How much each origin weighs: three messages in ten are taken to be about something else."""

COMMON = 0.25
"""Features in more than this share of the intents are common."""

DEFAULT = np.array([-4.0, 1.3, 1.0, 2.5, 2.5])
"""Used where too few intents are known to leave some out; learned on CLINC150's training set."""

FEWEST_INTENTS = 4
FEWEST_KNOWN = 0.2
"""Below this familiar share of a text, belief fades to 0 whatever the model says."""

MOST_STEPS, ENOUGH = 30, 1e-6
"""Newton steps at most, and the step that is small enough to stop; a step that overshoots is halved."""

RIDGE = 3.0
"""How strongly the coefficients are held near the default: as much as a few dozen texts."""


def signals(top: float, met: float, vector: Vector) -> tuple[float, ...]:
    """What certainty is judged by, (5,).

    1, the logit of the best probability, how much of the text its intent has met, how much
    of the text is known at all, and how many of its content words are.
    """
    sure = min(max(top, 1e-6), 1 - 1e-6)
    return 1.0, math.log(sure / (1 - sure)), met, vector.known, vector.topic


def learn_certainty(
    rows: Sequence[Sequence[float] | np.ndarray],
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


def judge(probabilities: Sequence[float], met: float, vector: Vector, beta: Sequence[float]) -> list[float]:
    """Probabilities (n_labels,) that each intent is meant; what is missing to 1 is "none of them".

    `met` is how much of the text the likeliest intent has met.
    """
    top = max(probabilities)
    score = sum(weight * signal for weight, signal in zip(beta, signals(top, met, vector), strict=True))
    certain = min(1.0, vector.known / FEWEST_KNOWN) / (1 + math.exp(-min(max(score, -30.0), 30.0)))
    rest = min(certain / top, (1 - certain) / (1 - top) if top < 1 else 0.0)
    judged = [probability * rest for probability in probabilities]
    judged[probabilities.index(top)] = certain
    return judged


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
    met: dict[str, set[int]] = {}
    for text, label in zip(texts, labels, strict=True):
        for name in text:
            met.setdefault(name, set()).add(label)
    return frozenset(name for name, where in met.items() if len(where) > n_labels * COMMON)


def hollow(text: Counter[str], common: frozenset[str]) -> Counter[str]:
    """A text of which only common features stayed; the others became unknown ones of their kind."""
    return Counter({name if name in common else f"{name[0]}\0{name}": count for name, count in text.items()})
