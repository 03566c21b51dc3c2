"""The trained network, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kefu.ai.text.certainty import SHARPNESS
from kefu.ai.text.chain import may_follow
from kefu.ai.text.deep.vocabulary import Vocabulary, filled
from kefu.ai.text.found import Found
from kefu.ai.text.spans import spans_from
from kefu.ai.text.units import units_of
from kefu.ai.text.words import Word


class Network:
    """A trained network with what it reads and answers; immutable, so thread-safe.

    `centres` float32 (n_intents + 1, n): the mean of all sentences' vectors, then for each intent the
    direction in which its own lie from there, of length 1.
    """

    def __init__(
        self, graph: bytes, vocabulary: Vocabulary, intents: Sequence[str], kinds: Sequence[str], centres: np.ndarray
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.graph, self.vocabulary, self.centres = graph, vocabulary, centres
        self.intents, self.kinds = tuple(intents), tuple(kinds)
        self._follows = np.where(may_follow(len(kinds)), np.float32(0), np.float32(-np.inf))

    def score(self, words: Sequence[Word]) -> tuple[np.ndarray, np.ndarray]:
        """The score of each intent, (n_intents,), and the signals of certainty (6,), as `certainty.signals` has them.

        The fit is the cosine with the best intent's centre, the last the share of known units.
        """
        ids, familiar, known = self.vocabulary.read(words)
        scores, sentence = (one[0] for one in self._session.run(["intents", "sentence"], {"ids": filled([ids])}))
        scores = scores / np.float32(SHARPNESS)
        best = int(scores.argmax())
        away = sentence - self.centres[0]
        fit = float(away @ self.centres[1 + best]) / (float(np.linalg.norm(away)) or 1.0)
        lead = scores[best] - np.partition(scores, -2)[-2] if len(scores) > 1 else scores[best]
        return scores, np.array([1.0, scores[best], lead, fit, known, familiar])

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """The spans of a text with the network's own probabilities."""
        units = units_of(words)
        if not units or not self.kinds:
            return []
        ids, _, _ = self.vocabulary.read(words)
        (labels,) = self._session.run(["labels"], {"ids": filled([ids])})
        return list(spans_from(text, units, labels[0], self._follows, self.kinds))
