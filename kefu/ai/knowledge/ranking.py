"""How well a passage answers a question: signs of it, their weights, and a calibrated probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from kefu.ai.knowledge.asking import DOUBTFUL_WEIGHT, FUNCTION_WEIGHT, Asked
from kefu.ai.knowledge.index import Candidate, Snapshot

SIGNS = ("pieces", "sounds", "words", "order", "letters", "sentence", "unit", "exact", "length", "meaning")
"""What is looked at, each about in [0, 1]; `signs_of` says how each is found."""

SATURATION, LENGTH = 1.2, 0.75
"""BM25's k1 and b. Source: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework" (2009)."""

LONGEST_COMPARED = 300
"""Letters of a question or unit that are compared one by one."""

WEIGHTS = np.array([6.28, 2.37, 5.4, 4.14, 1.1, 1.08, 0.0, 0.0, 0.0, 0.0])
"""What each sign counts in the score. Learned by bench/knowledge/learn.py: list-wise logistic loss."""

CERTAINTY = np.array([-0.057, 0.45, 0.525, 2.934, -1.809])
"""What score, lead, sentence and pieces count in the probability, and the constant. Learned there too, where half of
the questions have no answer among the articles."""


MEANT = np.array([1.94, -0.63, 2.24, 3.07, 1.89, 0.86, 0.0, 0.0, 0.0, 16.08])
"""The weights where an encoder reads the language; learned in the same way with `--encoder`."""

MEANT_CERTAINTY = np.array([0.066, 0.436, 0.048, 2.34, -3.214])


@dataclass(frozen=True, slots=True)
class Ranking:
    """What signs count in the score (n_signs,), and what makes a probability of it (5,).

    `background` is the score that some passage reaches for a question about anything else, in a library of any size:
    where there are too few for one to reach it, the lead over it counts. About what questions
    reach in the sample school that none of its articles answers.
    """

    weights: np.ndarray
    certainty: np.ndarray
    background: float


BY_WORDS, BY_MEANING = Ranking(WEIGHTS, CERTAINTY, 5.0), Ranking(MEANT, MEANT_CERTAINTY, 6.5)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its signs (n_signs,) and score; `lead` is over the best passage of another article.

    `probability` says how often one like it answers.
    """

    candidate: Candidate
    signs: np.ndarray
    score: float
    lead: float
    probability: float


def signs_of(asked: Asked, candidate: Candidate, snapshot: Snapshot, meaning: float = 0.0) -> np.ndarray:
    """The signs that a passage answers a question, float64 (n_signs,).

    `pieces` and `sounds`: cosines with its question or heading. `words`: BM25 as a share of the most that the question
    could reach. `order`: likeness of the sorted words. `letters`: the longest common subsequence as a share of the
    question. `sentence`: the weight of the question's content in the sentence that holds most of it; `unit`: how much
    of the unit the question covers; `exact`: the same letters; `length`: how unlike in length; `meaning`: the
    cosine of the encoder's vectors. 50 µs for a passage of a few sentences.
    """
    words = _aligned(asked, candidate)
    unit = candidate.unit
    mine, its = asked.terms.letters[:LONGEST_COMPARED], unit.letters[:LONGEST_COMPARED]
    common = LCSseq.similarity(mine, its)
    order = fuzz.token_sort_ratio(" ".join(words.values()), " ".join(unit.words[:LONGEST_COMPARED])) / 100
    return np.array(
        (
            _product(asked.pieces, candidate.pieces),
            _product(asked.sounds, candidate.sounds),
            _saturated(asked, words, candidate, snapshot.mean_length),
            order,
            common / max(1, len(mine)),
            _best_sentence(asked, words, candidate),
            _unit_covered(asked, words, candidate, snapshot),
            float(mine == its),
            abs(math.log((1 + len(mine)) / (1 + len(its)))),
            meaning,
        )
    )


def rank(candidates: Sequence[tuple[Candidate, np.ndarray]], ranking: Ranking = BY_WORDS) -> list[Scored]:
    """Candidates with their signs in the order of their scores; equal ones by article and number."""
    found = [(one, signs, float(signs @ ranking.weights)) for one, signs in candidates]
    found.sort(key=lambda one: (-one[2], one[0].entry.article, one[0].entry.number))
    articles = [one.entry.article for one, _, _ in found]
    runner_up = next((at for at, article in enumerate(articles) if article != articles[0]), None)
    scored = []
    for one, signs, score in found:
        rival = runner_up if one.entry.article == articles[0] else 0
        lead = score - max(found[rival][2] if rival is not None else 0.0, ranking.background)
        scored.append(Scored(one, signs, score, lead, certainty(score, lead, signs, ranking)))
    return scored


def certainty(score: float, lead: float, signs: np.ndarray, ranking: Ranking) -> float:
    """How often a passage with this score, lead and signs answers, in [0, 1]."""
    return 1 / (1 + math.exp(-float(ranking.certainty @ marks_of(score, lead, signs))))


def marks_of(score: float, lead: float, signs: np.ndarray) -> np.ndarray:
    """What certainty is made of, float64 (5,): meaning stands for the pieces where it says more."""
    alike = max(signs[SIGNS.index("pieces")], signs[SIGNS.index("meaning")])
    return np.array((score, lead, signs[SIGNS.index("sentence")], alike, 1.0))


def _aligned(asked: Asked, candidate: Candidate) -> dict[str, str]:
    """Each word of the question with the one that stands for it in this passage: itself, a synonym, a mended one."""
    words = {word: word for word in asked.weights}
    for phrase, others in asked.others.items():
        if all(word in candidate.counts for word in phrase):
            continue
        other = next((other for other in others if all(word in candidate.counts for word in other)), None)
        if other is not None:
            words.update(dict.fromkeys(phrase, other[0]))
    return words


def _saturated(asked: Asked, words: Mapping[str, str], candidate: Candidate, mean_length: float) -> float:
    reached = total = 0.0
    slow = SATURATION * (1 - LENGTH + LENGTH * candidate.length / mean_length)
    for word, weight in asked.weights.items():
        total += weight
        count = candidate.counts.get(words[word], 0)
        if count:
            doubt = 1.0 if words[word] == word else DOUBTFUL_WEIGHT
            reached += doubt * weight * count * (SATURATION + 1) / (count + slow)
    return reached / total if total else 0.0


def _best_sentence(asked: Asked, words: Mapping[str, str], candidate: Candidate) -> float:
    total = sum(asked.subject.values())
    if not total:
        return 0.0
    given = [(words[word], weight) for word, weight in asked.subject.items()]
    return max(sum(weight for word, weight in given if word in one) for one in candidate.sentences) / total


def _unit_covered(asked: Asked, words: Mapping[str, str], candidate: Candidate, snapshot: Snapshot) -> float:
    mine = set(words.values())
    covered = total = 0.0
    for word, tells in zip(candidate.unit.words, candidate.unit.content, strict=True):
        weight = snapshot.word_weight(asked.language, word) * (1.0 if tells else FUNCTION_WEIGHT)
        total += weight
        covered += weight if word in mine else 0.0
    return covered / total if total else 0.0


def _product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return sum(weight * long[term] for term, weight in short.items() if term in long)
