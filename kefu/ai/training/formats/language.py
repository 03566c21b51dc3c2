"""The language of a file, by its name (`nlu.zh.yml`, `order_usersays_en.json`) or a code like `zh-cn`."""

from __future__ import annotations

import re

IN_NAME = re.compile(r"[._-](zh|en)(?:[-_](?:cn|hans|tw|hant|us|gb))?\.\w+$", re.IGNORECASE)
LOCALES = {"zh": "zh-cn", "en": "en-us"}
"""How other systems call the languages of kefu."""


def language_of(path: str) -> str:
    """`zh` or `en` where the name of a file says so, else empty."""
    match = IN_NAME.search(path)
    return match[1].lower() if match else ""


def language_of_code(code: str) -> str:
    """The language of a locale: `zh-CN` is `zh`; one that kefu lacks stays; what is no code is empty."""
    language = re.split(r"[-_]", code.strip().lower())[0]
    return language if re.fullmatch(r"[a-z]{2,3}", language) else ""


def locale_of(language: str) -> str:
    """The locale that other systems want for a language; English when there is none."""
    return LOCALES.get(language, language or "en-us")


def name_with_language(stem: str, language: str, end: str) -> str:
    """The name of a file that holds one language."""
    return f"{stem}.{language}.{end}" if language else f"{stem}.{end}"
