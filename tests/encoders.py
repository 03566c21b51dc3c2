"""A tiny encoder of the BERT family with random weights: the real format at 1/1000 of the size."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from kefu.ai.encode.graph import convert
from kefu.ai.encode.onnx import open_encoder
from kefu.core.ports.encoder import Encoder

WORDS = """[PAD] [UNK] [CLS] [SEP] i my can you the a to is how do forgot password log in need want refund invoice
when will arrive hello there get money please help course lesson far am order pay""".split()
WIDE, INNER, LAYERS, HEADS, PLACES = 32, 64, 2, 4, 64


def write_encoder(folder: Path, *, family: str = "bert", pooling: str = "mean", seed: int = 5) -> Path:
    """Write such an encoder as its makers would publish it."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    letters = [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"] + list("abcdefghijklmnopqrstuvwxyz0123456789")
    words = [*WORDS, *letters]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    config = {
        "model_type": family,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "max_position_embeddings": PLACES,
        "hidden_act": "gelu",
        "pad_token_id": 0,
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": pooling == "cls"}), "utf-8")
    chance = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.3, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": drawn(len(words), WIDE) * 3,
        "embeddings.position_embeddings.weight": drawn(PLACES, WIDE) * 0.3,
        "embeddings.token_type_embeddings.weight": drawn(2, WIDE),
    }
    normals = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        dense = [(f"attention.self.{part}", WIDE, WIDE) for part in ("query", "key", "value")]
        dense += [
            ("attention.output.dense", WIDE, WIDE),
            ("intermediate.dense", INNER, WIDE),
            ("output.dense", WIDE, INNER),
        ]
        for name, out, inside in dense:
            weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = drawn(out, inside), drawn(out)
        normals += [f"{at}attention.output.LayerNorm", f"{at}output.LayerNorm"]
    for name in normals:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = drawn(WIDE) * 0.1 + 1, drawn(WIDE) * 0.1
    save_file({f"bert.{name}": value for name, value in weights.items()}, folder / "model.safetensors")
    return folder


@cache
def tiny_encoder(seed: int = 5) -> Encoder:
    """The encoder, converted and served as `onnx.v1`."""
    place = Path(tempfile.mkdtemp(prefix="kefu-encoder-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    convert(write_encoder(place / "source", seed=seed), place / "made", lambda *_: None)
    return open_encoder({"folder": str(place / "made")})
