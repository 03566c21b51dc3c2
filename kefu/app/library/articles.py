"""From what a reader found to an article: its id, its passages, its digest, who may read it and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from hashlib import sha256

import msgspec

from kefu.ai.knowledge.passages import cut
from kefu.ai.text.language import tell_language
from kefu.ai.text.normal import normalise
from kefu.ai.text.words import cut_words
from kefu.core.articles import AUDIENCES, Article, Audience
from kefu.core.errors import BadInput, TooLarge
from kefu.core.nouns import Language
from kefu.core.ports.document import Written

LONGEST_TITLE = 300
LARGEST = 2_000_000
"""Characters of one article."""
SAMPLE = 2_000
"""Characters by which the language is told."""

AUDIENCE_WORDS: Mapping[str, Audience] = {
    **{name: name for name in AUDIENCES},
    "公开": "public", "所有人": "public", "signed-in": "signed_in",
    "登录": "signed_in", "已登录": "signed_in", "学员": "signed_in",
    "内部": "staff", "员工": "staff", "客服": "staff", "internal": "staff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Properties:
    """What may be said of an article, in its file or for a whole folder; empty where nothing was said."""

    language: str = ""
    audience: str = ""
    owner: str = ""
    valid_from: str = ""
    valid_until: str = ""
    link: str = ""
    labels: str = ""


KNOWN = frozenset(one.name for one in fields(Properties))


def properties_of(said: Mapping[str, object], within: Properties = Properties()) -> Properties:
    """What a file or folder says, over what its folder says; names that mean nothing to us are passed over."""
    return replace(within, **{name: str(value).strip() for name, value in said.items() if name in KNOWN})


def make_article(written: Written, source: str, within: Properties, at: datetime, repeat: int = 0) -> Article:
    """The article of a text from `source`; `repeat` counts the same question in the same source.

    Raises `BadInput` for properties that mean nothing, `TooLarge` for more than `LARGEST` characters.
    """
    where = f"{source} {written.place}".strip()
    if len(written.markdown) > LARGEST:
        raise TooLarge(f"{where} has more than {LARGEST:,} characters; divide it.")
    said = properties_of(written.properties, within)
    name = written.questions[0] if written.questions else written.place
    key = "\0".join((source, name, *([str(repeat)] if repeat else ())))
    start, end = (_day(where, one, getattr(said, one)) for one in ("valid_from", "valid_until"))
    if start and end and start > end:
        raise BadInput(f"{where}: valid_from is after valid_until.")
    title = " ".join(written.title.split())[:LONGEST_TITLE]
    article = Article(
        id=sha256(key.encode()).hexdigest()[:20],
        title=title,
        language=_language(said.language, f"{title} {written.markdown[:SAMPLE]}"),
        source=source,
        markdown=written.markdown,
        passages=cut(written.markdown, title, written.questions),
        digest="",
        updated_at=at,
        audience=_audience(where, said.audience),
        link=_link(where, said.link),
        owner=said.owner,
        valid_from=start,
        valid_until=end,
        labels=tuple(label.strip() for label in said.labels.replace("，", ",").split(",") if label.strip()),
    )
    return with_digest(article)


def with_digest(article: Article) -> Article:
    """The article with the digest of all that it says."""
    plain = replace(article, digest="", version=0, updated_at=datetime.min.replace(tzinfo=article.updated_at.tzinfo))
    return replace(article, digest=sha256(msgspec.json.encode(plain)).hexdigest())


def questions_of(article: Article) -> tuple[str, ...]:
    """The questions that an article answers, if it came from a table."""
    return tuple(dict.fromkeys(passage.question for passage in article.passages if passage.question))


def said_of(article: Article) -> dict[str, str]:
    """The properties of an article as a file or a form says them; the inverse of what `make_article` reads."""
    return {
        "language": article.language,
        "audience": article.audience,
        "owner": article.owner,
        "link": article.link,
        "labels": ", ".join(article.labels),
        "valid_from": str(article.valid_from or ""),
        "valid_until": str(article.valid_until or ""),
    }


def rewritten(article: Article, title: str, markdown: str, said: Mapping[str, str], at: datetime) -> Article:
    """An article that somebody wrote anew: the same id and source, passages cut again."""
    written = Written(title or article.title, markdown, "", questions_of(article), {**said_of(article), **said})
    return with_digest(replace(make_article(written, article.source, Properties(), at), id=article.id))


def articles_of(found: Sequence[Written], source: str, within: Properties, at: datetime) -> list[Article]:
    """The articles of one file."""
    seen: dict[str, int] = {}
    articles = []
    for written in found:
        name = written.questions[0] if written.questions else written.place
        articles.append(make_article(written, source, within, at, seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    return articles


def _day(where: str, name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said.replace("/", "-")[:10])
    except ValueError as error:
        raise BadInput(f"{where}: {name} is {said!r}; write a day like 2026-10-08.") from error


def _audience(where: str, said: str) -> Audience:
    found = AUDIENCE_WORDS.get(said.lower() or "public")
    if found is None:
        raise BadInput(f"{where}: audience is {said!r}; write {', '.join(AUDIENCES)}.")
    return found


def _link(where: str, said: str) -> str:
    if said and not said.startswith(("http://", "https://")):
        raise BadInput(f"{where}: link is {said!r}; write an address that begins with https://.")
    return said


def _language(said: str, text: str) -> Language:
    for language, names in (("zh", ("zh", "中文", "汉语")), ("en", ("en", "英文", "英语"))):
        if said.lower().startswith(names):
            return "zh" if language == "zh" else "en"
    normal = normalise(text)
    return "zh" if tell_language(normal.text, cut_words(normal.text), None, "en") == "zh" else "en"
