"""Keys of a telephone's keypad, gathered into a number."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 32
"""Digits of the longest number that is taken."""


@dataclass(slots=True)
class Keypad:
    """Gathers keys: the number is whole with `length` digits, with `#`, or when no key came for `pause_ms`.

    `*` forgets the keys so far. `length` 0 takes any number.
    """

    pause_ms: float
    length: int = 0
    keys: str = ""
    until: float = 0.0

    def press(self, key: str, now: float) -> str:
        """One key more; the number if that makes it whole, else nothing."""
        if key == "*":
            self.keys = ""
        elif key != "#":
            self.keys = (self.keys + key)[:LONGEST]
        self.until = now + self.pause_ms
        return self._take() if key == "#" or (self.length and len(self.keys) >= self.length) else ""

    def look(self, now: float) -> str:
        """The number, if no key came for long enough."""
        return self._take() if self.keys and now >= self.until else ""

    def _take(self) -> str:
        keys, self.keys = self.keys, ""
        return keys
