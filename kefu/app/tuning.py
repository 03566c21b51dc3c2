"""Tune an encoder to a project's examples, and a rehearsal of it to learn certainty with."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.ai.encode.graph import convert
from kefu.ai.encode.tuned import REHEARSAL, Recipe, Tuned, digest_text, read_tuned, write_tuned
from kefu.ai.encode.weights import KEPT_FILES, Cutter, digest_of, read_plan, read_weights
from kefu.ai.text.certainty import split_folds
from kefu.ai.text.joined import encoder_languages
from kefu.ai.text.lessons import named, prepare
from kefu.ai.text.sound import build_sounds
from kefu.app.encoders import unpacked
from kefu.app.plugins import needing
from kefu.core.errors import BadInput
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, Progress

FOLDS = 4
"""The rehearsal is tuned without every fourth intent, and without every fourth text of the others."""

MUCH = 0.2
"""When so large a share of the examples is new to an encoder, it is worth tuning again."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts to tune on as an encoder is given them, (n_texts,): intents as numbers, and whether it can read them."""

    texts: Sequence[str]
    labels: np.ndarray
    readable: np.ndarray


def tune_encoder(source: str, target: Path, lesson: Lesson, recipe: Recipe, *, seed: int, progress: Progress) -> None:
    """Tune the encoder of `source` (see `add_encoder`) and write it into the folder `target`, ready to serve.

    A rehearsal of it lies in a folder beside its files. What stands in `target` is replaced
    when all is done; an interruption leaves it as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as place:
        with needing("deep"):
            import torch  # noqa: F401 - before anything is downloaded
        with needing("encoder"):
            tuning = _Tuning(unpacked(source, Path(place), progress), lesson, recipe, seed, progress)
            made = Path(place) / "made"
            train, trial, outside = split_folds(lesson.labels.tolist(), int(lesson.labels.max()) + 1, FOLDS)[0]
            known = [at for at, is_outside in zip(trial, outside, strict=True) if not is_outside]
            tuning.write(made, np.arange(len(lesson.texts)))
            if len(np.unique(lesson.labels[train])) > 1:
                tuning.write(made / REHEARSAL, np.array(train), np.array(known, int))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)


def lesson_of(examples: Sequence[Example], languages: frozenset[str], progress: Progress) -> Lesson:
    """The examples as `joined.v1` has an encoder read them; the names of intents are examples too.

    Raises `BadInput` when fewer than two intents have any in these languages.
    """
    inside = [example for example in (*examples, *named(examples)) if example.intent not in ("", OUT_OF_SCOPE)]
    phrases = prepare(inside, build_sounds(), progress).phrases
    _, labels = np.unique([example.intent for example in inside], return_inverse=True)
    readable = np.array([phrase.is_in(languages) for phrase in phrases], bool)
    if len(np.unique(labels[readable])) < 2:
        raise BadInput(f"Fewer than two intents have examples in {', '.join(sorted(languages))}; nothing can be tuned.")
    return Lesson([phrase.text for phrase in phrases], labels, readable)


class _Tuning:
    """One encoder's weights and tokens, to be tuned on this or that part of the texts."""

    def __init__(self, source: Path, lesson: Lesson, recipe: Recipe, seed: int, progress: Progress) -> None:
        self._source, self._lesson, self._recipe, self._seed = source, lesson, recipe, seed
        self._progress = progress
        self._plan, self._weights = read_plan(source), read_weights(source)
        self._tokens = Cutter(source).cut(lesson.texts)
        self._name = digest_of(source / "model.safetensors", *(source / name for name in KEPT_FILES))

    def write(self, folder: Path, train: np.ndarray, trial: np.ndarray | None = None) -> None:
        """Tune on some texts, try before and after on others if there are any, and write what came of it."""
        from kefu.ai.encode.tuning import Tuner, vectors_of

        def advance(what: str, done: int, total: int) -> None:
            self._progress(what if trial is None else f"rehearsal: {what}", done, total)

        lesson, learned = self._lesson, train[self._lesson.readable[train]]
        tokens = [self._tokens[at] for at in learned]
        weights = Tuner(self._plan, self._weights, self._recipe, self._seed).tune(
            tokens, lesson.labels[learned], advance
        )
        convert(self._source, folder, advance, weights)
        gain = None
        if trial is not None and len(tried := trial[lesson.readable[trial]]):
            every, split = [*learned, *tried], len(learned)
            states = (
                vectors_of(self._plan, one, [self._tokens[at] for at in every]) for one in (self._weights, weights)
            )
            before, after = (nearest_right(vectors, lesson.labels[every], split) for vectors in states)
            gain = before, after
        seen = frozenset(digest_text(lesson.texts[at]) for at in train)
        write_tuned(folder, Tuned(self._name, self._recipe, self._seed, seen, gain))


def nearest_right(vectors: np.ndarray, labels: np.ndarray, split: int) -> float:
    """The share of texts from `split` on that lie nearest to the mean of their own intent's texts before it."""
    known = np.unique(labels[:split])
    means = np.stack([vectors[:split][labels[:split] == label].mean(0) for label in known])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return float((known[(vectors[split:] @ means.T).argmax(1)] == labels[split:]).mean())


def share_new(settings: Mapping[str, object], examples: Sequence[Example]) -> float:
    """Which share of the examples a reader's encoder was not tuned on; 0 without one or when it was not tuned."""
    folder = Path(str(settings.get("home", "."))) / str(settings.get("encoder", ""))
    tuned = read_tuned(folder) if settings.get("encoder") else None
    if tuned is None:
        return 0.0
    return tuned.share_unseen(lesson_of(examples, encoder_languages(settings), lambda *_: None).texts)
