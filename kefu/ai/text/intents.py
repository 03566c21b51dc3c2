"""What a reader needs from a model of intents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kefu.ai.text.folder import Parts
from kefu.ai.text.phrase import Phrase
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress

SHOWN = 10
"""How many intents a reading names at most."""


class IntentModel(Protocol):
    """Phrases in, intents with probabilities out. Immutable once fitted, so thread-safe."""

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn which intent each phrase has, and to doubt phrases like the foreign ones."""

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents first; their probabilities sum to at most 1."""

    def pack(self) -> Parts:
        """The fitted model as files."""

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
