"""`joined.v1`: a machine for counted features joined with one for an encoder's vector, with learned certainty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.ai.cores import cores_of, threads
from kefu.ai.encode.memory import VectorMemory
from kefu.ai.text.certainty import (
    FEWEST_INTENTS,
    FOREIGN,
    KNOWN,
    LEFT_OUT,
    judge,
    learn_certainty,
    signals,
    split_folds,
)
from kefu.ai.text.crf import CrfSpans
from kefu.ai.text.folder import Parts, pack_json, unpack_json
from kefu.ai.text.margins import Margins, Seen
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.reading import TextReader
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.nouns import IntentScore
from kefu.core.ports.encoder import Encoder
from kefu.core.ports.reader import Progress, TrainableReader

NAME = "joined.v1"
FOLDS = 4
MOST_WORK = 150_000
"""Texts times intents up to which all folds are trained; beyond, one fold has texts enough."""

WITH = np.array([-5.0, 1.0, 1.5, 4.0, 0.5, 1.0])
WITHOUT = np.array([-4.0, 1.5, 1.5, 2.0, 1.0, 1.0])
"""What certainty is judged by where it can't be learned: with an encoder's vector and without."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An encoder that was tuned as the one in use, but without some texts and some intents.

    Certainty is learned with it: to an encoder tuned on all examples none of them is new,
    and what it is sure of with them says nothing about a customer's message.
    """

    encoder: Encoder
    has_seen: Callable[[str], bool]
    memory: VectorMemory


class JoinedIntents:
    """Margins, neighbours and distances, with probabilities learned on texts not seen.

    `open_rehearsal` is for an encoder that was tuned on the examples.
    """

    def __init__(
        self,
        encoder: Encoder,
        languages: frozenset[str],
        memory: VectorMemory,
        open_rehearsal: Callable[[], Rehearsal] | None = None,
    ) -> None:
        self._encoder, self._languages, self._memory = encoder, languages, memory
        self._open_rehearsal = open_rehearsal
        self._intents: tuple[str, ...] = ()
        self._margins: Margins | None = None
        self._with, self._without = WITH, WITHOUT

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn; about 25 s of CPU and 570 MB for 10,000 texts of 77 intents, half of it the encoder's."""
        import scipy.linalg  # noqa: F401 - threads are held of what is loaded

        with threads(1):  # sums in several threads come out otherwise in the last digit
            self._fit(phrases, intents, foreign, progress)

    def _fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        names = tuple(sorted(set(intents)))
        number = {name: at for at, name in enumerate(names)}
        labels = np.array([number[intent] for intent in intents])
        every = [*phrases, *foreign]
        vectors = self._encode_all(self._encoder, self._memory, every, "vectors", progress)
        texts = [phrase.counts for phrase in every]
        progress("intents", 0, 1)
        self._margins = Margins.fit(texts[: len(labels)], vectors[: len(labels)], labels, len(names))
        self._intents = names
        progress("intents", 1, 1)
        if self._open_rehearsal:
            rehearsal = self._open_rehearsal()
            folds = [split_seen([rehearsal.has_seen(phrase.text) for phrase in phrases], labels)]
            trial = self._encode_all(rehearsal.encoder, rehearsal.memory, every, "rehearsal's vectors", progress)
        else:
            folds, trial = _folds(labels, len(names)), vectors
        self._with, self._without = _certainty(texts, trial, labels, folds, progress)

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents with calibrated probabilities."""
        if self._margins is None:
            return ()
        seen = next(self._margins.see([phrase.counts], self._encode(phrase)[None]))
        beta = self._without if seen.far is None else self._with
        return tuple(
            IntentScore(self._intents[at], round(one, 4)) for at, one in judge(seen.scores, _signals(seen), beta)
        )

    def _encode_all(
        self, encoder: Encoder, memory: VectorMemory, phrases: Sequence[Phrase], what: str, progress: Progress
    ) -> np.ndarray:
        """The vectors (n_phrases, d) of phrases, 0 as with `_encode`."""
        vectors = np.zeros((len(phrases), encoder.dimensions), np.float32)
        read = [at for at, phrase in enumerate(phrases) if phrase.is_in(self._languages)]
        texts = [phrases[at].text for at in read]
        vectors[read] = memory.encode(encoder, texts, lambda *done: progress(what, *done))
        return vectors

    def _encode(self, phrase: Phrase) -> np.ndarray:
        """The vector (d,) of a text; 0 in a language that the encoder was not made for, and for an empty one."""
        if not phrase.is_in(self._languages):
            return np.zeros(self._encoder.dimensions, np.float32)
        vector: np.ndarray = np.asarray(self._encoder.encode([phrase.text]))[0]
        return vector

    def pack(self) -> Parts:
        """The model as files."""
        if self._margins is None:
            return {}
        settings = {
            "intents": self._intents,
            "with": self._with.tolist(),
            "without": self._without.tolist(),
            "encoder": self._encoder.version,
        }
        return {"joined.json": pack_json(settings), **self._margins.pack()}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files; raises `ModelMissing` when it was trained with another encoder."""
        settings = unpack_json(parts["joined.json"])
        if settings["encoder"] != self._encoder.version:
            raise ModelMissing(
                f"The model was trained with the encoder {settings['encoder']}, and kefu.toml names "
                f"{self._encoder.version}; run `kefu train`."
            )
        self._intents, self._margins = tuple(settings["intents"]), Margins.unpack(parts)
        self._with, self._without = np.array(settings["with"]), np.array(settings["without"])


