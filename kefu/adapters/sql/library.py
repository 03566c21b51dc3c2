"""The library on a database: which version of an article is current, and all versions that there were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from kefu.adapters.sql.batch import insert, mark_of
from kefu.adapters.sql.codec import decode_article, encode, from_micros, to_micros
from kefu.adapters.sql.tables import article_versions as versions
from kefu.adapters.sql.tables import articles
from kefu.core.articles import Article
from kefu.core.ports.library import Changes, Shelved, Version

MOST_IDS = 500
"""How many ids one statement may name; databases limit their parameters."""

KNOWN = select(articles.c.id, articles.c.version, articles.c.digest).where(
    articles.c.id.in_(bindparam("ids", expanding=True))
)
EDITION = select(func.coalesce(func.max(articles.c.edition), 0))
CURRENT = select(versions.c.data).join(
    articles, (versions.c.article_id == articles.c.id) & (versions.c.number == articles.c.version)
)
STATE = ("version", "digest", "edition", "id")
VERSION = ("article_id", "number", "digest", "who", "at", "data")


def shelve(connection: Connection, put: Sequence[Article], drop: Sequence[str], who: str, at: datetime) -> Shelved:
    """Write a change of the library; must run while no one else writes."""
    wanted = {article.id: article for article in put}
    known = _known(connection, [*wanted, *drop])
    held = {id_ for id_, (_, digest) in known.items() if digest}
    edition = int(connection.execute(EDITION).scalar_one())
    fresh = [one for one in wanted.values() if one.id not in known or known[one.id][1] != one.digest]
    gone = [id_ for id_ in dict.fromkeys(drop) if id_ in held and id_ not in wanted]
    if not fresh and not gone:
        return Shelved((), (), (), edition)
    states, rows = [], []
    for id_, article in [*((one.id, one) for one in fresh), *((id_, None) for id_ in gone)]:
        number, digest = known.get(id_, (0, ""))[0] + 1, article.digest if article else ""
        data = encode(replace(article, version=number, updated_at=at)) if article else None
        states.append((number, digest, edition + 1, id_))
        rows.append((id_, number, digest, who, to_micros(at), data))
    insert(connection, "articles", STATE, [state for state in states if state[-1] not in known])
    _go_on(connection, [state for state in states if state[-1] in known])
    insert(connection, "article_versions", VERSION, rows)
    added = tuple(one.id for one in fresh if one.id not in held)
    return Shelved(added, tuple(one.id for one in fresh if one.id in held), tuple(gone), edition + 1)


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Version and digest of those that there are or were; the digest of one that was taken out is empty."""
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(ids), MOST_IDS):
        rows = connection.execute(KNOWN, {"ids": list(ids[start : start + MOST_IDS])})
        found |= {row.id: (row.version, row.digest) for row in rows}
    return found


def _go_on(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        mark = mark_of(connection)
        changes = ", ".join(f"{column} = {mark}" for column in STATE[:-1])
        connection.exec_driver_sql(f"UPDATE articles SET {changes} WHERE id = {mark}", rows)  # noqa: S608


def read_article(connection: Connection, article_id: str, version: int) -> Article | None:
    """The current article, or one version of it."""
    if version:
        query = select(versions.c.data).where(versions.c.article_id == article_id, versions.c.number == version)
    else:
        query = CURRENT.where(articles.c.id == article_id)
    data = connection.execute(query).scalar_one_or_none()
    return decode_article(data) if data else None


def read_articles(connection: Connection, after: str, limit: int) -> list[Article]:
    """Current articles in the order of their ids."""
    query = CURRENT.where(articles.c.id > after, articles.c.digest != "").order_by(articles.c.id).limit(limit)
    return list(map(decode_article, connection.execute(query).scalars()))


def read_history(connection: Connection, article_id: str) -> list[Version]:
    """All versions of an article, first to last."""
    columns = (versions.c.number, versions.c.digest, versions.c.who, versions.c.at)
    query = select(*columns).where(versions.c.article_id == article_id).order_by(versions.c.number)
    return [Version(number, digest, who, from_micros(at)) for number, digest, who, at in connection.execute(query)]


def read_changes(connection: Connection, since: int) -> Changes:
    """What happened after an edition, from one look at the database."""
    edition = int(connection.execute(EDITION).scalar_one())
    if edition <= since:
        return Changes(edition, (), ())
    span = articles.c.edition.between(since + 1, edition)
    put = connection.execute(CURRENT.where(span, articles.c.digest != "").order_by(articles.c.id)).scalars()
    drop: Iterable[str] = connection.execute(select(articles.c.id).where(span, articles.c.digest == "")).scalars()
    return Changes(edition, tuple(map(decode_article, put)), tuple(sorted(drop)))
