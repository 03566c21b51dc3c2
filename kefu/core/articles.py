"""The nouns of knowledge: articles, and the passages that answers are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kefu.core.nouns import Language

Audience = Literal["public", "signed_in", "staff"]
"""Who may read: everybody, customers whose identity is proven, or the team alone."""

AUDIENCES: tuple[Audience, ...] = ("public", "signed_in", "staff")
"""From the widest to the narrowest; who may read one may read all before it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article that can answer by itself: a paragraph, a list, a row of a table, an answer.

    `number` counts from 0 within the article, `heading` is the way to it (`Refunds › Deadlines`),
    `anchor` the heading's fragment in the article's page. `text` is plain, `question` what a
    table of questions and answers asks (empty elsewhere). An answer to several questions is
    several passages with the same text.
    """

    number: int
    text: str
    heading: str = ""
    anchor: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One thing that the company has written, in one language.

    `id` stays the same over versions: a digest of `source` and, where one source holds several
    (rows of a table), of the question that it answers, so that rows may move. `source` says where it came from
    (`folder:guide/refunds.md`, `site:https://…`, `page:` for one written in kefu, `learned:` and a
    conversation). `markdown` is the whole text, from which `passages` are cut. `link` is where a
    reader finds it outside kefu. `valid_from` and `valid_until` are days in the company's zone,
    both inclusive. `digest` names the content: it changes exactly when something here but
    `version` and `updated_at` does.
    """

    id: str
    title: str
    language: Language
    source: str
    markdown: str
    passages: tuple[Passage, ...]
    digest: str
    updated_at: datetime
    audience: Audience = "public"
    link: str = ""
    owner: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    labels: tuple[str, ...] = ()
    version: int = 1

    def holds_on(self, day: date) -> bool:
        """Whether the article counts on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def may_read(reader: Audience, article: Audience) -> bool:
    """Whether one of this audience may read an article for that audience."""
    return AUDIENCES.index(article) <= AUDIENCES.index(reader)
