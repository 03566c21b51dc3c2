"""What of an utterance must be kept neither as words nor as sound: numbers of cards and of identity. Pure.

A recogniser writes 「六二二二」, "six two two two" or 6222, and gets a digit wrong now and then, so no check digit is
asked for: any run as long as such a number is hidden.
"""

from __future__ import annotations

import re

SHORTEST = 12
"""Digits of the shortest card number (ISO/IEC 7812-1); a mobile number has 11."""

HIDDEN = "•"

UNREAD_MS = 4000
"""Nobody says twelve digits faster: what was not understood may be such a number when it took longer."""

DIGIT = r"(?:[0-9零〇一二两三四五六七八九幺]|(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b)"
RUN = re.compile(rf"{DIGIT}(?:[\s,，、.·-]*{DIGIT}){{{SHORTEST - 1},}}[Xx]?", re.IGNORECASE)


def hidden(text: str) -> str:
    """The text with its long numbers as dots."""
    return RUN.sub(HIDDEN * 4, text)


def is_secret(text: str) -> bool:
    """Whether the sound of an utterance that was understood so must be silenced."""
    return RUN.search(text) is not None


def is_doubtful(audio_ms: int) -> bool:
    """Whether an utterance that was not understood is long enough to hold such a number."""
    return audio_ms >= UNREAD_MS
