"""Pages from templates: every page gets its words, its language and a few ways to show values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response

from kefu.app import may
from kefu.core.nouns import Language
from kefu.web.hall import hall_of, now
from kefu.web.places import areas_of
from kefu.web.reasons import reason_of
from kefu.web.viewer import COOKIE as DESK_COOKIE
from kefu.web.words import COOKIE, LANGUAGES, choose_language, words_in

FOLDER = Path(__file__).parent / "pages"
YEAR_S = 365 * 24 * 3600


def render(connection: HTTPConnection, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
    """A page in the language of whoever asks; `?lang=` is remembered."""
    hall = hall_of(connection)
    language = choose_language(connection, hall.language)
    other = next(one for one in LANGUAGES if one != language)
    html = (
        _pages()
        .get_template(template)
        .render(
            **values,
            say=words_in(language).say,
            may=may,
            language=language,
            other=other,
            in_language=lambda wanted: words_in(wanted).say,
            switch=str(connection.url.include_query_params(lang=other).replace(scheme="", netloc="")),
            path=connection.scope["path"],
            areas=areas_of(values.get("who"), connection.scope["path"]),
            signed_in=bool(connection.cookies.get(DESK_COOKIE)),
            shadow=hall.kefu.house.shadow,
            sample=hall.kefu.sample,
            alarm=hall.kefu.standing.alarm,
            name=hall.kefu.config.get("kefu.name", str),
            when=lambda at: at.astimezone(hall.kefu.config.zone).strftime("%m-%d %H:%M:%S"),
            team_title=lambda name: hall.kefu.clerk.plan.title_of(name, language),
            field_title=lambda name: hall.kefu.clerk.plan.field_title(name, language),
            intent_title=lambda name: hall.kefu.catalog.title_of(name, language),
            since=lambda at: duration(now() - at, language),
            size=size,
            reason=lambda event: reason_of(event, language, hall.kefu.catalog),
            reason_in=lambda event, wanted: reason_of(event, wanted, hall.kefu.catalog),
        )
    )
    answer = HTMLResponse(html, status, {"Cache-Control": "no-store"})
    if connection.query_params.get("lang") == language:
        answer.set_cookie(COOKIE, language, max_age=YEAR_S, samesite="lax", httponly=True)
    return answer


@lru_cache
def _pages() -> jinja2.Environment:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["rows"] = rows
    return pages


def duration(span: timedelta, language: Language) -> str:
    """How long, roughly: `3 min`, 「2 小时」."""
    minutes = max(0, int(span.total_seconds() // 60))
    amount, unit = (minutes, 0) if minutes < 60 else (minutes // 60, 1) if minutes < 48 * 60 else (minutes // 1440, 2)
    return f"{amount} {UNITS[language][unit]}"


def size(count: int) -> str:
    """How many bytes, roughly: `840 B`, `12 kB`, `3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


UNITS: dict[Language, Sequence[str]] = {"zh": ("分钟", "小时", "天"), "en": ("min", "h", "days")}


def rows(detail: str) -> list[dict[str, Any]]:
    """The rows that a piece of evidence shows, or none when it is plain text."""
    try:
        found, _ = json.JSONDecoder().raw_decode(detail)
    except ValueError:
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
