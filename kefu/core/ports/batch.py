"""Batch: work over more texts than fit in memory, part by part, on one machine or on many.

What does the work is any `concurrent.futures.Executor`: processes of this machine, or a cluster's. `kefu.app.batch`
opens it by the configuration; what is said here is all that the work itself needs to know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")

Columns = Mapping[str, Any]
"""What the work found in a part: values by the name of their column, lists or arrays; of equal length for a table."""

FEWEST_TEXTS = 500
"""Texts that a part should hold at least: below, handing it over costs as much as the work."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A stretch of the work: `key` names it alike at every run, `task` is what the work gets, pickled.

    `size` is how many texts it holds, for the progress.
    """

    key: str
    task: T
    size: int


class Journal(Protocol):
    """Remembers which parts are finished, together with what was found in them."""

    def finished(self) -> Collection[str]:
        """The keys of the parts that need not be done again."""

    def keep(self, part: Part[Any], found: Columns) -> None:
        """Keep what was found in a part, durably, and only then that it is finished."""
