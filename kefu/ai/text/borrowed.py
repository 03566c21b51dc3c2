"""A classifier that was trained elsewhere: it stays as it is, and kefu learns how far to believe it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from kefu.ai.text.certainty import FOREIGN, KNOWN, LEFT_OUT, learn_certainty
from kefu.ai.text.intents import SHOWN
from kefu.ai.text.phrase import Phrase
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress

ORDINARY = np.array([-2.0, 1.0, 2.0])
"""What certainty is judged by before it is learned: 1, the logit of the best probability, the share of known words."""

Judged = tuple[np.ndarray, np.ndarray]
"""The probabilities of the labels (n_labels,) and the signals of certainty (3,)."""


class Borrowed(ABC):
    """What classifiers of other tools share: learning certainty from the examples, and scoring with it."""

    def __init__(self) -> None:
        self._beta = ORDINARY

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """The intents in the order of the probabilities."""

    @abstractmethod
    def judge(self, text: str) -> Judged:
        """What the classifier makes of a text."""

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn certainty; sentences of intents that the graph does not know teach doubt."""
        labels = set(self.labels)
        rows, right, origins = [], [], []
        pairs = [*zip(phrases, intents, strict=True), *((phrase, "") for phrase in foreign)]
        for number, (phrase, intent) in enumerate(pairs, start=1):
            odds, row = self.judge(phrase.text)
            rows.append(row)
            right.append(self.labels[int(odds.argmax())] == intent)
            origins.append(KNOWN if intent in labels else LEFT_OUT if intent else FOREIGN)
            progress("certainty", number, len(pairs))
        self._beta = learn_certainty(rows, right, origins, ORDINARY)

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents with learned probabilities."""
        odds, row = self.judge(phrase.text)
        certain = 1 / (1 + math.exp(-min(max(float(self._beta @ row), -30.0), 30.0)))
        best = np.argsort(-odds, kind="stable")[:SHOWN]
        rest = min(1 - certain, certain) / max(float(odds[best[1:]].sum()), 1e-9)
        found = [certain, *np.minimum(odds[best[1:]] * min(rest, 1.0), certain).tolist()]
        return tuple(IntentScore(self.labels[at], round(one, 4)) for at, one in zip(best, found, strict=True))


def weigh(outputs: np.ndarray, known: float) -> Judged:
    """Probabilities that sum to 1 and the signals of certainty; `known` is the share of known words."""
    odds = outputs / outputs.sum()
    top = min(max(float(odds.max()), 1e-6), 1 - 1e-6)
    return odds, np.array([1.0, math.log(top / (1 - top)), known])
