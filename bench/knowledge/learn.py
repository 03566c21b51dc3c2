"""Learn the weights of kefu/ai/knowledge/ranking.py anew and print them; nothing is written.

    python bench/knowledge/learn.py --data DIR                   the weights of words
    python bench/knowledge/learn.py --data DIR --encoder DIR     those of words and meaning, on the English sets

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

from kefu.ai.encode.onnx import open_encoder
from kefu.ai.knowledge.fused import FusedKnowledge
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.knowledge.ranking import SIGNS, marks_of
from kefu.ai.training.noise import NOISES
from kefu.core.ports.knowledge import Query

LEARNED = ("pieces", "sounds", "words", "order", "letters", "sentence", "meaning")
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
    bodies = [one.half(0) for one in (read_stackfaq(data), *intents, read_starter("zh"), read_starter("en"))]
    if options.encoder:
        bodies = [one for one in bodies if one.language == "en"]
    sets = [examples for body in bodies for examples in examples_of(body, options.encoder)]
    weights = learn_weights(sets)
    print("WEIGHTS", dict(zip(SIGNS, weights.round(2).tolist(), strict=True)))
    print("CERTAINTY", learn_certainty(sets, weights).round(3).tolist())


def examples_of(body: Body, encoder: Path | None) -> Iterator[list[Example]]:
    """The questions as they are, then spoilt in each way.

    Articles that answer the same questions count as one: the lead is over another answer.
    """
    opened = open_encoder({"folder": str(encoder)}) if encoder else None
    found = FusedKnowledge(opened, ["en"]) if opened else LexicalKnowledge()
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
) -> Iterator[tuple[np.ndarray, bool]]:
    """What the certainty is made of, for the five best."""
    if not len(signs):
        return
    scores = signs @ weights
    order = np.argsort(-scores, kind="stable")
    others = scores[articles != articles[order[0]]]
    for at in order[:5]:
        is_first = articles[at] == articles[order[0]]
        rival = others.max(initial=0.0) if is_first else scores[order[0]]
        yield marks_of(scores[at], scores[at] - rival, signs[at]), bool(right[at])


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of 1."""
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()


if __name__ == "__main__":
    main()
