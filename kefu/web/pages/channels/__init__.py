"""The channels: how each does, and the chat window as it will stand on a page, to try and to copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from kefu.web import manage
from kefu.web.front import POLICY
from kefu.web.hall import Hall, hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import LANGUAGES

COLOUR = re.compile(r"#[0-9a-f]{6}")
BRAND = "#0f6b5c"
LONGEST_TITLE = 40
READABLE = 4.5
"""WCAG 2.2, 1.4.3: the least contrast of the launcher's white text."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the chat window is to look: what its loader reads from a page."""

    language: str
    title: str
    colour: str

    @property
    def contrast(self) -> float:
        """Of white text on the colour, from 1 to 21. Source: WCAG 2.2, relative luminance."""
        parts = (int(self.colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        return 1.05 / (luminance + 0.05)

    def snippet(self, base: str) -> str:
        """What a page needs, to copy."""
        style = "" if self.colour == BRAND else f"<style>:root {{ --kefu-brand: {self.colour}; }}</style>\n"
        title = f' data-title="{escape(self.title)}"' if self.title else ""
        return f'{style}<script src="{base}/widget.js" data-language="{self.language}"{title} async></script>'


async def show(request: Request) -> Response:
    """Every channel, and the chat window's snippet beside the window itself."""
    hall, who = hall_of(request), operator_of(request)
    look, base = _look(request, hall), str(request.base_url).rstrip("/")
    page = render(
        request,
        "channels/page.html",
        who=who,
        channels=await manage.list_channels(hall, who),
        look=look,
        snippet=look.snippet(base),
        preview=request.url.replace(path="/desk/channels/preview", scheme="", netloc=""),
        readable=look.contrast >= READABLE,
        longest_title=LONGEST_TITLE,
        origins=hall.kefu.config.get("web.origins", list),
    )
    page.headers["content-security-policy"] = f"{POLICY}; frame-src 'self'"
    return page


async def preview(request: Request) -> Response:
    """A page with nothing but the chat window, to stand inside the page of the channels."""
    page = render(request, "channels/preview.html", look=_look(request, hall_of(request)))
    page.headers["content-security-policy"] = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    page.headers["x-frame-options"] = "SAMEORIGIN"
    return page


def _look(request: Request, hall: Hall) -> Look:
    asked = request.query_params
    language = next((one for one in LANGUAGES if one == asked.get("language")), hall.language)
    title = "".join(char for char in asked.get("title", "").strip() if char.isprintable())[:LONGEST_TITLE]
    colour = asked.get("colour", "").lower()
    return Look(language, title, colour if COLOUR.fullmatch(colour) else BRAND)
