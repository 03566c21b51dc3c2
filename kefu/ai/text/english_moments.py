"""English dates; their values are those of `moments`."""

from __future__ import annotations

import re

from kefu.ai.text.forms import Meaning, form
from kefu.ai.text.moments import STEPS, UNITS, in_year, rest_of_year

WEEKDAYS = {name: at for at, name in enumerate("mon tue wed thu fri sat sun".split(), start=1)}
MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
PARTS = {"end": "end", "middle": "mid", "beginning": "start", "start": "start"}
PLACES = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
ALSO_WORDS = frozenset(("may", "march", "mar"))


def _american(match: re.Match[str]) -> Meaning | None:
    """The month first, unless only the other way makes a date."""
    month, day = int(match[1]), int(match[2])
    return in_year(match[3], rest_of_year(month, day) if month <= 12 else rest_of_year(day, month))


def _day(match: re.Match[str]) -> Meaning | None:
    month = MONTHS[match["month"][:3]]
    meaning = in_year(match["year"], rest_of_year(month, int(match["day"])))
    if meaning is None or match["most"] is None:
        return meaning
    end = in_year(match["year"], rest_of_year(month, int(match["most"])))
    return end and ("date", f"{meaning[1]}/{end[1]}")


def _of_month(match: re.Match[str]) -> Meaning | None:
    return ("date", f"---{int(match['day']):02}") if 1 <= int(match["day"]) <= 31 else None


def _month(match: re.Match[str]) -> Meaning | None:
    which, part = match["which"], match["part"]
    if match["month"] in ALSO_WORDS and not (which or part or match["year"] or match["lead"]):
        return None
    meaning = in_year(f"{STEPS[which]:+}y" if which else match["year"], rest_of_year(MONTHS[match["month"][:3]]))
    return meaning and ("date", f"{meaning[1]}:{PARTS[part]}" if part else meaning[1])


def _quarter(match: re.Match[str]) -> Meaning | None:
    number = match["number"] or str(PLACES[match["place"]])
    return in_year(match["year"] or match["before"], f"-Q{number}")


def _weekend(match: re.Match[str]) -> Meaning:
    week = f"{0 if match['which'] == 'coming' else STEPS[match['which']]:+}w"
    return "date", f"{week}6/{week}7"


def _weekday(match: re.Match[str]) -> Meaning:
    step = match["step"] or match["after"] or ""
    return "date", f"{STEPS[step]:+}w{WEEKDAYS[match['weekday'][:3]]}"


def _step(match: re.Match[str]) -> Meaning:
    return "date", f"{STEPS[match['which']]:+}{UNITS[match['unit']]}"


def _past(match: re.Match[str]) -> Meaning:
    unit = UNITS[match["unit"]]
    step = f"1{unit}" if unit != "q" else "3m"
    return "date", f"+0d/+{step}" if match["lead"] == "next" else f"-{step}/+0d"


def _part(match: re.Match[str]) -> Meaning:
    return "date", f"{STEPS[match['which']]:+}{UNITS[match['unit']]}:{PARTS[match['part']]}"


MONTH = (
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
MONTH_WORDS = " ".join(
    ["january february march april may june july august september october november december sept", *MONTHS]
)
TH = (
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
MONTH_WORDS = "january february march april may june july august september october november december sept " + " ".join(
    MONTHS
)
TH = r"(?:st|nd|rd|th)"
DAY = rf"(?P<day>\d{{1,2}}){TH}?\b"
UNTIL = r" ?(?:-|–|to|through|until|till) ?(?:the )?"
YEAR = r"(?:,? (?P<year>\d{4})\b(?![:%]))?"
LONG_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
LONG_DAY = rf"(?P<weekday>{'|'.join(LONG_DAYS)})s?\b"
SHORT_DAY = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b"
DAY_WORDS = " ".join([*LONG_DAYS, *(f"{day}s" for day in LONG_DAYS)])
SHORT_WORDS = " ".join(WEEKDAYS) + " tues thur thurs"
STEP = "(?P<step>last|past|this|next|coming)"
WHICH = "(?P<which>last|this|the|current|next)"
PART = "(?:the )?(?P<part>end|middle|beginning|start) of "
UNIT = "(?P<unit>week|month|quarter|year)"

FORMS = (
    form("/", r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", _american),
    form(
        MONTH_WORDS,
        rf"{MONTH}\.? (?:the )?{DAY}(?![:%]| ?[ap]\.?m)"
        rf"(?:{UNTIL}(?P<most>\d{{1,2}}){TH}?\b(?! ?[:%]| [a-z]{{3}}))?{YEAR}",
        _day,
    ),
    form(
        MONTH_WORDS,
        rf"(?:\bthe )?(?<![\d:.])\b{DAY}(?:{UNTIL}(?P<most>\d{{1,2}}){TH}?\b)? (?:of )?{MONTH}{YEAR}",
        _day,
    ),
    form(
        MONTH_WORDS,
        r"(?:\b(?P<lead>in|since|until|till|by|before|after|during|from) )?"
        rf"(?P<x>(?:{PART}|\b(?P<which>last|this|next) )?{MONTH}(?! \d{{1,2}}(?:{TH})?\b(?!:)){YEAR})",
        _month,
    ),
    form(
        "on by before after until till since from",
        rf"\b(?:on|by|before|after|until|till|since|from) (?P<x>the (?P<day>\d{{1,2}}){TH})\b(?! [a-z]*[^\W\d])",
        _of_month,
    ),
    form(
        "quarter q",
        rf"\b(?:(?P<before>20\d\d) ?)?(?:q(?P<number>[1-4])|(?:the )?(?P<place>{'|'.join(PLACES)}) quarter)\b"
        r"(?:(?: of)? (?P<year>20\d\d)\b)?",
        _quarter,
    ),
    form(DAY_WORDS, rf"\b(?:{STEP} )?{LONG_DAY}(?: (?P<after>next|this|last) week\b)?", _weekday),
    form(
        SHORT_WORDS,
        rf"\b(?:{STEP} |(?<=\bon )|(?<=[a-z]-)|(?<=[a-z] - )|(?<=[a-z] to ))(?P<weekday>{SHORT_DAY})(?P<after>)",
        _weekday,
    ),
    form(
        SHORT_WORDS,
        rf"\b(?P<weekday>{SHORT_DAY})(?= ?(?:-|–|to) ?(?:{SHORT_DAY}|[a-z]+day))(?P<step>)(?P<after>)",
        _weekday,
    ),
    form(
        "weekend",
        r"\b(?P<which>last|this|next|the|coming) weekend\b",
        _weekend,
    ),
    form("week month quarter year", rf"\b(?P<which>last|this|next) {UNIT}\b", _step),
    form(
        "week month quarter year",
        rf"\b(?:(?:over|in|for|during|within) )?(?P<x>(?:the )?(?P<lead>past|(?<=[nrg] the )(?:last|next)) {UNIT})\b",
        _past,
    ),
    form("end middle beginning start", rf"\b{PART}{WHICH} {UNIT}\b", _part),
    form("in since of during", r"\b(?:in|since|of|during) (?P<x>(?:19|20)\d\d)\b(?![-.:])", lambda m: ("date", m["x"])),
)
