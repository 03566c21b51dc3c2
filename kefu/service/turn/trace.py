"""The record of a turn's eight stages: what went in and came out, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from kefu.core.events import Stage

STAGES = ("receive", "recall", "guard", "understand", "decide", "act", "compose", "deliver")
"""收 receive → 忆 recall → 护 guard → 解 understand → 断 decide → 办 act → 复 compose → 送 deliver."""

SHOWN = 300
"""How many characters of an input or output are kept."""


@dataclass(slots=True)
class Trace:
    """Collects stages; one that is entered again adds to its first time."""

    stages: dict[str, Stage] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, went_in: str = "") -> Iterator[list[str]]:
        """Time a stage; what is appended to the list is what came out."""
        out: list[str] = []
        start = perf_counter()
        try:
            yield out
        finally:
            self.note(name, (perf_counter() - start) * 1e3, went_in, " · ".join(out))

    def note(self, name: str, took_ms: float, went_in: str, came_out: str) -> None:
        """Write down a stage that was timed elsewhere."""
        before = self.stages.get(name)
        if before:
            took_ms += before.took_ms
            went_in = before.went_in
            came_out = " · ".join(filter(None, (before.came_out, came_out)))
        self.stages[name] = Stage(name, round(took_ms, 3), went_in[:SHOWN], came_out[:SHOWN])

    def done(self) -> tuple[Stage, ...]:
        """The stages in the order of a turn."""
        return tuple(self.stages[name] for name in STAGES if name in self.stages)
