"""What keeps a failing or dear endpoint from harming: a circuit breaker and a budget, each of one process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from kefu.core.errors import WriterFailed

DAY_S = 86_400.0


class Breaker:
    """After some failures in a row nothing is asked for a while; then one try decides.

    Source: M. Nygard, "Release It!" (2007).
    """

    def __init__(self, failures: int, rest_s: float, clock: Callable[[], float]) -> None:
        self._most, self._rest_s, self._clock = failures, rest_s, clock
        self._failures = 0
        self._until = 0.0

    def check(self) -> None:
        """Raise `WriterFailed` while the endpoint rests; who passes after that is the one try."""
        if self._failures < self._most:
            return
        left = self._until - self._clock()
        if left > 0:
            raise WriterFailed(f"The writer failed {self._failures} times in a row; it is asked again in {left:.0f} s.")
        self._until = self._clock() + self._rest_s

    def failed(self) -> None:
        """One more failure."""
        self._failures += 1
        self._until = self._clock() + self._rest_s

    def succeeded(self) -> None:
        """All is well again."""
        self._failures = 0


class Budget:
    """How many tokens may be spent in any 24 hours."""

    def __init__(self, tokens_per_day: float, clock: Callable[[], float]) -> None:
        self._most, self._clock = tokens_per_day, clock
        self._spent: deque[tuple[float, float]] = deque()
        self._total = 0.0

    def check(self, tokens: float) -> None:
        """Raise `WriterFailed` when so many more would be too many."""
        before = self._clock() - DAY_S
        while self._spent and self._spent[0][0] < before:
            self._total -= self._spent.popleft()[1]
        if self._total + tokens > self._most:
            raise WriterFailed(
                f"The writer's budget of {self._most:.0f} tokens in 24 hours is spent; answers go out unwritten until "
                "some of it is a day old. Raise [writer] tokens_per_day if that is too little."
            )

    def spend(self, tokens: float) -> None:
        """Write down what an answer cost."""
        self._spent.append((self._clock(), tokens))
        self._total += tokens
