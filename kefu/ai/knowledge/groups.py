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

    Average linkage over the cosine of weighed words and pieces of words; quadratic in the questions, some
    2 s for 2,000. Source: R. Sokal and C. Michener, "A statistical method for evaluating systematic
    relationships" (1958).
    """
    if len(questions) < 2:
        return [[at] for at in range(len(questions))]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    cosines = _cosines(questions)
    far = np.clip(1 - cosines, 0, None)
    np.fill_diagonal(far, 0)
    labels = fcluster(linkage(squareform(far, checks=False), "average"), 1 - ALIKE, "distance")
    members: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        members.setdefault(int(label), []).append(at)
    groups = [sorted(one, key=lambda at: (-cosines[at, one].sum(), at)) for one in members.values()]
    return sorted(groups, key=lambda one: (-len(one), one[0]))


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
