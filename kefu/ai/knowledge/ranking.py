"""How well a passage answers a question: signs of it, their weights, and a calibrated probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from kefu.ai.knowledge.asking import DOUBTFUL_WEIGHT, Asked
from kefu.ai.knowledge.index import Candidate, Snapshot
from kefu.ai.knowledge.terms import FUNCTION_WEIGHT

SIGNS = ("pieces", "sounds", "words", "order", "letters", "told", "unit", "meaning", "is_text")
"""What is looked at, each about in [0, 1]; `signs_of` says how each is found."""

IS_TEXT, TOLD, PIECES, MEANING = (SIGNS.index(name) for name in ("is_text", "told", "pieces", "meaning"))

SATURATION, LENGTH = 1.2, 0.75
"""BM25's k1 and b. Source: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework" (2009)."""

LONGEST_COMPARED = 300
"""Letters of a question or unit that are compared one by one."""

PARTLY = 0.5
"""What a Chinese word counts of whose characters all stand in a passage, though not as this word: 退 in 退款."""

TWIN = 0.9
"""The cosine of pieces from which two units ask the same: neither makes the other doubtful; answers are compared."""

MOST_TOLD = 32
"""So many of a question's words are looked for in every sentence."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What signs count in the score, and what makes a probability of it.

    `weights` (2, n_signs) say how well a question or heading asks the same, then how well a text tells it; a text
    answers in the better of both ways. `certainty` (5,) is for `marks_of`. `background` is the score that the best
    passage of a small library reaches for a question about anything else: where there are too few for one to reach
    it, the lead over it counts. All is learned by bench/knowledge/learn.py: list-wise logistic loss, then logistic
    regression where half of the questions have no answer.
    """

    weights: np.ndarray
    certainty: np.ndarray
    background: float


BY_WORDS = Ranking(
    np.array([[3.66, 1.13, 4.08, 5.83, 3.24, 0.2, 2.81, 0, 0], [0.72, -1.34, 7.28, 0.56, -2.69, 2.77, 1.01, 0, 2.52]]),
    np.array([0, 0.53, -0.71, 0.87, -1.21]),
    5.31,
)

BY_MEANING = Ranking(
    np.array([[1.94, -0.63, 2.24, 3.07, 1.89, 0.86, 0, 16.08, 0], [1.94, -0.63, 2.24, 3.07, 1.89, 0.86, 0, 16.08, 0]]),
    np.array([0.066, 0.436, 0.048, 2.34, -3.214]),
    6.5,
)
"""Where an encoder reads the language; learned with `--encoder` when texts had no weights of their own, and the score
counted in the certainty."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its signs (n_signs,) and score; `lead` is over the best passage that asks something else.

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
    question. `told`: the weight of the question's content in the heading and the sentence that hold most of it
    together; `unit`: how much of the unit the question covers; `meaning`: the cosine of the encoder's vectors;
    `is_text`: 1 for what does not answer a listed question. 50 µs for a passage of a few sentences.
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
            _told(asked, words, candidate),
            _unit_covered(asked, words, candidate, snapshot),
            meaning,
            float(not candidate.entry.is_listed),
        )
    )


def score_of(signs: np.ndarray, ranking: Ranking) -> float:
    """How well a passage with these signs answers."""
    by_unit, by_text = float(signs @ ranking.weights[0]), float(signs @ ranking.weights[1])
    return max(by_unit, by_text) if signs[IS_TEXT] else by_unit


def rank(candidates: Sequence[tuple[Candidate, np.ndarray]], ranking: Ranking = BY_WORDS) -> list[Scored]:
    """Candidates with their signs in the order of their scores; equal ones by article and number."""
    found = [(one, signs, score_of(signs, ranking)) for one, signs in candidates]
    found.sort(key=lambda one: (-one[2], one[0].entry.article, one[0].entry.number))
    first = found[0][0] if found else None
    ours = [one.entry.article == first.entry.article or _is_twin(one, first) for one, _, _ in found if first]
    runner_up = max((score for (_, _, score), is_ours in zip(found, ours, strict=True) if not is_ours), default=0.0)
    scored = []
    for (one, signs, score), is_ours in zip(found, ours, strict=True):
        lead = score - max(runner_up if is_ours else found[0][2], ranking.background)
        scored.append(Scored(one, signs, score, lead, certainty(score, lead, signs, ranking)))
    return scored


def certainty(score: float, lead: float, signs: np.ndarray, ranking: Ranking) -> float:
    """How often a passage with this score, lead and signs answers, in [0, 1]."""
    return 1 / (1 + math.exp(-float(ranking.certainty @ marks_of(score, lead, signs))))


def marks_of(score: float, lead: float, signs: np.ndarray) -> np.ndarray:
    """What certainty is made of, float64 (5,): meaning stands for the pieces where it says more."""
    return np.array((score, lead, signs[TOLD], max(signs[PIECES], signs[MEANING]), 1.0))


def _is_twin(one: Candidate, other: Candidate) -> bool:
    return bool(other.unit.letters) and _product(one.pieces, other.pieces) >= TWIN


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


def _told(asked: Asked, words: Mapping[str, str], candidate: Candidate) -> float:
    total = sum(asked.subject.values())
    if not total:
        return 0.0
    unit, characters = candidate.sentences[0], candidate.characters[0]
    kept = sorted(asked.subject.items(), key=lambda one: -one[1])[:MOST_TOLD]
    sure = sum(weight for word, weight in kept if words[word] in unit)
    open_ = [(words[word], weight) for word, weight in kept if words[word] not in unit]
    best = 0.0
    for sentence, others in zip(candidate.sentences, candidate.characters, strict=True):
        reached = sure
        for word, weight in open_:
            if word in sentence:
                reached += weight
            elif not word.isascii():
                common = sum(character in others or character in characters for character in word)
                reached += PARTLY * weight * common / len(word)
        best = max(best, reached)
    return best / total


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
