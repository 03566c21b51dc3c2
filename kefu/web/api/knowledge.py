"""The library for programs of the team: list, read, write, upload, take out, bring back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.library.articles import LARGEST, LONGEST_TITLE
from kefu.app.library.cards import Card, card_of
from kefu.core.articles import Article
from kefu.core.ports.document import Written
from kefu.core.ports.library import Version
from kefu.web import shelf
from kefu.web.gate import Needs, specify
from kefu.web.hall import Hall, hall_of
from kefu.web.shelf import Uploaded, Wish
from kefu.web.staff import named

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
Editor = Annotated[Operator, Depends(Needs("edit_knowledge"))]
Author = Annotated[Operator, Depends(Needs("edit_knowledge", "knowledge.write"))]
Uploader = Annotated[Operator, Depends(Needs("edit_knowledge", "knowledge.upload"))]
Remover = Annotated[Operator, Depends(Needs("edit_knowledge", "knowledge.remove"))]
Restorer = Annotated[Operator, Depends(Needs("edit_knowledge", "knowledge.restore"))]
Who = Annotated[str, Query(max_length=60, description="Who does it; only with the operator token")]
Readers = Literal["", "public", "signed_in", "staff"]
Spoken = Literal["", "zh", "en"]

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class Draft(BaseModel):
    """What somebody writes; what is left out stays as it was."""

    markdown: str = Field(max_length=LARGEST)
    title: str = Field("", max_length=LONGEST_TITLE)
    language: Spoken | None = None
    audience: Readers | None = None
    owner: str | None = Field(None, max_length=200)
    link: str | None = Field(None, max_length=2000)
    labels: str | None = Field(None, max_length=500, description="Divided by commas")
    valid_from: str | None = Field(None, max_length=10, description="The first day, such as 2026-10-01")
    valid_until: str | None = Field(None, max_length=10, description="The last day")
    who: str = Field("", max_length=60)

    def written(self) -> Written:
        """As a reader of files would give it."""
        said = self.model_dump(exclude={"markdown", "title", "who"}, exclude_none=True)
        return Written(self.title, self.markdown, properties=said)


class Text(BaseModel):
    """What is to be shown."""

    markdown: str = Field(max_length=LARGEST)
    title: str = Field("", max_length=LONGEST_TITLE)


class Shown(BaseModel):
    """HTML of a few safe tags: no script, no style, no raw HTML of the text."""

    html: str


class Back(BaseModel):
    """Which version is to hold again."""

    version: int = Field(ge=1)
    who: str = Field("", max_length=60)


@router.get("")
async def articles(
    hall: Hallway,
    who: Reader,
    *,
    audience: Readers = "",
    language: Spoken = "",
    expired: bool = False,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Sequence[Card]:
    """Articles in the order of their ids, after one; with `expired`, those that do not hold today."""
    wish = Wish(language, audience, "expired" if expired else "")
    found = await shelf.list_cards(hall, who, wish)
    return [card for card in found if card.id > after][:limit]


@router.post("")
async def write_new(draft: Draft, connection: HTTPConnection, hall: Hallway, who: Author) -> Card:
    """Write a new article."""
    made = await shelf.write(hall, who, "", draft.written(), named(who, draft.who))
    specify(connection, f"version {made.version}", f"article:{made.id}")
    return _card(hall, made)


@router.post("/preview")
async def preview(text: Text, who: Editor) -> Shown:
    """A text as its readers would see it; nothing is kept."""
    return Shown(html=await shelf.preview(who, text.markdown, text.title))


@router.put("/files/{name}")
async def upload(
    name: str,
    request: Request,
    hall: Hallway,
    who: Uploader,
    *,
    audience: Readers = "",
    language: Spoken = "",
    by: Who = "",
) -> Uploaded:
    """Put the texts of a file in; the body is the file. The same name again replaces what it brought."""
    said = {"audience": audience, "language": language}
    return await shelf.upload(hall, who, name, await request.body(), said, name=named(who, by))


@router.get("/{article_id}")
async def article(article_id: str, hall: Hallway, who: Reader, version: Annotated[int, Query(ge=0)] = 0) -> Article:
    """An article with its Markdown and its passages; `version` for an earlier one."""
    return await shelf.read(hall, who, article_id, version)


@router.put("/{article_id}")
async def write(article_id: str, draft: Draft, connection: HTTPConnection, hall: Hallway, who: Author) -> Card:
    """Write an article anew; the earlier version stays readable."""
    made = await shelf.write(hall, who, article_id, draft.written(), named(who, draft.who))
    specify(connection, f"version {made.version}")
    return _card(hall, made)


@router.delete("/{article_id}")
async def remove(article_id: str, hall: Hallway, who: Remover, by: Who = "") -> dict[str, bool]:
    """Take an article out; its versions stay."""
    await shelf.remove(hall, who, article_id, named(who, by))
    return {"removed": True}


@router.get("/{article_id}/history")
async def history(article_id: str, hall: Hallway, who: Reader) -> Sequence[Version]:
    """Who made which version, and when; `digest` is empty where it was taken out."""
    return await shelf.read_history(hall, who, article_id)


@router.post("/{article_id}/restore")
async def restore(article_id: str, back: Back, hall: Hallway, who: Restorer) -> Card:
    """Make an earlier version the current one, as the next version."""
    return _card(hall, await shelf.restore(hall, who, article_id, back.version, named(who, back.who)))


def _card(hall: Hall, article: Article) -> Card:
    return card_of(article, hall.today)
