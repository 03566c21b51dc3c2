"""What screens say, in both languages; texts stand in `pages/messages.*.toml`, never in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import get_args

from starlette.requests import HTTPConnection

from kefu.core.nouns import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
COOKIE = "kefu_language"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language, by section and name."""

    language: Language
    texts: Mapping[str, Mapping[str, str]]

    def say(self, section: str, name: str, **values: object) -> str:
        """A text with its names filled in; one that is not there says its own name."""
        text = self.texts.get(section, {}).get(name)
        return name if text is None else text.format(**values)


@lru_cache
def words_in(language: Language) -> Words:
    """The texts of a language."""
    file = files("kefu.web.pages").joinpath(f"messages.{language}.toml")
    return Words(language, tomllib.loads(file.read_text("utf-8")))


def choose_language(connection: HTTPConnection, default: Language = "zh") -> Language:
    """The language of whoever asks: `?lang=`, else the cookie, else what the browser prefers."""
    for wish in (connection.query_params.get("lang"), connection.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return preferred(connection.headers.get("accept-language", ""), default)


def preferred(header: str, default: Language) -> Language:
    """The first of our languages in an Accept-Language header (RFC 9110, 12.5.4)."""
    wishes = [part.strip().partition(";q=") for part in header[:200].lower().split(",")]
    for name, _, _ in sorted(wishes, key=lambda wish: -_number(wish[2])):
        for language in LANGUAGES:
            if name.partition("-")[0] == language:
                return language
    return default


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