def _signals(seen: Seen) -> np.ndarray:
    """What certainty is judged by, (6,): the last is the distance or, without one, the share of known words."""
    return signals(seen.scores, seen.near, seen.vector, seen.vector.topic if seen.far is None else seen.far)


Fold = tuple[list[int], list[int], list[bool]]
"""Which texts to train on, which to try, and which of those are of a left-out intent."""

Tried = tuple[bool, np.ndarray, bool, int]
"""Whether a text has a vector, its signals, whether the best intent was right, where the text comes from."""


def split_seen(seen: Sequence[bool], labels: np.ndarray) -> Fold:
    """The fold in which a rehearsal's encoder was tuned: it is tried on what it has not seen."""
    train = [at for at, is_seen in enumerate(seen) if is_seen]
    trial = [at for at, is_seen in enumerate(seen) if not is_seen]
    known = set(labels[train].tolist())
    return train, trial, [int(labels[at]) not in known for at in trial]


def _folds(labels: np.ndarray, n_labels: int) -> list[Fold]:
    """Folds for an encoder that has seen none of the texts."""
    if n_labels < FEWEST_INTENTS:
        return []
    folds = split_folds(labels.tolist(), n_labels, FOLDS)
    return folds if len(labels) * n_labels <= MOST_WORK else folds[:1]


def _certainty(
    texts: Sequence[Counter[str]],
    vectors: np.ndarray,
    labels: np.ndarray,
    folds: Sequence[Fold],
    progress: Progress,
) -> tuple[np.ndarray, np.ndarray]:
    """Try models on what they have not seen, and learn from it how far to trust them.

    Texts beyond the labels are foreign: of no intent.
    """
    tried: list[Tried] = []
    for number, fold in enumerate((fold for fold in folds if fold[0]), start=1):
        progress(f"fold {number}", 0, 1)
        tried += _try(texts, vectors, labels, fold)
        progress(f"fold {number}", 1, 1)
    learned = []
    for has_vector, default in ((True, WITH), (False, WITHOUT)):
        found = [one for one in tried if one[0] == has_vector]
        rows, right, origins = [one[1] for one in found], [one[2] for one in found], [one[3] for one in found]
        learned.append(learn_certainty(rows, right, origins, default))
    return learned[0], learned[1]


def _try(
    texts: Sequence[Counter[str]],
    vectors: np.ndarray,
    labels: np.ndarray,
    fold: Fold,
) -> list[Tried]:
    """What a model of a fold makes of the texts that were held back from it."""
    train, trial, outside = fold
    known, own = np.unique(labels[train], return_inverse=True)
    margins = Margins.fit([texts[at] for at in train], vectors[train], own, len(known))
    found = []
    origins = [LEFT_OUT if is_outside else KNOWN for is_outside in outside] + [FOREIGN] * (len(texts) - len(labels))
    tried = [*trial, *range(len(labels), len(texts))]
    for at, origin, seen in zip(tried, origins, margins.see([texts[at] for at in tried], vectors[tried]), strict=True):
        right = at < len(labels) and bool(known[seen.scores.argmax()] == labels[at])
        found.append((seen.far is not None, _signals(seen), right, origin))
    return found


def encoder_languages(settings: Mapping[str, object]) -> frozenset[str]:
    """The languages that an encoder reads, by the settings of a reader; English where nothing is said."""
    languages = settings.get("encoder_languages", ["en"])
    return frozenset(map(str, languages)) if isinstance(languages, list) else frozenset((str(languages),))


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with this model.

    `open_encoder` opens its encoder, `encoder_languages` says what that reads, `vectors` names
    the file in which vectors are kept for the next training. For a tuned encoder `open_rehearsal`
    opens the one that certainty is learned with, and what tells a text that it has seen.
    """
    open_encoder, open_rehearsal = settings.get("open_encoder"), settings.get("open_rehearsal")
    if not callable(open_encoder):
        raise BadConfig("kefu.toml: joined.v1 needs an encoder under [reader]; `kefu encoder add minilm` brings one.")
    kept, cores = Path(str(settings["vectors"])) if settings.get("vectors") else None, cores_of(settings)

    def rehearse() -> Rehearsal:
        encoder, has_seen = open_rehearsal()  # type: ignore[operator]
        return Rehearsal(encoder, has_seen, VectorMemory(kept and kept.with_name(f"{kept.stem}-rehearsal.npz"), cores))

    rehearsing = rehearse if callable(open_rehearsal) else None
    model = JoinedIntents(open_encoder(), encoder_languages(settings), VectorMemory(kept, cores), rehearsing)
    return TextReader(NAME, model, settings, spans=CrfSpans(), names_teach=True)
