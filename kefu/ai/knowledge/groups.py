"""Questions that ask the same, put together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from kefu.ai.knowledge.terms import take_apart

ALIKE = 0.2
"""The mean cosine from which two groups are one; chosen by eye on the questions of the sample school."""


def group(questions: Sequence[str]) -> list[list[int]]:
    """The numbers of the questions by what they ask, the largest group first; in each the most typical one first.

    Average linkage over the cosine of weighed words and pieces of words; quadratic in the questions. Source:
    R. Sokal and C. Michener, "A statistical method for evaluating systematic relationships" (1958).
    """
    cosines = _cosines(questions)
    groups = [sorted(one, key=lambda at: (-cosines[at, one].sum(), at)) for one in join(cosines, ALIKE)]
    return sorted(groups, key=lambda one: (-len(one), one[0]))


def join(cosines: np.ndarray, least: float) -> list[list[int]]:
    """Join what is alike (n, n) until no two groups are as alike as `least`, by chains of nearest neighbours.

    Two groups that are each other's nearest are joined; with mean likeness that gives the same groups as
    always joining the nearest two, in quadratic time. Source: F. Murtagh, "A survey of recent advances in
    hierarchical clustering algorithms" (1983), 3.2.
    """
    alike = cosines.astype(float)
    np.fill_diagonal(alike, -np.inf)
    groups = {at: [at] for at in range(len(alike))}
    ended: list[list[int]] = []
    chain: list[int] = []
    while groups:
        chain = chain or [next(iter(groups))]
        at = chain[-1]
        near = int(alike[at].argmax())
        if alike[at, near] < least:
            ended.append(groups.pop(chain.pop()))
        elif len(chain) > 1 and alike[at, chain[-2]] >= alike[at, near]:
            into, own = chain[-2], len(groups[at])
            other = len(groups[into])
            mean = (own * alike[at] + other * alike[into]) / (own + other)
            alike[into] = alike[:, into] = mean
            groups[into] += groups.pop(at)
            del chain[-2:]
        else:
            chain.append(near)
            continue
        alike[at] = alike[:, at] = -np.inf
    return ended


def _cosines(questions: Sequence[str]) -> np.ndarray:
    """The cosine (n, n) of any two questions."""
    counts = [_features(question) for question in questions]
    common = Counter(name for one in counts for name in one)
    place = {name: at for at, name in enumerate(common)}
    table = np.zeros((len(questions), len(place)), np.float32)
    for row, one in zip(table, counts, strict=True):
        for name, weight in one.items():
            row[place[name]] = weight * (1 + math.log(len(questions) / common[name]))
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    table /= np.where(norms, norms, 1)
    cosines: np.ndarray = table @ table.T
    return cosines


def _features(question: str) -> dict[str, float]:
    terms = take_apart(question)
    words = {f"w{word}": 1.0 for word in terms.subject or terms.words}
    return {**words, **{f"p{piece}": 0.3 for piece in terms.pieces}}
