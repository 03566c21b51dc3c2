"""Knowledge: finds passages of the company's own texts. An index derived from the library, never the only copy.

Entry-point group `kefu.knowledge`: a factory `(settings) -> Knowledge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from kefu.core.articles import Article, Audience, Passage
from kefu.core.nouns import Language


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: the customer's words, who asks, and on which day it must hold (None: on any day).

    `context` are earlier lines of the conversation, latest last: they matter for a question
    that does not stand by itself (「那周末呢？」).
    """

    text: str
    language: Language
    audience: Audience
    on: date | None
    context: tuple[str, ...] = ()
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer, with its article.

    `rank` is the search's own score: it orders, and nothing else. `probability` in [0, 1] is
    calibrated: how often a passage found like this one does answer the question.
    """

    article: Article
    passage: Passage
    rank: float
    probability: float


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences of one passage, in its order and unchanged: what answers one question, or one half of it."""

    hit: Hit
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two articles that answer the same question with different numbers: the sentence of each that states one."""

    one: Part
    other: Part


@dataclass(frozen=True, slots=True)
class Found:
    """What the company's texts say to a question, in the order of the question.

    `probability` in [0, 1] is that of its least likely part, 0 where there is none: an answer is
    as sure as its weakest part. `disputes` have to be named, not mixed. `expired` is a passage
    that would have answered better, but holds no more. `near` are the passages that were found, best first: one of
    them may be what was meant.
    """

    parts: tuple[Part, ...] = ()
    probability: float = 0.0
    disputes: tuple[Dispute, ...] = ()
    expired: Hit | None = None
    near: tuple[Hit, ...] = ()


class Knowledge(Protocol):
    """A searchable body of articles. Filters by audience, day and language before it ranks."""

    @property
    def version(self) -> str:
        """Names the method and its settings: changes whenever the same articles could be found otherwise."""

    def put(self, articles: Sequence[Article]) -> None:
        """Add articles, or replace those with the same ids, durably where the index is kept in files."""

    def drop(self, ids: Sequence[str]) -> None:
        """Take articles out; unknown ids are no error."""

    def search(self, query: Query) -> Sequence[Hit]:
        """The passages that answer best, best first, only what the audience may read on that day.

        CPU only and thread-safe, also while `put` is under way; under 20 ms for 10,000 passages.
        """

    def close(self) -> None:
        """Let go of files."""


@runtime_checkable
class Embeds(Protocol):
    """A `Knowledge` that turns texts into vectors, and counts how often it need not."""

    @property
    def embeddings(self) -> tuple[int, int]:
        """Texts whose vectors were remembered, and those that an encoder read, since it was opened."""
