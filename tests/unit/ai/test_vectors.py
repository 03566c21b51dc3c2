"""Vectors kept between trainings: looked up where they can be, made where not, never wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kefu.ai.encode.memory import VectorMemory


class Lengths:
    """An encoder that counts characters, and remembers what it was asked."""

    def __init__(self, version: str = "lengths-1") -> None:
        self.version, self.dimensions = version, 2
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), ord(text[0])] for text in texts], np.float32)


def encode(file: Path | None, texts: Sequence[str], version: str = "lengths-1") -> tuple[np.ndarray, list[str]]:
    """The vectors, and what the encoder was asked for."""
    encoder = Lengths(version)
    return VectorMemory(file).encode(encoder, texts, lambda *_: None), sorted(encoder.asked)


TEXTS = ["refund", "a", "退款", "a", "my course"]


def test_only_what_is_new_is_encoded(tmp_path: Path) -> None:
    file = tmp_path / "kept" / ".vectors.npz"
    first, asked = encode(file, TEXTS)
    assert asked == ["a", "my course", "refund", "退款"]
    again, asked = encode(file, [*TEXTS[1:], "new"])
    assert asked == ["new"]
    assert (again[:-1] == first[1:]).all()
    assert again[-1].tolist() == [3, ord("n")]
    assert encode(file, ["refund"])[1] == []


def test_another_encoder_starts_anew(tmp_path: Path) -> None:
    encode(tmp_path / "v", TEXTS)
    assert encode(tmp_path / "v", ["refund"], "lengths-2")[1] == ["refund"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v").write_bytes(content)
    vectors, asked = encode(tmp_path / "v", TEXTS)
    assert vectors[:, 0].tolist() == [len(text) for text in TEXTS]
    assert asked
    assert encode(tmp_path / "v", TEXTS)[1] == []


def test_no_text_and_no_file() -> None:
    assert encode(None, [])[0].shape == (0, 2)
    assert encode(None, ["a"])[0].tolist() == [[1, ord("a")]]
