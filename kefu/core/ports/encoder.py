"""Encoder: turns texts into vectors that lie close together where the texts mean the same.

Entry-point group `kefu.encoders`: a factory `(settings) -> Encoder`; `settings["folder"]`
is where the encoder lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Matrix = Any
"""An array of numpy, float32, (rows, columns); the core itself does without numpy."""


class Encoder(Protocol):
    """A plain function of its texts: no I/O after opening, thread-safe, never learns."""

    @property
    def version(self) -> str:
        """Names weights, tokens and pooling: changes whenever a vector could change."""

    @property
    def dimensions(self) -> int:
        """How long each vector is."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors float32 of length 1, (n_texts, dimensions); the cost grows with the length of the texts."""
