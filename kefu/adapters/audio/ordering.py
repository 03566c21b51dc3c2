"""Numbered chunks in their order: a carrier may deliver them out of it, lose some, or repeat one."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Ordered(Generic[T]):
    """Hands chunks out by number; waits for a missing one only while fewer than `window` others are there."""

    def __init__(self, window: int = 5) -> None:
        self._window = window
        self._next: int | None = None
        self._early: dict[int, T] = {}

    def push(self, number: int, chunk: T) -> list[T | None]:
        """The chunks whose turn it is now; None stands for one that was lost."""
        if self._next is None:
            self._next = number
        if number < self._next or number in self._early:
            return []
        if number - self._next > 50 * self._window:  # the other end began to count anew
            self._early.clear()
            self._next = number
        self._early[number] = chunk
        ready: list[T | None] = []
        while self._early and (self._next in self._early or len(self._early) >= self._window):
            ready.append(self._early.pop(self._next, None))
            self._next += 1
        return ready
