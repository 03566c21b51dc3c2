"""What anyone would try first: BM25 and TF-IDF, in plain Python and numpy."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from bodies import Body

from kefu.ai.knowledge.terms import words_of

Cut = Callable[[str], Sequence[str]]
DEEP = 10


def characters(text: str) -> list[str]:
    """Characters and pairs of them."""
    return [*text, *map("".join, pairwise(text))]


def bm25(body: Body, cut: Cut = words_of) -> list[list[int]]:
    """Okapi BM25, k1 = 1.2, b = 0.75, over whole articles."""

    def weigh(counts: np.ndarray, lengths: np.ndarray, idf: float) -> np.ndarray:
        return idf * counts * 2.2 / (counts + 1.2 * (0.25 + 0.75 * lengths))

    return _ranked(body, cut, weigh, lambda total, held: math.log(1 + (total - held + 0.5) / (held + 0.5)))


def tf_idf(body: Body, cut: Cut = words_of) -> list[list[int]]:
    """Cosine of logarithmic counts times smoothed inverse frequencies."""
    texts = [Counter(cut(_text(body, at))) for at in range(len(body.articles))]
    held = Counter(term for counts in texts for term in counts)
    idf = {term: math.log((1 + len(texts)) / (1 + count)) + 1 for term, count in held.items()}
    norm = [math.sqrt(sum((idf[t] * (1 + math.log(n))) ** 2 for t, n in counts.items())) or 1.0 for counts in texts]
    lengths = np.array(norm)

    def weigh(counts: np.ndarray, lengths: np.ndarray, idf: float) -> np.ndarray:
        found: np.ndarray = idf * idf * (1 + np.log(counts)) / lengths
        return found

    return _ranked(body, cut, weigh, lambda total, held: math.log((1 + total) / (1 + held)) + 1, lengths)


def _ranked(
    body: Body,
    cut: Cut,
    weigh: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
    rarity: Callable[[int, int], float],
    lengths: np.ndarray | None = None,
) -> list[list[int]]:
    texts = [Counter(cut(_text(body, at))) for at in range(len(body.articles))]
    if lengths is None:
        sizes = np.array([sum(counts.values()) for counts in texts], float)
        lengths = sizes / sizes.mean()
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for at, counts in enumerate(texts):
        for term, count in counts.items():
            postings[term].append((at, count))
    own = {one.passages[0].question: at for at, one in enumerate(body.articles)} if body.name == "lcqmc" else {}
    found = []
    for text, _ in body.questions:
        scores = np.zeros(len(texts))
        for term, times in Counter(cut(text)).items():
            if term in postings:
                at, counts = np.array(postings[term]).T
                scores[at] += times * weigh(counts, lengths[at], rarity(len(texts), len(at)))
        if text in own:
            scores[own[text]] = -1.0
        found.append(np.argsort(-scores, kind="stable")[:DEEP].tolist())
    return found


def _text(body: Body, at: int) -> str:
    one = body.articles[at]
    return "\n".join((one.title, *(f"{passage.question}\n{passage.text}" for passage in one.passages)))


BASELINES: dict[str, Callable[[Body], list[list[int]]]] = {
    "BM25, words": bm25,
    "TF-IDF cosine, words": tf_idf,
    "TF-IDF cosine, characters 1-2": lambda body: tf_idf(body, characters),
}
