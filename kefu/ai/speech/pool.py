"""A few idle things kept for the next who needs the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Keeps at most `most` idle things, those last used; what is borrowed is nobody else's."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: list[tuple[Hashable, T]] = []
        self._lock = threading.Lock()

    def borrow(self, key: Hashable, make: Callable[[], T]) -> T:
        """One made for this key, new where none is idle."""
        with self._lock:
            for at in range(len(self._idle) - 1, -1, -1):
                if self._idle[at][0] == key:
                    return self._idle.pop(at)[1]
        return make()

    def give_back(self, key: Hashable, one: T) -> None:
        """Keep it for the next; the longest idle one is let go where there are too many."""
        with self._lock:
            self._idle.append((key, one))
            del self._idle[: -self._most or None]

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._idle.clear()
