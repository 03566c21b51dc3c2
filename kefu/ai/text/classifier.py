"""`onnx.v1`: a classifier that was trained elsewhere, with Keras, TensorFlow, PyTorch or older tools.

Its folder holds model.onnx and classifier.json: `labels` in the order of its outputs,
`input` (`ids`, `multi_hot`, `count` or `text`), `words` in the order of their numbers and how
a text is `split` (`blanks`, `words` or `letters`). Numbers 0 and 1 of `ids` stand for
nothing and for unknown words, number 0 of the others for unknown words, as Keras's TextVectorization has it.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.text.borrowed import Borrowed, weigh
from kefu.ai.text.folder import Parts, pack_json, unpack_json
from kefu.ai.text.reading import TextReader
from kefu.ai.text.words import cut_words
from kefu.core.errors import BadConfig
from kefu.core.ports.reader import TrainableReader

NAME = "onnx.v1"
MODEL, SETTINGS = "model.onnx", "classifier.json"
INPUTS = ("ids", "multi_hot", "count", "text")
SPLITS = ("blanks", "words", "letters")
UNKNOWN = {"ids": 1, "multi_hot": 0, "count": 0}


class Classifier(Borrowed):
    """Runs the graph, and learns from the examples how far to believe it. The graph itself learns nothing."""

    def __init__(self, graph: bytes, settings: Mapping[str, Any], name: str) -> None:
        super().__init__()
        self._open(graph, settings, name)

    def _open(self, graph: bytes, settings: Mapping[str, Any], name: str) -> None:
        import onnxruntime

        checked(settings, name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's errors share no class of their own
            raise BadConfig(f"{name}/{MODEL} is no graph that onnxruntime can run: {error}") from error
        self._graph, self._settings = graph, dict(settings)
        self._number = {word: at for at, word in enumerate(settings.get("words", ()))}
        self._input = self._session.get_inputs()[0]
        last = self._session.get_outputs()[0].shape[-1]
        if isinstance(last, int) and last != len(settings["labels"]):
            raise BadConfig(f"{name}: the graph has {last} outputs, {SETTINGS} {len(settings['labels'])} labels.")

    def judge(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The probabilities of the labels, and the signals of certainty (3,)."""
        given, known = self._given(text)
        out = np.asarray(self._session.run(None, {self._input.name: given})[0], np.float64).reshape(-1)
        if out.min() < 0 or abs(out.sum() - 1) > 1e-3:
            out = np.exp(out - out.max())
        return weigh(out, known)

    @property
    def labels(self) -> Sequence[str]:
        """The intents in the order of the graph's outputs."""
        labels: list[str] = self._settings["labels"]
        return labels

    def _given(self, text: str) -> tuple[np.ndarray, float]:
        """What the graph is fed, and the share of the words that it knows."""
        kind, shape = self._settings["input"], self._input.shape
        if kind == "text":
            texts = np.array([text], dtype=object)
            return (texts.reshape(1, 1) if len(shape) == 2 else texts), 1.0
        words = split(text, self._settings.get("split", "blanks"))
        numbers = [self._number.get(word, UNKNOWN[kind]) for word in words]
        known = sum(word in self._number for word in words) / max(1, len(words))
        dtype = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}.get(self._input.type, np.float32)
        if kind == "ids":
            long = shape[1] if isinstance(shape[1], int) else max(1, len(numbers))
            return np.array([(numbers + [0] * long)[:long]], dtype), known
        counts = np.bincount(np.array(numbers, int), minlength=len(self._number))[None].astype(dtype)
        return (np.minimum(counts, 1) if kind == "multi_hot" else counts), known

    def pack(self) -> Parts:
        """The model as files, the graph included."""
        return {MODEL: self._graph, SETTINGS: pack_json({**self._settings, "certainty": self._beta.tolist()})}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
        settings = unpack_json(parts[SETTINGS])
        self._beta = np.array(settings.pop("certainty"))
        self._open(parts[MODEL], settings, "the model")


def split(text: str, how: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    if how == "letters":
        return [letter for letter in text.lower() if not letter.isspace()]
    if how == "words":
        return [word.text for word in cut_words(text.lower())]
    return re.sub(f"[{re.escape(string.punctuation)}]", "", text.lower()).split()


def checked(settings: Mapping[str, Any], name: str) -> None:
    """Raise `BadConfig` for settings that can't be used."""
    labels, words = settings.get("labels"), settings.get("words", [])
    if not isinstance(labels, list) or len(labels) < 2 or len(set(labels)) < len(labels):
        raise BadConfig(f"{name}/{SETTINGS}: labels must list two different intents or more.")
    if settings.get("input") not in INPUTS:
        raise BadConfig(f"{name}/{SETTINGS}: input must be one of {', '.join(INPUTS)}.")
    if settings.get("split", "blanks") not in SPLITS:
        raise BadConfig(f"{name}/{SETTINGS}: split must be one of {', '.join(SPLITS)}.")
    if settings["input"] != "text" and not words:
        raise BadConfig(f"{name}/{SETTINGS}: words must list the vocabulary in the order of its numbers.")


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with the classifier in the folder `settings["classifier"]`; raises `BadConfig` when there is none."""
    if not settings.get("classifier"):
        raise BadConfig("kefu.toml: onnx.v1 needs the folder of a classifier: [reader] classifier.")
    folder = Path(str(settings["classifier"]))
    try:
        graph, written = (folder / MODEL).read_bytes(), json.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig(f"{folder}: {MODEL} and {SETTINGS} can't both be read: {error}.") from error
    if not isinstance(written, dict):
        raise BadConfig(f"{folder / SETTINGS} must be a table of settings.")
    return TextReader(NAME, Classifier(graph, written, str(folder)), settings)
