"""Entities that follow a form, in both languages: dates, times, money, numbers of orders and phones and more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from kefu.ai.text import amounts, clock, english_moments, identifiers, lengths, moments
from kefu.ai.text.english import find_numbers, find_slips
from kefu.ai.text.forms import find_forms, hints_of
from kefu.ai.text.found import Found
from kefu.ai.text.normal import edit

IDENTIFIERS = frozenset(("order_number", "tracking_number", "phone", "email", "url"))
"""Kinds whose value tells nothing about what is wanted: the intent model sees just the kind."""

FORMS = tuple(chain(identifiers.FORMS, amounts.FORMS, lengths.FORMS, moments.FORMS, english_moments.FORMS, clock.FORMS))
LATIN = re.compile(r"[a-z]{3}")
JOINED = re.compile(r" ?(?:到|至|-|–|—|~|to|through|thru|until|till|and) ?")
FROM = re.compile(r"\b(?:from|between) $")
LONGEST_JOIN = 9
WEEKDAY = re.compile(r"([+-]\d+)w(\d)")


def find_patterns(text: str) -> Iterator[Found]:
    """All entities with a form in a normalised text; they may overlap.

    Kinds: `order_number` and `tracking_number` (capitals and digits), `phone` (digits, `+` before a
    foreign country's code), `email`, `url` (small letters), `last_four` (text), `ordinal` (place in
    a list, -1 the last), `part` (number of a lesson, chapter …), `percent`, `money` (hundredths of
    its unit, the currency: fen, cents), `quantity` (its unit is what is counted), `duration`
    (ISO 8601), `date` and `time` (see `kefu.core.dates`). Of two amounts or lengths, from the least to the most,
    the value is both with a slash between: `P3D/P5D`.
    """
    edits = sorted([*find_slips(text), *find_numbers(text)]) if LATIN.search(text) else []
    if not edits:
        yield from _found(text)
        return
    typed, starts, ends = edit(text, list(range(len(text))), list(range(1, len(text) + 1)), edits)
    for one in _found(typed):
        yield Found(one.kind, starts[one.start], ends[one.end - 1], one.value, one.score, one.unit)


def _found(text: str) -> list[Found]:
    found = list(find_forms(text, hints_of(text), FORMS))
    moving = [one for one in found if one.kind in ("date", "time")]
    return [*found, *_ranges(text, moving)] if len(moving) > 1 else found


def _ranges(text: str, found: Sequence[Found]) -> Iterator[Found]:
    """From one moment to another of its kind: 下周一到周三, from 9 am to 6 pm."""
    for first in found:
        for last in found:
            if first.kind != last.kind or not 0 < last.start - first.end <= LONGEST_JOIN:
                continue
            joint = JOINED.fullmatch(text, first.end, last.start)
            opened = FROM.search(text, 0, first.start)
            if not joint or (joint[0].strip() == "and" and not (opened and opened[0] == "between ")):
                continue
            value = _from_to(str(first.value), str(last.value))
            if value:
                yield Found(first.kind, opened.start() if opened else first.start, last.end, value)


def _from_to(first: str, last: str) -> str | None:
    if "/" in first or "/" in last:
        return None
    if last.startswith("---") and not first.startswith("---"):
        last = first[:-2] + last[3:]  # 3月1日到5日
    days = WEEKDAY.fullmatch(first), WEEKDAY.fullmatch(last)
    if days[0] and days[1]:
        step = max(days[0][1], days[1][1], key=lambda one: abs(int(one)))
        if days[0][1] == "+0" or days[1][1] == "+0":
            first, last = f"{step}w{days[0][2]}", f"{step}w{days[1][2]}"  # 下周一到周三
    if first[2:3] == ":" and first > last and last < "12:00" <= first:
        later = f"{int(last[:2]) + 12:02}{last[2:]}"
        last = later if later > first else last  # 下午两点到四点
    return f"{first}/{last}"
