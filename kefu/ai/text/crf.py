"""Spans by a linear-chain conditional random field, trained by CRFsuite, served by numpy.

Source: J. Lafferty et al., "Conditional Random Fields" (2001); N. Okazaki, CRFsuite (2007).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.ai.text.chain import may_follow
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.found import Found
from kefu.ai.text.patterns import IDENTIFIERS
from kefu.ai.text.sound import Sounds, build_sounds
from kefu.ai.text.spans import Taught, Trust, judged, kinds_in, labels_in, spans_from, tried
from kefu.ai.text.units import Unit, describe, units_of
from kefu.ai.text.words import Word
from kefu.core.ports.reader import Progress

REACH = 2
"""How many units to either side a label depends on."""

C1, C2, ITERATIONS = 0.05, 0.05, 80
"""CRFsuite's penalties and most steps, chosen on the development files of SMP2020."""

FOLDS = 3
MOST_TRIED = 1_000
"""Marked texts up to which all folds are trained to learn trust; beyond, one fold has spans enough."""

UNMARKED, LEAST_UNMARKED = 4, 1_000
"""Texts without spans that are learned from, for each marked one and at least: more only cost time."""

STATE = re.compile(r"^  \(0\) f(\d+) --> (\d+): (\S+)$", re.MULTILINE)
STEP = re.compile(r"^  \(1\) (\d+) --> (\d+): (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """Trained weights: of features float32 (n_features, n_labels), of steps between labels (n_labels, n_labels)."""

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    weights: np.ndarray
    steps: np.ndarray

    def number(self) -> dict[str, int]:
        """The place of each feature."""
        return {name: at for at, name in enumerate(self.names)}


class CrfSpans:
    """Words, characters, letters and sounds around each unit, and what label follows what."""

    def __init__(self) -> None:
        self._field: Field | None = None
        self._trust = Trust(np.zeros(2))
        self._number: dict[str, int] = {}
        self._sounds: Sounds | None = None

    def fit(self, texts: Sequence[Taught], progress: Progress) -> None:
        """Learn; about 5 s of CPU for 2,000 marked texts."""
        texts, kinds, self._sounds = _thinned(texts), kinds_in(texts, IDENTIFIERS), build_sounds()
        self._field = None
        if not kinds:
            return
        marked = [at for at, text in enumerate(texts) if text.spans]
        folds = FOLDS if len(marked) <= MOST_TRIED else 1
        found: list[tuple[float, bool]] = []
        for fold in range(folds):
            held = {at for place, at in enumerate(marked) if place % FOLDS == fold}
            held |= {at for at, text in enumerate(texts) if not text.spans and at % FOLDS == fold}
            self._become(_train([text for at, text in enumerate(texts) if at not in held], kinds, self._sounds))
            for at in sorted(held):
                found += tried(self._raw(texts[at].text, texts[at].words), texts[at])
            progress("spans", fold + 1, folds + 1)
        self._trust = Trust.learn(*zip(*found, strict=True)) if found else Trust.learn((), ())
        self._become(_train(texts, kinds, self._sounds))
        progress("spans", folds + 1, folds + 1)

    def _become(self, field: Field) -> None:
        self._field, self._number = field, field.number()

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """The spans that are likely right."""
        return judged(self._raw(text, words), self._trust)

    def _raw(self, text: str, words: Sequence[Word]) -> list[Found]:
        field = self._field
        if field is None or self._sounds is None:
            return []
        units, number = units_of(words), self._number
        scores = np.zeros((len(units), len(field.steps)), np.float32)
        for at, names in enumerate(around(units, self._sounds)):
            known = [number[name] for name in names if name in number]
            scores[at] = np.add.reduce(field.weights.take(known, 0), 0)
        return list(spans_from(text, units, scores, field.steps, field.kinds))

    def pack(self) -> Parts:
        """The model as files."""
        field = self._field
        if field is None:
            return {}
        settings = {"kinds": field.kinds, "names": field.names, "trust": self._trust.curve.tolist()}
        arrays = {"spans.npy": pack_array(field.weights), "steps.npy": pack_array(field.steps)}
        return {"spans.json": pack_json(settings), **arrays}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
        self._field, self._sounds = None, Sounds.unpack(parts)
        if "spans.json" in parts:
            settings = unpack_json(parts["spans.json"])
            weights, steps = unpack_array(parts["spans.npy"]), unpack_array(parts["steps.npy"])
            self._become(Field(tuple(settings["kinds"]), tuple(settings["names"]), weights, steps))
            self._trust = Trust(np.array(settings["trust"]))


def _thinned(texts: Sequence[Taught]) -> Sequence[Taught]:
    """All marked texts, and enough of the others, evenly from all places."""
    bare = sum(not text.spans for text in texts)
    wanted = max(LEAST_UNMARKED, UNMARKED * (len(texts) - bare))
    if bare <= wanted:
        return texts
    kept, number = [], 0
    for text in texts:
        number += not text.spans
        if text.spans or number * wanted // bare > (number - 1) * wanted // bare:
            kept.append(text)
    return kept


def around(units: Sequence[Unit], sounds: Sounds) -> list[list[str]]:
    """The features of each unit: its own, and those of its neighbours with how far away they stand."""
    own = describe(units, sounds)
    bare = [[name for name in names if name[0] != "g"] for names in own]
    found = []
    for at, names in enumerate(own):
        here = [*names, f"a{units[at].word.tag}", f"k{_shape(units[at].text)}"]
        for step in range(-REACH, REACH + 1):
            if step and 0 <= at + step < len(units):
                here += [f"{step}{name}" for name in bare[at + step]]
                here.append(f"{step}a{units[at + step].word.tag}")
            elif step:
                here.append(f"{step}-")
        found.append(here)
    return found


def _shape(text: str) -> str:
    return "9" if text.isdigit() else "a" if text.isascii() and text.isalpha() else "x" if text.isalnum() else "."


def _train(texts: Sequence[Taught], kinds: tuple[str, ...], sounds: Sounds) -> Field:
    """Train on texts; deterministic."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer("lbfgs", verbose=False)
    trainer.set_params({"c1": C1, "c2": C2, "max_iterations": ITERATIONS})
    place: dict[str, int] = {}
    for text in texts:
        units = units_of(text.words)
        items = [[f"f{place.setdefault(name, len(place))}" for name in names] for names in around(units, sounds)]
        if items:
            trainer.append(pycrfsuite.ItemSequence(items), [str(label) for label in labels_in(text, units, kinds)])
    n_labels = 1 + 2 * len(kinds)
    weights = np.zeros((len(place), n_labels), np.float32)
    steps = np.where(may_follow(len(kinds)), np.float32(0), np.float32(-np.inf))
    with tempfile.TemporaryDirectory() as folder:
        model, listing = Path(folder) / "model", Path(folder) / "listing"
        trainer.train(str(model))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
        tagger.dump(str(listing))
        tagger.close()
        written = listing.read_text("utf-8")
    for name, label, weight in STATE.findall(written):
        weights[int(name), int(label)] = float(weight)
    for before, label, weight in STEP.findall(written):
        steps[int(before), int(label)] += float(weight)
    used = np.flatnonzero(weights.any(1))
    names = tuple(place)
    return Field(kinds, tuple(names[at] for at in used.tolist()), weights[used].astype(np.float16), steps)
