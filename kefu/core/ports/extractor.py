"""Extractor: finds what texts name, with a model that learned from marked texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kefu.core.nouns import Entity


class Extractor(Protocol):
    """A plain function of its texts: no I/O, thread-safe."""

    @property
    def version(self) -> str:
        """Names the model: changes whenever it could find something else."""

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """What each text names, in its order, without overlaps; `score` is the probability that it is right."""
