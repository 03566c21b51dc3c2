"""Training of the network: on all examples, and before on a part, to learn from the rest how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kefu.ai.text.certainty import FEWEST_INTENTS, FOREIGN, KNOWN, LEFT_OUT, learn_certainty, split_folds
from kefu.ai.text.deep.graph import write_graph
from kefu.ai.text.deep.network import Task, sentences, train
from kefu.ai.text.deep.serving import Network
from kefu.ai.text.deep.vocabulary import Vocabulary
from kefu.ai.text.patterns import IDENTIFIERS
from kefu.ai.text.sound import build_sounds
from kefu.ai.text.spans import Taught, Trust, kinds_in, labels_in, tried
from kefu.ai.text.units import units_of
from kefu.ai.text.words import Word
from kefu.core.ports.reader import Progress

FOLDS = 4
MANY = 2_000
"""With so many texts one fold has enough of them to learn certainty from."""

DEFAULT = np.array([-5.0, 1.5, 1.5, 3.0, 2.0, 1.0])
"""What certainty is judged by where it can't be learned; see `Network.score` for what the numbers weigh."""

NONE = -1
Words = Sequence[Word]


def learn(
    texts: Sequence[Words],
    intents: Sequence[str],
    foreign: Sequence[Words],
    taught: Sequence[Taught],
    *,
    seed: int,
    progress: Progress,
) -> tuple[Network, np.ndarray, Trust]:
    """A network, coefficients of certainty (6,) for its intents, and the trust in its spans."""
    names = tuple(sorted(set(intents)))
    number = {name: at for at, name in enumerate(names)}
    labels = [number[intent] for intent in intents]
    kinds = kinds_in(taught, IDENTIFIERS)
    taught = taught if kinds else ()
    rows: list[np.ndarray] = []
    right: list[bool] = []
    origins: list[int] = []
    spans: list[tuple[float, bool]] = []
    folds = [fold for fold in split_folds(labels, len(names), FOLDS) if fold[0]]
    for fold, (inside, trial, outside) in enumerate(folds if len(texts) < MANY else folds[:1]):
        held = taught[fold::FOLDS]
        rest = [text for at, text in enumerate(taught) if at % FOLDS != fold]
        network = _train(
            [texts[at] for at in inside],
            [names[labels[at]] for at in inside],
            (foreign[fold::FOLDS], rest, kinds),
            (seed, f"fold {fold + 1}", progress),
        )
        asked = [(texts[at], labels[at], LEFT_OUT if one else KNOWN) for at, one in zip(trial, outside, strict=True)]
        asked += [(text, NONE, FOREIGN) for at, text in enumerate(foreign) if at % FOLDS != fold]
        for words, label, origin in asked:
            scores, told = network.score(words)
            rows.append(told)
            right.append(label != NONE and network.intents[int(scores.argmax())] == names[label])
            origins.append(origin)
        for text in held:
            spans += tried(network.find(text.text, text.words), text)
    network = _train(texts, [names[label] for label in labels], (foreign, taught, kinds), (seed, "network", progress))
    certainty = learn_certainty(rows, right, origins, DEFAULT) if len(names) >= FEWEST_INTENTS else DEFAULT
    return network, certainty, Trust.learn([one for one, _ in spans], [one for _, one in spans])


def _train(
    texts: Sequence[Words],
    intents: Sequence[str],
    beside: tuple[Sequence[Words], Sequence[Taught], Sequence[str]],
    how: tuple[int, str, Progress],
) -> Network:
    """Train one network; `beside` are foreign texts, texts with spans and their kinds, `how` seed and reports."""
    (foreign, taught, kinds), (seed, what, progress) = beside, how
    names = tuple(sorted(set(intents)))
    number = {name: at for at, name in enumerate(names)}
    vocabulary = Vocabulary.build([*texts, *foreign, *(text.words for text in taught)], build_sounds())
    task = Task(
        len(vocabulary),
        len(names),
        1 + 2 * len(kinds),
        [vocabulary.read(words)[0] for words in (*texts, *foreign)],
        np.array([*(number[intent] for intent in intents), *(NONE for _ in foreign)]),
        [vocabulary.read(text.words)[0] for text in taught],
        [labels_in(text, units_of(text.words), kinds) for text in taught],
    )
    weights = train(task, seed, lambda done, total: progress(what, done, total))
    own = slice(len(texts))
    centres = _centres(sentences(weights, task.texts[own]), task.intents[own], len(names))
    return Network(write_graph(weights), vocabulary, names, kinds, centres)


def _centres(vectors: np.ndarray, intents: np.ndarray, n_intents: int) -> np.ndarray:
    """The mean of the sentences and, from there, the directions of the intents: (n_intents + 1, n)."""
    middle = vectors.mean(0)
    away = np.stack([vectors[intents == at].mean(0) - middle for at in range(n_intents)])
    sizes = np.linalg.norm(away, axis=1, keepdims=True)
    return np.concatenate([middle[None], away / np.maximum(sizes, 1e-9)]).astype(np.float32)
