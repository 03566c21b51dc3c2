"""Learn the weights of kefu/ai/knowledge/ranking.py anew and print them; nothing is written.

    python bench/knowledge/learn.py --data DIR                   the weights of words
    python bench/knowledge/learn.py --data DIR --encoder DIR     those of words and meaning, on the English sets

From sets whose licence allows it (stackfaq, BANKING77, CLINC150: training files), the sample school and kefu's own
documentation: one half of the questions each, as they are and spoilt. The certainty is learned from libraries of
every size, with and without an answer.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from bodies import AT, Body, read_intents, read_stackfaq, read_starter, read_texts, small_parts, without_questions

from kefu.ai.encode.onnx import open_encoder
from kefu.ai.knowledge.fused import FusedKnowledge
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.knowledge.ranking import IS_TEXT, SIGNS, Ranking, fair_odds, odds_of, score_of
from kefu.ai.training.noise import NOISES
from kefu.core.nouns import Language
from kefu.core.ports.encoder import Encoder
from kefu.core.ports.knowledge import Query

BEST = 2
"""So many of the best hits of a question teach what is certain."""
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SPOILT = (("typos", "en"), ("typos", "zh"), ("homophones", "zh"))
Example = tuple[np.ndarray, np.ndarray, list[int]]
"""Signs (n, n_signs), which are right (n,), and their articles, of one question."""


def main() -> None:
    """Learn and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--encoder", type=Path, help="folder of an English encoder, from `kefu encoder add minilm`")
    options = parser.parse_args()
    data = options.data
    intents = (read_intents(data / name / "train.csv") for name in ("banking77", "clinc150"))
    stack = read_stackfaq(data).half(0)
    bodies = [stack, without_questions(stack), *(one.half(0) for one in intents)]
    bodies += [read(language) for language in LANGUAGES for read in (read_starter, read_texts)]
    if options.encoder:
        bodies = [one for one in bodies if one.language == "en"]
    encoder = open_encoder({"folder": str(options.encoder)}) if options.encoder else None
    sets = [examples for body in bodies for examples in examples_of(body, encoder)]
    weights = learn_weights(sets)
    print("weights", weights.round(2).tolist())
    chance = random.Random(9)  # noqa: S311 - repeatable
    small = [
        [*chain.from_iterable(next(examples_of(part, encoder)) for part in small_parts(one, chance))] for one in bodies
    ]
    background = learn_background(small, weights)
    certainty = learn_certainty(sets, small, Ranking(weights, np.zeros(2), background))
    print("certainty", certainty.round(2).tolist(), "background", round(background, 2))


def examples_of(body: Body, encoder: Encoder | None) -> Iterator[list[Example]]:
    """The questions as they are, then spoilt in each way.

    Articles that answer the same questions count as one: the lead is over another answer.
    """
    found = FusedKnowledge(encoder, ["en"]) if encoder else LexicalKnowledge()
    one_of = {number: min(right) for _, right in body.questions for number in right}
    found.put(body.articles)
    for noise in ("", *(name for name, language in SPOILT if language == body.language)):
        chance, examples = random.Random(4), []  # noqa: S311 - repeatable
        for text, right in body.questions:
            asked = NOISES[noise](text, body.language, chance) if noise else text
            scored = found.scored(Query(asked, body.language, "public", AT.date()))
            articles = [int(one.candidate.entry.article) for one in scored]
            is_right = np.array([one in right for one in articles], bool)
            articles = [one_of.get(one, one) for one in articles]
            examples.append((np.array([one.signs for one in scored]).reshape(-1, len(SIGNS)), is_right, articles))
        yield examples


def learn_weights(sets: list[list[Example]]) -> np.ndarray:
    """The likelihood that a right passage is first, over all sets alike, by Adam: of listed questions, and of texts."""
    weights, first, second = (np.zeros((2, len(SIGNS))) for _ in range(3))
    for step in range(1, 201):
        slope = 1e-3 * weights
        for examples in sets:
            for signs, right, _ in (one for one in examples if one[1].any()):
                by_unit, by_text = weights @ signs.T
                shares = softmax(np.where(signs[:, IS_TEXT] > 0, by_text, by_unit))
                pull = (shares - shares * right / (shares @ right + 1e-12))[:, None] * signs / len(examples)
                is_text = signs[:, IS_TEXT] > 0
                slope += np.stack((pull[~is_text].sum(axis=0), pull[is_text].sum(axis=0)))
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights -= 0.3 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def learn_background(small: list[list[Example]], weights: np.ndarray) -> float:
    """The mean score of the best passage of a small library for questions that nothing in it answers."""
    ranking = Ranking(weights, np.zeros(2), 0.0)
    unanswered = (signs for examples in small for signs, right, _ in examples if not right.any())
    return float(np.mean([max((score_of(one, ranking) for one in signs), default=0.0) for signs in unanswered]))


def learn_certainty(sets: list[list[Example]], small: list[list[Example]], ranking: Ranking) -> np.ndarray:
    """Logistic regression over the best hits: in large libraries with and without the answers, and in small ones."""
    rows, truth, counts = [], [], []
    for examples, times, with_answer in (
        *((one, 1.0, True) for one in sets),
        *((one, 1.0, False) for one in sets),
        *(([given for given in one if given[1].any()], 2.0, True) for one in small),
        *(([given for given in one if not given[1].any()], 2.0, True) for one in small),
    ):
        found = [hit for one in examples for hit in hits_of(one, ranking, with_answer=with_answer)]
        rows += [(odds, 1.0) for odds, _ in found]
        truth += [is_right for _, is_right in found]
        counts += [times / len(found)] * len(found)
    given, right, weight = np.array(rows), np.array(truth, float), np.array(counts) * len(counts) / sum(counts)
    learned = np.zeros(given.shape[1])
    for _ in range(50):  # Newton
        sure = 1 / (1 + np.exp(-given @ learned))
        slope = given.T @ (weight * (sure - right)) + 1e-3 * learned
        bend = (given * (weight * sure * (1 - sure))[:, None]).T @ given + 1e-3 * np.eye(len(learned))
        learned -= np.linalg.solve(bend, slope)
    return learned


def hits_of(example: Example, ranking: Ranking, *, with_answer: bool) -> Iterator[tuple[float, bool]]:
    """The odds of the best hits and whether they answer; without an answer: after what answers is taken out."""
    signs, right, articles = example[0], example[1], np.array(example[2])
    if not with_answer:
        kept = ~np.isin(articles, articles[right])
        signs, right, articles = signs[kept], right[kept], articles[kept]
    if not len(signs):
        return
    scores = np.array([score_of(one, ranking) for one in signs])
    order = np.argsort(-scores, kind="stable")
    odds = odds_of(scores.tolist(), articles.tolist(), ranking.background)
    for at in order[:BEST]:
        yield fair_odds(odds[articles[at].item()], signs[at]), bool(right[at])


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of 1."""
    grown = np.exp(scores - scores.max())
    shares: np.ndarray = grown / grown.sum()
    return shares


if __name__ == "__main__":
    main()
