"""What people do with single articles: write, take out, bring back, look at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex

from kefu.app.library.articles import Properties, articles_of, rewritten, said_of
from kefu.app.library.intake import all_articles
from kefu.app.library.reading import Reading
from kefu.core.articles import Article
from kefu.core.errors import BadInput, NotFound
from kefu.core.ports.document import Written
from kefu.core.ports.library import Library, Shelved, Version


async def read_article(library: Library, article_id: str, version: int = 0) -> Article:
    """An article or one version of it; raises `NotFound`."""
    article = await library.article(article_id, version)
    if article is None:
        which = f"version {version} of " if version else ""
        raise NotFound(f"There is no {which}article {article_id!r}.")
    return article


async def read_history(library: Library, article_id: str) -> Sequence[Version]:
    """All versions of an article; raises `NotFound` when there never was one."""
    history = await library.history(article_id)
    if not history:
        raise NotFound(f"There is no article {article_id!r}.")
    return history


async def write(library: Library, article_id: str, written: Written, who: str, at: datetime) -> Article:
    """Write an article anew, or with an empty id a new one; properties that are not said stay.

    Raises `BadInput` for one without text, `NotFound` for an id that there never was.
    """
    if not written.markdown.strip():
        raise BadInput("The article has no text; write something, or remove it.")
    if article_id:
        last = next((one.number for one in reversed(await read_history(library, article_id)) if one.digest), 0)
        before = await read_article(library, article_id, last)
        article = rewritten(before, written.title, written.markdown, written.properties, at)
    else:
        (article,) = articles_of([written], f"page:{token_hex(8)}", Properties(), at)
    await library.shelve([article], [], who, at)
    return await read_article(library, article.id)


async def upload(
    library: Library, reading: Reading, name: str, content: bytes, said: Mapping[str, str], *, who: str, at: datetime
) -> tuple[Sequence[Article], Shelved]:
    """Put the texts of a file in; the same name again replaces what it brought.

    The articles of the file, and what of them is new. Raises `BadInput` or `TooLarge`.
    """
    source = f"upload:{name}"
    articles = articles_of(await reading.read(name, content), source, Properties(**said), at)
    ids = {article.id for article in articles}
    gone = [one.id async for one in all_articles(library) if one.source == source and one.id not in ids]
    shelved = await library.shelve(articles, gone, who, at)
    return [await read_article(library, article.id) for article in articles], shelved


async def restore(library: Library, article_id: str, version: int, who: str, at: datetime) -> Article:
    """Make an earlier version the current one, as the next version; raises `NotFound`."""
    await library.shelve([await read_article(library, article_id, version)], [], who, at)
    return await read_article(library, article_id)


def as_file(article: Article) -> str:
    """An article as a Markdown file that says of itself what it is."""
    said = {"title": article.title, **said_of(article)}
    lines = [f"{name} = {_quoted(value)}" for name, value in said.items() if value]
    return "\n".join(["+++", *lines, "+++", "", article.markdown])


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's, too."""
    return json.dumps(text, ensure_ascii=False)
