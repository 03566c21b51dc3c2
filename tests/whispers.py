"""A model for faster-whisper whose weights are written by hand: whatever is said, it hears one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer
from tokenizers.decoders import Fuse
from tokenizers.models import BPE

WIDTH, BANDS, POSITIONS, CONTEXT = 16, 80, 448, 1500
SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>",
    "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
SURE = 20.0


def write_model(folder: Path, sentence: str) -> Path:
    """The files of a model: after the prompt it says the sentence, after the sentence that it has ended."""
    vocabulary = ["<unk>", sentence, *SPECIAL, *(f"<|{at * 0.02:.2f}|>" for at in range(1501))]
    number = {name: at for at, name in enumerate(vocabulary)}
    embedded, projected = np.zeros((2, len(vocabulary), WIDTH), np.float32)
    for place, (before, after) in enumerate([("<|notimestamps|>", sentence), (sentence, "<|endoftext|>")]):
        embedded[number[before], place] = projected[number[after], place] = SURE

    spec: Any = WhisperSpec(1, 1, 1, 1)
    for coder, positions in ((spec.encoder, CONTEXT), (spec.decoder, POSITIONS)):
        coder.position_encodings.encodings = np.zeros((positions, WIDTH), np.float32)
        _even(coder.layer_norm)
        _idle(coder.layer[0])
    spec.encoder.conv1.weight, spec.encoder.conv1.bias = _zeros(WIDTH, BANDS, 3), _zeros(WIDTH)
    spec.encoder.conv2.weight, spec.encoder.conv2.bias = _zeros(WIDTH, WIDTH, 3), _zeros(WIDTH)
    spec.decoder.embeddings.weight, spec.decoder.projection.weight = embedded, projected
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], []
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    folder.mkdir()
    spec.save(str(folder))

    tokenizer = Tokenizer(BPE({name: number[name] for name in vocabulary[:2]}, [], unk_token="<unk>", fuse_unk=True))
    tokenizer.decoder = Fuse()
    tokenizer.add_special_tokens(vocabulary[2:])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _even(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _idle(layer: Any) -> None:
    """A layer that changes nothing."""
    for attention in (layer.self_attention, getattr(layer, "attention", None)):
        if attention:
            _even(attention.layer_norm)
            for at, linear in enumerate(attention.linear):
                parts = {(2, 0): 3, (3, 1): 2}.get((len(attention.linear), at), 1)
                linear.weight, linear.bias = _zeros(parts * WIDTH, WIDTH), _zeros(parts * WIDTH)
    _even(layer.ffn.layer_norm)
    layer.ffn.linear_0.weight, layer.ffn.linear_0.bias = _zeros(4 * WIDTH, WIDTH), _zeros(4 * WIDTH)
    layer.ffn.linear_1.weight, layer.ffn.linear_1.bias = _zeros(WIDTH, 4 * WIDTH), _zeros(WIDTH)
