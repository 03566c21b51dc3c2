"""Lengths of time, and moments that are so far away: 三天, 两小时前, in half an hour, the last six months.

A length is an ISO 8601 duration (`P3D`, `PT1H30M`; `P3D/P5D` for 3 to 5 days). So many days,
weeks, months or years away is a date (`-3d`), so many hours or minutes a time (`+PT30M`); the
last and the next so many are all the days from then or until then (`-3d/+0d`).
"""

from __future__ import annotations

import re
from fractions import Fraction

from kefu.ai.text.forms import DIGIT, Meaning, form

CHINESE_UNITS = {
    "年": "Y", "季度": "Q", "月": "M", "周": "W", "星期": "W", "礼拜": "W", "工作日": "D", "天": "D", "日": "D",
    "小时": "h", "钟头": "h", "h": "h", "刻钟": "q", "分钟": "m", "min": "m", "分": "m", "秒钟": "s", "秒": "s",
}  # fmt: skip
ENGLISH_UNITS = {
    "year": "Y", "yr": "Y", "quarter": "Q", "month": "M", "mth": "M", "fortnight": "F", "week": "W", "wk": "W",
    "day": "D", "hour": "h", "hr": "h", "h": "h", "minute": "m", "min": "m", "second": "s", "sec": "s",
}  # fmt: skip
LARGER = {"Q": ("M", 3), "F": ("W", 2), "q": ("m", 15)}
"""Units that ISO 8601 lacks, as others."""

SMALLER = {"Y": ("M", 12), "M": ("D", 30), "D": ("h", 24), "h": ("m", 60), "m": ("s", 60)}
"""What the rest of a broken number becomes: a year and a half is P1Y6M."""

FEW = {char: at for at, char in enumerate("一二三四五六七八九", start=1)} | {"两": 2}

BEFORE_A_LENGTH = frozenset(
    ("", *"for within than about take takes took over after been is under almost nearly".split())
)
"""Words after which "a year" is a length; nothing before it is one too."""

Part = tuple[Fraction, str]


def iso(parts: list[Part]) -> str | None:
    """Numbers with their units as one ISO 8601 duration; None where no whole numbers come out."""
    written = {"date": "", "time": ""}
    for count, unit in parts:
        unit, times = LARGER.get(unit, (unit, 1))  # noqa: PLW2901 - the unit as ISO has it
        left = count * times
        while left:
            whole = int(left)
            if whole:
                written["date" if unit.isupper() else "time"] += f"{whole}{unit.upper()}"
            left -= whole
            if not left:
                break
            if unit not in SMALLER:
                return None
            unit, times = SMALLER[unit]  # noqa: PLW2901
            left *= times
    if not any(written.values()):
        return None
    return "P" + written["date"] + ("T" + written["time"] if written["time"] else "")


def away(parts: list[Part], sign: str) -> Meaning | None:
    """The moment that is so far ahead (`+`) or back (`-`)."""
    length = iso(parts)
    if length is None:
        return None
    if "T" in length and not any(unit.isupper() for _, unit in parts):
        return "time", f"{sign}{length}"
    step = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", length)
    if step is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in step.groups())
    if years or months:
        return None if weeks or days else ("date", f"{sign}{12 * years + months}m" if months else f"{sign}{years}y")
    return "date", f"{sign}{7 * weeks + days}d" if days else f"{sign}{weeks}w"


def _moment(parts: list[Part], until: list[Part], direction: str) -> Meaning | None:
    """The meaning of a length, or of two from the least to the most, by direction: `-`, `+`, `last`, `next`, none."""
    if not direction:
        begin, end = iso(parts), iso(until) if until else None
        return (begin and ("duration", f"{begin}/{end}" if end else begin)) or None
    sign = "-" if direction in ("-", "last") else "+"
    first, second = away(parts, sign), away(until, sign) if until else None
    if first is None:
        return None
    kind, value = first[0], str(first[1])
    if direction in ("last", "next"):
        now = "+0d" if kind == "date" else "+PT0S"
        return kind, f"{value}/{now}" if direction == "last" else f"{now}/{value}"
    return kind, f"{value}/{second[1]}" if second and sign == "+" else value


def _number(written: str) -> Fraction:
    return Fraction(written) if written[0].isdigit() else Fraction(FEW[written])


