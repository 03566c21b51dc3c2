"""Listener and Speaker: hear and say.

Entry-point group `kefu.voices`. No implementation ships yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from kefu.core.nouns import Language


class Listener(Protocol):
    """Recognises speech in PCM16 mono audio."""

    def hear(self, pcm: Iterator[bytes], rate_hz: int, language: Language, phrases: Sequence[str]) -> str:
        """The words of one utterance, or an empty text when it was rejected."""


class Speaker(Protocol):
    """Speaks a text."""

    def say(self, text: str, rate_hz: int, language: Language) -> Iterator[bytes]:
        """PCM16 mono audio in pieces of 20 ms."""
