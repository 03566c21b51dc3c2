"""Sentences whose entities are marked by hand, and how finds are compared with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kefu.core.dates import days_of, times_of
from kefu.core.errors import BadInput

HERE = Path(__file__).parent
MARK = re.compile(r"\[([^\]]+)\]\((\w+): ([^)]+)\)")
NOW = datetime(2026, 11, 4, 10, tzinfo=UTC)
"""A Wednesday: where a value becomes a day or an hour, it is said then."""

SECONDS = {"Y": 365 * 86_400, "M": 30 * 86_400, "W": 7 * 86_400, "D": 86_400}
CLOCK_SECONDS = {"H": 3600, "M": 60, "S": 1}


@dataclass(frozen=True)
class Marked:
    """`text[start:end]` is of a kind; `meanings` are values of which any will do, in a form that can be compared."""

    kind: str
    start: int
    end: int
    meanings: frozenset[str]


Sentence = tuple[str, tuple[Marked, ...]]


def load(language: str, part: str) -> list[Sentence]:
    """The sentences of a part, `dev` or `test`."""
    return [parse(line) for line in (HERE / f"gold.{language}.{part}.txt").read_text("utf-8").splitlines() if line]


def parse(line: str) -> Sentence:
    """A sentence and its marks: `[昨天](date: -1d)买的`."""
    text, marks, at = "", [], 0
    for match in MARK.finditer(line):
        text += line[at : match.start()]
        marks.append(Marked(match[2], len(text), len(text) + len(match[1]), meanings(match[2], match[3])))
        text += match[1]
        at = match.end()
    return text + line[at:], tuple(marks)


def meanings(kind: str, value: str) -> frozenset[str]:
    """A value of ours as what it means at `NOW`: days, hours, seconds; yearless days in several years."""
    try:
        match kind:
            case "date":
                spans = (days_of(value, NOW.date(), lean) for lean in ("past", "near", "future"))
                return frozenset(f"{begin}/{end}" for begin, end in spans)
            case "time":
                begin, end = times_of(value, NOW)
                return frozenset((f"{begin:%H:%M}/{end:%H:%M}",))
            case "duration":
                return frozenset(("/".join(str(seconds(part)) for part in value.split("/")),))
    except (BadInput, AttributeError):
        return frozenset()
    return frozenset((value, value.split(maxsplit=1)[0]) if kind == "quantity" else (value,))


def seconds(duration: str) -> int:
    """About how long an ISO 8601 duration is; a month has 30 days here."""
    days, _, clock = duration.removeprefix("P").partition("T")
    parts = [(float(count), SECONDS[unit]) for count, unit in re.findall(r"([\d.]+)([YMWD])", days)]
    parts += [(float(count), CLOCK_SECONDS[unit]) for count, unit in re.findall(r"([\d.]+)([HMS])", clock)]
    return round(sum(count * unit for count, unit in parts))


@dataclass
class Score:
    """Counts of one kind: right in stretch and value, right in value where only the stretches touch, found, marked."""

    exact: int = 0
    loose: int = 0
    found: int = 0
    marked: int = 0

    def f1(self, right: int) -> float:
        """The F1 of so many right ones, in percent."""
        return 200 * right / (self.found + self.marked) if self.found + self.marked else 0.0


def score(sentences: Sequence[Sentence], found: Sequence[Sequence[Marked]], kinds: Iterable[str]) -> dict[str, Score]:
    """The counts for each kind that was looked for."""
    table = {kind: Score() for kind in kinds}
    for (_, marks), finds in zip(sentences, found, strict=True):
        for one in marks:
            if one.kind in table:
                table[one.kind].marked += 1
        for one in finds:
            if one.kind not in table:
                continue
            own = table[one.kind]
            own.found += 1
            same = [mark for mark in marks if mark.kind == one.kind and mark.meanings & one.meanings]
            own.exact += any((mark.start, mark.end) == (one.start, one.end) for mark in same)
            own.loose += any(mark.start < one.end and one.start < mark.end for mark in same)
    return table


def counts(sentences: Sequence[Sentence]) -> Counter[str]:
    """How often each kind is marked."""
    return Counter(mark.kind for _, marks in sentences for mark in marks)
