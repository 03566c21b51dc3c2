"""Writer: says what was found and decided in other words; optional. And what can be wrong with its words.

Entry-point group `kefu.writers`: a factory `(settings) -> AsyncContextManager[Writer]`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from kefu.core.nouns import Language


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a writer is given: the customer's question and the sentences that answer it, all as data."""

    question: str
    statements: tuple[str, ...]
    language: Language


class Writer(Protocol):
    """A language model behind one method."""

    @property
    def version(self) -> str:
        """Names the endpoint's model and the instruction: changes whenever the writing could."""

    def write(self, assignment: Assignment) -> AsyncIterator[str]:
        """The answer, piece by piece as it is written.

        Raises `WriterFailed` when none comes in time, the budget is spent, or the endpoint has failed
        too often lately; what came before counts for nothing then.
        """


FaultKind = Literal["number", "name", "link", "negation", "certainty", "unsupported", "missing", "form", "language"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a written sentence may not go out: `sentence` says what no statement says, or says it otherwise."""

    kind: FaultKind
    sentence: str
    detail: str
