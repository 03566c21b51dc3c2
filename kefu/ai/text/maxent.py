"""Maximum entropy: multinomial logistic regression with L2, trained by CRFsuite, served by numpy.

Source: C. Elkan, "Maximum Entropy, Logistic Regression and CRFs"; a conditional random field
over sequences of length one is multinomial logistic regression (Okazaki, CRFsuite, 2007).
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kefu.ai.text.features import Vector

SCALE = 10.0
"""Vectors have length 1; longer ones let the weights stay small under the same penalty."""

PENALTY = 1.0
ITERATIONS = 100
BIAS = "b"
LABEL = "l{}".format
WEIGHT = re.compile(r"^  \(0\) (\S+) --> l(\d+): (\S+)$", re.MULTILINE)


def train_weights(
    vectors: Sequence[Vector], labels: Sequence[int], shape: tuple[int, int], progress: Callable[[int, int], None]
) -> np.ndarray:
    """Weights float32 of shape (n_features + 1, n_labels); the last row is the bias.

    Only pairs of feature and label that occur together have a weight, so a zero says that
    they never met. Deterministic. About 1 s of CPU for 3,000 texts and 20 labels.
    `progress` is called with (iterations done, most iterations).
    """
    import pycrfsuite

    n_features, n_labels = shape
    trainer = _watched(pycrfsuite.Trainer, progress)("lbfgs", verbose=False)
    trainer.set_params({"c1": 0, "c2": PENALTY, "max_iterations": ITERATIONS})
    for vector, label in zip(vectors, labels, strict=True):
        pairs = zip(map(str, vector.indices.tolist()), (vector.values * SCALE).tolist(), strict=True)
        trainer.append(pycrfsuite.ItemSequence([{**dict(pairs), BIAS: 1.0}]), [LABEL(label)])
    weights = np.zeros((n_features + 1, n_labels), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        model, listing = Path(folder) / "model", Path(folder) / "listing"
        trainer.train(str(model))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
        tagger.dump(str(listing))
        tagger.close()
        for name, label, weight in WEIGHT.findall(listing.read_text("utf-8")):
            weights[n_features if name == BIAS else int(name), int(label)] = float(weight)
    return weights


def _watched(trainer: type, progress: Callable[[int, int], None]) -> type:
    def on_iteration(_self: object, _log: object, info: dict[str, object]) -> None:
        progress(int(str(info["num"])), ITERATIONS)

    return type("Watched", (trainer,), {"on_iteration": on_iteration})


def label_scores(weights: np.ndarray, vector: Vector) -> tuple[list[float], float]:
    """The softmax probability of each label, and how much of the text the likeliest one has met.

    Few labels are handled sooner by Python than by numpy, hence the list.
    """
    rows = weights[vector.indices]
    logits = (vector.values @ rows * SCALE + weights[-1]).tolist()
    highest = max(logits)
    odds = [math.exp(logit - highest) for logit in logits]
    total = sum(odds)
    met = rows[:, logits.index(highest)] != 0
    return [one / total for one in odds], vector.known * float(vector.values @ (vector.values * met))
