"""Entities that follow a form: numbers of orders and phones, places in a list, money, amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kefu.ai.text.found import Found
from kefu.ai.text.moments import find_moments
from kefu.core.nouns import Value

COUNTED = "[个门条项种份张本单笔位次家款件套台部]"
LISTED = "[个门条项种份张本单笔家款件套台部]"
PARTS = "课|章|节|讲|单元|期|页|步|集"
DIGIT = re.compile(r"[0-9]")
NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
PLACES = {
    name: at for at, name in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
} | {"last": -1}
PLACE = "(" + "|".join(PLACES) + ")"
ISO_UNITS = {
    "年": "P{}Y", "year": "P{}Y", "月": "P{}M", "month": "P{}M", "周": "P{}W", "星期": "P{}W", "礼拜": "P{}W",
    "week": "P{}W", "天": "P{}D", "day": "P{}D", "小时": "PT{}H", "hour": "PT{}H", "分钟": "PT{}M",
    "minute": "PT{}M", "秒": "PT{}S", "second": "PT{}S",
}  # fmt: skip

IDENTIFIERS = frozenset(("order_number", "phone", "email"))
"""Kinds whose value tells nothing about what is wanted: the intent model sees just the kind."""


def find_patterns(text: str) -> Iterator[Found]:
    """All entities with a form in a normalised text; they may overlap.

    Kinds: `order_number` (capitals), `phone` (11 digits), `email`, `last_four` (text),
    `ordinal` (place in a list, -1 the last), `part` (number of a lesson, chapter …),
    `percent`, `money` (minor units: fen, cents), `duration` (ISO 8601), `quantity`, and
    `date` and `time` of `moments`.
    """
    has_digits = DIGIT.search(text) is not None
    for kind, pattern, make in (*NUMBERED, *WORDED) if has_digits else WORDED:
        for match in pattern.finditer(text):
            yield Found(kind, match.start(), match.end(), make(match))
    yield from find_moments(text, has_digits)


def _digits(match: re.Match[str]) -> str:
    return "".join(match.groups())


def _number(written: str) -> int | float:
    value = float(written.replace(",", ""))
    return int(value) if value.is_integer() else value


def _money(match: re.Match[str]) -> int:
    amount = float((match[1] or match[2]).replace(",", ""))
    return round(min(amount * (10_000 if match[3] else 1), 1e12) * 100)


def _place(name: str) -> int:
    return PLACES[name] if name in PLACES else int(name)


def _duration(match: re.Match[str]) -> str:
    return ISO_UNITS[match[2]].format(match[1])


def _rules(
    *rules: tuple[str, str, Callable[[re.Match[str]], Value]],
) -> tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Value]], ...]:
    return tuple((kind, re.compile(pattern), make) for kind, pattern, make in rules)


NUMBERED = _rules(
    (
        "order_number",
        r"(?<![a-z0-9@._-])[a-z]{1,3}-?\d{6,20}(?![a-z0-9@])",
        lambda m: m[0].upper().replace("-", ""),
    ),
    ("phone", r"(?<![\da-z])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)", _digits),
    ("last_four", r"(?:尾号|[后末]4位|last (?:four|4)(?: digits)?|ending (?:in|with))\D{0,6}(\d{4})(?!\d)", _digits),
    ("last_four", r"^\W*(\d{4})\W*$", _digits),
    ("ordinal", rf"(?<!倒数)第(\d{{1,3}}){LISTED}?(?!\d|{PARTS}|[次位名届])", lambda m: int(m[1])),
    ("ordinal", rf"倒数第(\d{{1,3}}){LISTED}?", lambda m: -int(m[1])),
    ("ordinal", r"^\W*[选要]?(\d{1,2})\W*$", lambda m: int(m[1])),
    ("ordinal", r"(?:\b(?:number|no\.?|option) ?|#)(\d{1,2})\b", lambda m: int(m[1])),
    ("ordinal", r"\b(?:the )(\d{1,2})(?:st|nd|rd|th)(?: one| option| item)?\b", lambda m: int(m[1])),
    ("part", rf"第?(\d{{1,3}})(?:{PARTS})", lambda m: int(m[1])),
    ("part", r"\b(?:lesson|chapter|unit|part|section|page|episode) (\d{1,3})\b", lambda m: int(m[1])),
    ("percent", rf"(?<!\d){NUMBER} ?(?:%|percent\b|per cent\b)", lambda m: _number(m[1])),
    ("percent", rf"百分之{NUMBER}", lambda m: _number(m[1])),
    ("money", rf"[¥$€£] ?{NUMBER}()(万)?", _money),
    ("money", rf"(?<![\d.])(){NUMBER}(万)? ?(?:元|块钱?|(?:rmb|yuan|dollars?|usd|cny|euros?|pounds?)\b)", _money),
    ("duration", r"(?<![\d.])(\d{1,4})个?(年|月(?!\d)|周|星期|礼拜|天|小时|分钟|秒)(?![前后之以])", _duration),
    ("duration", r"(?<![\d.])(\d{1,4}) (year|month|week|day|hour|minute|second)s?\b", _duration),
    ("quantity", rf"(?<![\d.第]){NUMBER}(?:{COUNTED}|[人岁倍])", lambda m: _number(m[1])),
)

WORDED = _rules(
    ("email", r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", lambda m: m[0]),
    ("ordinal", rf"最[后末][那这]?1?{LISTED}(?!课)|后者", lambda _: -1),
    ("ordinal", r"前者", lambda _: 1),
    ("ordinal", rf"\b(?:the )?{PLACE} (?:one|option|item|choice)\b", lambda m: _place(m[1])),
    ("ordinal", rf"^\W*(?:the )?{PLACE}(?: \w+)?\W*$", lambda m: _place(m[1])),
)
