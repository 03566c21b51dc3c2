"""A folder with an encoder of the BERT family, as its makers publish it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kefu.core.errors import ModelMissing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FAMILIES = frozenset(("bert", "roberta", "xlm-roberta", "camembert"))
"""Values of `model_type` whose layers are those of BERT."""

OFFSET = frozenset(("roberta", "xlm-roberta", "camembert"))
"""Families that count positions from the padding token's number on."""

KEPT_FILES = ("tokenizer.json", "vocab.txt", "tokenizer_config.json", "config.json", "1_Pooling/config.json")
"""What is needed beside the weights."""

MOST_TOKENS = 128
"""A customer's message is shorter; a longer text is cut here."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an encoder is built, from its config.json and its pooling."""

    layers: int
    heads: int
    epsilon: float
    first_position: int
    most_tokens: int
    pooling: str


def read_plan(folder: Path) -> Plan:
    """The plan of the encoder in a folder; raises `ModelMissing` for one of another family."""
    found = _json(folder / "config.json")
    family = str(found.get("model_type", ""))
    if family not in FAMILIES or found.get("position_embedding_type", "absolute") != "absolute":
        raise ModelMissing(
            f"{folder / 'config.json'}: model_type {family!r} is not read; kefu reads {', '.join(sorted(FAMILIES))} "
            "with absolute positions. Export others to ONNX and name that folder."
        )
    if found.get("hidden_act", "gelu") != "gelu":
        raise ModelMissing(f"{folder / 'config.json'}: hidden_act {found['hidden_act']!r} is not read; only gelu is.")
    return Plan(
        layers=int(found["num_hidden_layers"]),
        heads=int(found["num_attention_heads"]),
        epsilon=float(found.get("layer_norm_eps", 1e-12)),
        first_position=_first_position(found),
        most_tokens=read_room(folder),
        pooling=read_pooling(folder),
    )


def read_room(folder: Path) -> int:
    """How many tokens an encoder can read at once, by its config.json where it has one; at most `MOST_TOKENS`."""
    file = folder / "config.json"
    found = _json(file) if file.is_file() else {}
    return min(MOST_TOKENS, int(found.get("max_position_embeddings", MOST_TOKENS)) - _first_position(found))


def _first_position(found: dict[str, Any]) -> int:
    return int(found.get("pad_token_id", 1)) + 1 if found.get("model_type") in OFFSET else 0


def read_pooling(folder: Path) -> str:
    """`mean` or `cls`: how the tokens' vectors become one; `mean` where nothing is said."""
    file = folder / "1_Pooling" / "config.json"
    return "cls" if file.is_file() and _json(file).get("pooling_mode_cls_token") else "mean"


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """All weights as float32, by their published names without a leading `bert.` or `roberta.`."""
    from safetensors import safe_open

    file = folder / "model.safetensors"
    if not file.is_file():
        raise ModelMissing(f"{folder} holds no model.safetensors; convert or export the encoder to one.")
    with safe_open(str(file), "np") as found:
        names = {name.removeprefix("roberta.").removeprefix("bert."): name for name in found.keys()}  # noqa: SIM118
        return {short: np.asarray(found.get_tensor(name), np.float32) for short, name in names.items()}


class Cutter:
    """Texts to numbers of tokens, as the encoder was trained to read them."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = open_tokenizer(folder)
        self._tokenizer.enable_truncation(read_room(folder))
        self._tokenizer.no_padding()

    def cut(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, with those that open and close it."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [found.ids for found in self._tokenizer.encode_batch(clean)]


def open_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a folder: tokenizer.json, or a BERT vocabulary in vocab.txt."""
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    if (folder / "tokenizer.json").is_file():
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    if (folder / "vocab.txt").is_file():
        settings = _json(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").is_file() else {}
        lower = bool(settings.get("do_lower_case", True))
        words: Tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=lower)._tokenizer  # noqa: SLF001
        return words
    raise ModelMissing(f"{folder} holds neither tokenizer.json nor vocab.txt.")


def batches(tokens: Sequence[Sequence[int]], most: int) -> list[list[int]]:
    """The numbers of texts of like length, so that little is padded; at most `most` tokens, padding included."""
    found: list[list[int]] = []
    for at in sorted(range(len(tokens)), key=lambda at: len(tokens[at])):
        if found and (len(found[-1]) + 1) * len(tokens[at]) <= most:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def padded(tokens: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Tokens and mask, both int64 (n_texts, longest)."""
    width = max(len(one) for one in tokens)
    ids, mask = np.zeros((len(tokens), width), np.int64), np.zeros((len(tokens), width), np.int64)
    for row, one in enumerate(tokens):
        ids[row, : len(one)], mask[row, : len(one)] = one, 1
    return ids, mask


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row at length 1."""
    long: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return long


def digest_of(*files: Path) -> str:
    """Twelve hexadecimal digits that name the content of these files, where they are there."""
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:12]


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissing(f"{file} can't be read ({error}); is this the folder of an encoder?") from error
    if not isinstance(found, dict):
        raise ModelMissing(f"{file} is no table of settings; is this the folder of an encoder?")
    return found