def _chinese(match: re.Match[str]) -> Meaning | None:
    unit = CHINESE_UNITS[match["unit"]]
    half = Fraction(1, 2) if match["half"] or match["too"] else Fraction(0)
    parts, until = [(half or Fraction(1), unit)], list[Part]()
    if match["count"]:
        parts = [(_number(match["count"]) + half, unit)]
    elif match["few"]:
        tens = 10 if match["tens"] else 1
        parts, until = ([(Fraction(FEW[char]) * tens, unit)] for char in match["few"])
    if match["most"]:
        until = [(_number(match["most"]), unit)]
    if match["more"]:
        parts.append((_number(match["more"]), CHINESE_UNITS[match["small"]]))
    lead, tail = match["lead"], match["tail"]
    direction = "-" if tail == "前" else "+" if tail == "后" else ""
    if lead and not direction:
        direction = "last" if lead in ("最近", "近", "过去", "这") else "next"
    return _moment(parts, until, direction)


def _english(match: re.Match[str]) -> Meaning | None:
    unit = ENGLISH_UNITS[match["unit"]]
    parts, until = [(_english_count(match["count"]), unit)], list[Part]()
    if match["half"]:
        parts = [(parts[0][0] + Fraction(1, 2), unit)]
    if match["most"]:
        until = [(Fraction(match["most"]), unit)]
    if match["more"]:
        parts.append((_english_count(match["more"]), ENGLISH_UNITS[match["small"]]))
    lead, tail = match["lead"] or "", match["tail"]
    if match["count"] in ("a", "an") and not (lead == "in" or tail) and not _is_length(match):
        return None
    if tail:
        return _moment(parts, until, "-" if tail in ("ago", "earlier") else "+")
    if lead == "in":
        return _moment(parts, until, "+")
    word = lead.rpartition(" ")[2]
    direction = {"": "", "last": "last", "past": "last", "previous": "last"}.get(word, "next")
    return _moment(parts, until, direction)


def _is_length(match: re.Match[str]) -> bool:
    """Whether "a year" tells how long something is, and not how often or when."""
    if match["half"]:
        return True
    before = match.string[: match.start()].rstrip().rpartition(" ")[2]
    return before in BEFORE_A_LENGTH and ENGLISH_UNITS[match["unit"]] not in "ms"


def _english_count(written: str) -> Fraction:
    if written[0].isdigit():
        return Fraction(written)
    if written.startswith("half"):
        return Fraction(1, 2)
    if "quarter" in written:
        return Fraction(1, 4)
    return Fraction(2) if "couple" in written else Fraction(1)


NUMBER = r"\d{1,4}(?:\.\d+)?"
FEWS = "[一二两三四五六七八九]"
CHINESE = "|".join(sorted(CHINESE_UNITS, key=len, reverse=True))
ENGLISH = "|".join(sorted(ENGLISH_UNITS, key=len, reverse=True))
A = r"half an?|a half|a quarter of an?|an? couple(?: of)?|couple of|an?"

FORMS = (
    form(
        "年月周日天刻分秒时期拜头季 h min",
        r"(?P<lead>最近|近|过去|未来|接下来|今后|往后)?的?(?<![\d.:第同每另])"
        rf"(?:(?P<count>{NUMBER}|{FEWS}(?=[到至]))(?: ?(?:-|~|到|至|或) ?(?P<most>{NUMBER}))?"
        rf"|(?P<few>{FEWS}{FEWS})(?P<tens>十)?|(?=半)|一(?=整))"
        rf"(?:整?个)?(?P<half>半)?整?[多来]?个? ?(?P<unit>{CHINESE})(?<!\d[月日分])(?<!半[日分])(?P<too>半)?"
        rf"(?![级a-z]|(?<=周)年)(?:[零又]?(?P<more>{NUMBER})个?(?P<small>{CHINESE}))?"
        r"(?:[之以]?(?P<tail>[前后])(?![端台进续]))?",
        _chinese,
    ),
    form(
        DIGIT + " a an half couple",
        rf"\b(?:(?P<lead>in|(?:the |these )?(?:last|past|previous|next|coming)) )?(?:(?P<count>{NUMBER}|{A})"
        rf"(?: ?(?:-|–|to|or) ?(?P<most>{NUMBER}))?)[ -]?"
        rf"(?:(?:business|working|work|calendar|full|more|whole|solid) )?(?P<unit>{ENGLISH})s?\b"
        r"(?!-| (?:past|to) \d| of an)(?P<half> and a half\b)?"
        rf"(?:,? (?:and )?(?P<more>{NUMBER}) ?(?P<small>{ENGLISH})s?\b)?(?: (?P<tail>ago|later|earlier|from now)\b)?",
        _english,
    ),
)
