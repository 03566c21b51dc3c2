"""How well a passage answers a question: signs of it, their weights, and a calibrated probability."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
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

LITTLE = 0.25
"""Less than this share of a question in a passage is little."""

LEAST = 1e-6
"""The least that what competes counts: odds stay finite."""

MOST_TOLD = 32
"""So many of a question's words are looked for in every sentence."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What signs count in the score, and what makes a probability of it.

    `weights` (2, n_signs) say how well a question or heading asks the same, then how well a text tells it; a text
    answers in the better of both ways. `background` is the score that the best passage of
    a small library reaches for a question about anything else: it competes with what is found, as if it were one more
    passage. `certainty` (2,) makes a probability of the odds: their slope and what is added. All is learned by
    bench/knowledge/learn.py: list-wise logistic loss, then logistic regression where half of the questions have no
    answer.
    """

    weights: np.ndarray
    certainty: np.ndarray
    background: float


BY_WORDS = Ranking(
    np.array(
        [[3.71, 1.11, 3.97, 5.86, 3.18, 0.29, 2.86, 0, 0], [1.51, 2.51, 7.27, -0.72, -0.51, 2.64, -0.19, 0, 2.48]]
    ),
    np.array([0.71, -0.94]),
    5.24,
)

BY_MEANING = Ranking(
    np.array(
        [
            [0.43, -1.81, 1.57, 3.47, 2.65, 0.75, 1.96, 16.45, 0],
            [-0.6, -0.73, 3.95, 0.79, -1.03, 2.28, 0.53, 12.26, 3.24],
        ]
    ),
    np.array([0.69, -1.35]),
    8.16,
)
"""Where an encoder reads the language; learned with `--encoder`."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its signs (n_signs,) and score; `odds` as `odds_of` gives them.

    `probability` says how often one like it answers.
    """

    candidate: Candidate
    signs: np.ndarray
    score: float
    odds: float
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
    if not found:
        return []
    first = found[0][0]
    owners = [first.entry.article if _is_twin(one, first) else one.entry.article for one, _, _ in found]
    odds = odds_of([score for _, _, score in found], owners, ranking.background)
    return [
        Scored(one, signs, score, odds[owner], certainty(odds[owner], signs, ranking))
        for (one, signs, score), owner in zip(found, owners, strict=True)
    ]


def odds_of(scores: Sequence[float], owners: Sequence[Hashable], background: float) -> dict[Hashable, float]:
    """The logarithm of the odds of each owner's passages together, against all others and the background."""
    highest = max(background, *scores)
    shares = [math.exp(score - highest) for score in scores]
    total = math.fsum(shares) + math.exp(background - highest)
    own: dict[Hashable, float] = {}
    for owner, share in zip(owners, shares, strict=True):
        own[owner] = own.get(owner, 0.0) + share
    return {owner: math.log(share / max(total - share, LEAST * total)) for owner, share in own.items()}


def certainty(odds: float, signs: np.ndarray, ranking: Ranking) -> float:
    """How often a passage with these odds and signs answers, in [0, 1]."""
    slope, added = ranking.certainty.tolist()
    return 1 / (1 + math.exp(-slope * fair_odds(odds, signs) - added))


def fair_odds(odds: float, signs: np.ndarray) -> float:
    """The odds, but even at best for a passage that shares `LITTLE` with the question: the best of none is none."""
    shared = max(signs[TOLD], signs[PIECES], signs[MEANING])
    return odds if shared >= LITTLE else min(odds, 0.0)


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
