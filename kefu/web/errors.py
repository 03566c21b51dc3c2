"""Errors as answers: a code that programs rely upon, a message in the caller's language."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from kefu.core.errors import BadInput, CallerError, KefuError, NotFound, NotSignedIn, TooMany
from kefu.core.nouns import Language
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.words import choose_language, words_in

log = structlog.get_logger()

RETRY_S = "5"


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong: `code` is stable, `message` is for people, `detail` for developers."""

    code: str
    message: str
    detail: str = ""


def describe(error: Exception, language: Language) -> Failure:
    """An error in words. What happened inside the house is in the log, not in the answer."""
    if not isinstance(error, KefuError):
        return Failure("house", words_in(language).say("errors", "house"))
    message = words_in(language).say("errors", error.code)
    shown = isinstance(error, CallerError) and error.message != message
    return Failure(error.code, message, error.message if shown else "")


def answer_error(connection: HTTPConnection, error: Exception) -> Response:
    """The answer for any error: JSON, or at the desk and in the help centre a page."""
    error = as_kefu(error)
    status = error.status if isinstance(error, KefuError) else 500
    if status >= 500:
        code = error.code if isinstance(error, KefuError) else type(error).__name__
        log.error("request failed", code=code, exc_info=None if isinstance(error, KefuError) else error)
    language = choose_language(connection, hall_of(connection).language)
    area = connection.scope["path"][1:].partition("/")[0]
    if area == "help" and hall_of(connection).has_help:
        return render(connection, "help_centre/note.html", status, failure=describe(error, language), asked="")
    if area == "desk":
        return _page(connection, error, status, language)
    body = msgspec.json.encode({"error": describe(error, language)})
    headers = {"Retry-After": RETRY_S} if isinstance(error, TooMany) or status == 503 else {}
    return Response(body, status, headers, "application/json")


async def on_error(request: Request, error: Exception) -> Response:
    """`answer_error` as Starlette wants it."""
    return answer_error(request, error)


def as_kefu(error: Exception) -> Exception:
    """Errors of the web framework as ours."""
    match error:
        case HTTPException(status_code=404):
            return NotFound()
        case HTTPException(status_code=405):
            return _NotThere()
        case HTTPException():
            return BadInput(str(error.detail))
    return error


class _NotThere(NotFound):
    """This address does not take that method; see /api/v1/docs."""

    status = 405


def _page(connection: HTTPConnection, error: Exception, status: int, language: Language) -> Response:
    if isinstance(error, NotSignedIn):
        return RedirectResponse(f"/desk/sign-in?next={connection.url.path}", 303)
    return render(connection, "note/page.html", status, failure=describe(error, language))


HANDLERS: dict[Any, Any] = dict.fromkeys((KefuError, HTTPException, Exception), on_error)
"""For every app of the house."""
