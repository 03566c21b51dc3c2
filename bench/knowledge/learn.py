"""Learn the weights of kefu/ai/knowledge/ranking.py anew and print them; nothing is written.

    python bench/knowledge/learn.py --data DIR

From sets whose licence allows it (stackfaq, BANKING77, CLINC150: training files) and the sample school, one half of the
questions each, as they are and spoilt.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from bodies import AT, Body, read_intents, read_stackfaq, read_starter

from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.knowledge.ranking import SIGNS
from kefu.ai.training.noise import NOISES
from kefu.core.ports.knowledge import Query

LEARNED = ("pieces", "sounds", "words", "order", "letters", "sentence")
SPOILT = (("typos", "en"), ("typos", "zh"), ("homophones", "zh"))
KEPT = 50

Example = tuple[np.ndarray, np.ndarray, list[str]]
"""Signs (n, n_signs), which are right (n,), and their articles, of one question."""


def main() -> None:
    """Learn and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    data = parser.parse_args().data
    intents = (read_intents(data / name / "train.csv") for name in ("banking77", "clinc150"))
    bodies = [one.half(0) for one in (read_stackfaq(data), *intents, read_starter("zh"), read_starter("en"))]
    sets = [examples for body in bodies for examples in examples_of(body)]
    weights = learn_weights(sets)
    print("WEIGHTS", dict(zip(SIGNS, weights.round(2).tolist(), strict=True)))
    print("CERTAINTY", learn_certainty(sets, weights).round(3).tolist())


def examples_of(body: Body) -> Iterator[list[Example]]:
    """The questions as they are, then spoilt in each way."""
    found = LexicalKnowledge()
    found.put(body.articles)
    for noise in ("", *(name for name, language in SPOILT if language == body.language)):
        chance, examples = random.Random(4), []  # noqa: S311 - repeatable
        for text, right in body.questions:
            asked = NOISES[noise](text, body.language, chance) if noise else text
            scored = found.scored(Query(asked, body.language, "public", AT.date()))
            articles = [one.candidate.entry.article for one in scored]
            is_right = np.array([int(one) in right for one in articles], bool)
            examples.append((np.array([one.signs for one in scored]).reshape(-1, len(SIGNS)), is_right, articles))
        yield examples


def learn_weights(sets: list[list[Example]]) -> np.ndarray:
    """The likelihood that a right passage is first, over all sets alike, by Adam."""
    columns = [SIGNS.index(name) for name in LEARNED]
    weights, first, second = (np.zeros(len(columns)) for _ in range(3))
    for step in range(1, 201):
        slope = 1e-3 * weights
        for examples in sets:
            for signs, right, _ in (one for one in examples if one[1].any()):
                given = signs[:, columns]
                shares = softmax(given @ weights)
                slope += (shares - shares * right / (shares @ right + 1e-12)) @ given / len(examples)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights -= 0.3 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    whole = np.zeros(len(SIGNS))
    whole[columns] = weights
    return whole


def learn_certainty(sets: list[list[Example]], weights: np.ndarray) -> np.ndarray:
    """Logistic regression over the five best hits of every question, once as it is, once without its answers."""
    given, right = [], []
    for examples in sets:
        for signs, is_right, articles in examples:
            for kept in (np.ones(len(articles), bool), ~is_right):
                for row, answers in hits_of(signs[kept], is_right[kept], np.array(articles)[kept], weights):
                    given.append(row)
                    right.append(answers)
    rows, truth, learned = np.array(given), np.array(right, float), np.zeros(5)
    for _ in range(50):  # Newton
        sure = 1 / (1 + np.exp(-rows @ learned))
        slope = rows.T @ (sure - truth) + 1e-3 * learned
        bend = (rows * (sure * (1 - sure))[:, None]).T @ rows + 1e-3 * np.eye(5)
        learned -= np.linalg.solve(bend, slope)
    return learned


def hits_of(
    signs: np.ndarray, right: np.ndarray, articles: np.ndarray, weights: np.ndarray
) -> Iterator[tuple[list[float], bool]]:
    """What the certainty is made of, for the five best."""
    if not len(signs):
        return
    scores = signs @ weights
    order = np.argsort(-scores, kind="stable")
    others = scores[articles != articles[order[0]]]
    for at in order[:5]:
        is_first = articles[at] == articles[order[0]]
        rival = others.max(initial=0.0) if is_first else scores[order[0]]
        sentence, pieces = signs[at, SIGNS.index("sentence")], signs[at, SIGNS.index("pieces")]
        yield [scores[at], scores[at] - rival, sentence, pieces, 1.0], bool(right[at])


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of 1."""
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()


if __name__ == "__main__":
    main()
