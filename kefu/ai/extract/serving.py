"""The trained network, run by onnxruntime; labels are decoded by numpy. No PyTorch in reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.extract.context import Context
from kefu.ai.extract.vocabulary import Cut, Vocabulary, cut, filled, stacked
from kefu.ai.text.chain import decode, may_follow
from kefu.ai.text.folder import Parts, fingerprint, pack_array, pack_json, read_folder, unpack_array, unpack_json
from kefu.ai.text.folder import write_folder as write_parts
from kefu.ai.text.spans import LEAST, Trust
from kefu.core.errors import ModelMissing
from kefu.core.nouns import Entity

NAME = "extract.v1"
GRAPH, SETTINGS, STEPS = "spans.onnx", "spans.json", "steps.npy"
ENCODER, TOKENIZER = "encoder.onnx", "tokenizer.json"
LONGEST = 2000
"""Characters that are read; the rest of a longer text is left alone."""

MOST_UNITS = 2048
"""Units in one run, those filled up included."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A stretch of a text with the network's own probability."""

    start: int
    end: int
    kind: str
    probability: float


class SpanNetwork:
    """A trained network with what it reads and answers; immutable, so thread-safe. One thread."""

    def __init__(
        self,
        graph: bytes,
        vocabulary: Vocabulary,
        kinds: Sequence[str],
        steps: np.ndarray,
        context: Context | None = None,
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.graph, self.vocabulary, self.kinds, self.steps = graph, vocabulary, tuple(kinds), steps
        self.context = context
        self._follows = np.where(may_follow(len(kinds)), steps, -np.inf)

    def find(self, texts: Sequence[Cut]) -> list[list[Raw]]:
        """The stretches of each text, in its order."""
        found: list[list[Raw]] = [[] for _ in texts]
        for rows in _batches([len(text.units) for text in texts]):
            ids, sizes = filled([self.vocabulary.read(texts[row]) for row in rows])
            given = {"ids": ids, "sizes": sizes}
            if self.context:
                given["states"] = stacked(self.context.read([texts[row] for row in rows]))
            (scores,) = self._session.run(["scores"], given)
            for row, own, size in zip(rows, scores, sizes, strict=True):
                places = texts[row].places
                found[row] = [
                    Raw(places[one.start][0], places[one.end - 1][1], self.kinds[one.kind], one.probability)
                    for one in decode(own[:size].astype(float), self._follows)
                ]
        return found


class DeepExtractor:
    """Finds what texts name, each with the probability that it is right; `kefu.core.ports.extractor.Extractor`."""

    def __init__(self, network: SpanNetwork, trust: Trust, least: float = LEAST) -> None:
        self.network, self.trust, self.least = network, trust, least
        self._version = f"{NAME}-{fingerprint(self.pack())}"

    @property
    def version(self) -> str:
        """A fingerprint of the network."""
        return self._version

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """What each text names and is likely to be right."""
        cuts = [cut(text[:LONGEST]) for text in texts]
        return [
            tuple(
                Entity(one.kind, text[one.start : one.end], text[one.start : one.end], one.start, one.end, sure)
                for one in raw
                if (sure := round(self.trust.of(one.probability), 4)) >= self.least
            )
            for text, raw in zip(texts, self.network.find(cuts), strict=True)
        ]

    def pack(self) -> Parts:
        """The model as files."""
        network = self.network
        settings: Mapping[str, object] = {
            "kinds": network.kinds,
            "names": network.vocabulary.names,
            "trust": self.trust.curve.tolist(),
            "least": self.least,
        }
        parts = {GRAPH: network.graph, SETTINGS: pack_json(settings), STEPS: pack_array(network.steps)}
        if network.context:
            parts |= {ENCODER: network.context.graph, TOKENIZER: network.context.tokenizer.encode()}
        return parts

    def save(self, folder: Path) -> None:
        """Write the model into a folder, which exists and is empty."""
        write_parts(folder, NAME, self.pack())


def open_extractor(folder: Path) -> DeepExtractor:
    """The model in a folder; raises `ModelMissing` when its files are missing, damaged or of something else."""
    parts = read_folder(folder, NAME)
    try:
        told = unpack_json(parts[SETTINGS])
        vocabulary, steps = Vocabulary(told["names"]), unpack_array(parts[STEPS])
        context = Context(parts[ENCODER], parts[TOKENIZER].decode()) if ENCODER in parts else None
        network = SpanNetwork(parts[GRAPH], vocabulary, told["kinds"], steps, context)
        return DeepExtractor(network, Trust(np.array(told["trust"])), float(told["least"]))
    except (KeyError, ValueError, TypeError) as error:
        raise ModelMissing(f"The model in {folder} does not fit this kefu; run `kefu extract train`.") from error


def _batches(sizes: Sequence[int]) -> list[list[int]]:
    """The numbers of texts that have units, those of like length together."""
    found: list[list[int]] = []
    for at in sorted((at for at, size in enumerate(sizes) if size), key=lambda at: sizes[at]):
        if found and (len(found[-1]) + 1) * sizes[at] <= MOST_UNITS:
            found[-1].append(at)
        else:
            found.append([at])
    return found
