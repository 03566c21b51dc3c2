"""Reply templates: what facts they name, where their sentences end, how facts are written."""

from __future__ import annotations

import re
import string
from datetime import date, datetime, tzinfo
from functools import lru_cache

from kefu.core.nouns import Language

SENTENCE_END = re.compile(r"(?<=[。！？\n])(?=[^。！？\n”」』）)])|(?<=[^\d\s][.!?]\s)")
"""Where one sentence ends and the next begins; cut there, sentences give the text back."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=2048)
def sentences(template: str) -> tuple[str, ...]:
    """Cut a template into sentences; placeholders stay whole."""
    return tuple(part for part in SENTENCE_END.split(template) if part)


@lru_cache(maxsize=2048)
def fields(template: str) -> frozenset[str]:
    """The names of the facts that a template uses."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


class Formatter(string.Formatter):
    """Writes facts the way people of a language write them.

    Formats: `date`, `time`, `datetime`, `money` (an amount in fen), `percent`, and a
    plural written as `# lesson|# lessons`, where # is the number.
    """

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self._language = language
        self._zone = zone

    def format_field(self, value: object, format_spec: str) -> str:
        """One fact in the format that its placeholder asks for."""
        match format_spec:
            case "date":
                return self._date(_moment(value, self._zone))
            case "time":
                return f"{_moment(value, self._zone):%H:%M}"
            case "datetime":
                moment = _moment(value, self._zone)
                return f"{self._date(moment)}{' ' if self._language == 'zh' else ', '}{moment:%H:%M}"
            case "money":
                return money(int(str(value)))
            case "percent":
                return f"{float(str(value)):.0%}"
        if "|" in format_spec:
            one, many = format_spec.split("|", 1)
            return (one if value == 1 else many).replace("#", str(value))
        return str(super().format_field(value, format_spec))

    def _date(self, moment: datetime) -> str:
        if self._language == "zh":
            return f"{moment.year}年{moment.month}月{moment.day}日"
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def money(fen: int) -> str:
    """An amount in fen as yuan: ¥1,299 or ¥12.50."""
    return f"¥{fen // 100:,}" if fen % 100 == 0 else f"¥{fen / 100:,.2f}"


def _moment(value: object, zone: tzinfo) -> datetime:
    """A date, a time or an ISO text (as databases keep them) as a local time."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    raise TypeError(f"{value!r} is no date; give a date, a datetime or an ISO text")
