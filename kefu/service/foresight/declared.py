"""What a predictor is, as a company declares it in `predictors/NAME.toml`: about what, from which features, in words.

Every source of features is asked as of a moment. SQL reads the company's tables only through views `known_TABLE` that
hold what was known then; the log is read only up to that moment. So no feature can hold what came later, whatever its
author writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from kefu.core.errors import BadConfig
from kefu.core.nouns import Language
from kefu.service.desk.terms import Terms
from kefu.service.foresight.outreach import Outreach

About = Literal["records", "visit", "question", "volume"]
"""A subject of the records; a visit of a customer; what they ask next; how many come."""

Logged = Literal["visit", "visits"]
"""What is read of the log: the visit under way, or the customer's visits before."""

As = Literal["number", "text", "days_ago"]
"""How a value becomes a feature: as it is, or, of a moment, as the days since."""

Reading = Literal["risk", "good", "neutral"]
"""Whether yes is something to prevent."""

NAMES = re.compile(r"[a-z][a-z0-9_]{0,39}")
READS = re.compile(r"\b(?:from|join)\s+([\w.\"]+)", re.IGNORECASE)
LISTS = re.compile(r"\bfrom\s+[\w.\"]+(?:\s+(?:as\s+)?\w+)?\s*,", re.IGNORECASE)
KNOWN = "known_"
SUBJECTS = "subjects"
USUAL_HORIZON = 28

OUTCOMES = ("returns", "dissatisfied")
"""What may come of a visit: the customer comes again with the same matter; they say or show that they are unhappy."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the records as it was known at a moment.

    `at` is the column with the moment from which a row is known; empty for rows that were always there. Of `later`
    columns the value is known from the moment in the column that it maps to. Other columns are not seen at all.
    """

    name: str
    columns: tuple[str, ...]
    at: str = ""
    later: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where features come from: SQL with a row a subject, or a part of the log; within `window_days` or ever."""

    name: str
    sql: str = ""
    log: Logged | None = None
    window_days: int = 0


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of a source; `says` puts a value of it into words, with `{value}` in its place."""

    name: str
    source: str
    column: str
    kind: As
    says: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Declared:
    """A predictor as declared; see the page about predictors for every key."""

    name: str
    title: Mapping[Language, str]
    use: str
    about: About
    reading: Reading = "risk"
    records: str = ""
    tables: tuple[Table, ...] = ()
    subjects: str = ""
    event: str = ""
    absent: bool = False
    outcome: str = ""
    horizon_days: float = USUAL_HORIZON
    every_days: int = 28
    moments: int = 8
    threshold: float = 0.5
    groups: tuple[str, ...] = ()
    advice: Mapping[Language, str] = field(default_factory=dict)
    outreach: Outreach | None = None
    sources: tuple[Source, ...] = ()
    features: tuple[Feature, ...] = ()

    def is_high(self, value: float) -> bool:
        """Whether a probability is one to act upon."""
        return not self.is_when and self.reading == "risk" and value >= self.threshold

    @property
    def question(self) -> str:
        """A digest of what is asked: versions that answer the same question can be compared."""
        asked = self.about, self.is_when, self.records, self.subjects, self.event, self.absent, self.outcome
        return _digest((*asked, self.horizon_days))

    @property
    def method(self) -> str:
        """A digest of all that a training depends on."""
        return _digest(
            (self.question, self.use, self.tables, self.sources, self.features, self.every_days, self.moments)
        )

    @property
    def is_when(self) -> bool:
        """Whether it says when, and not whether."""
        return self.use.startswith("hazard")


def _digest(parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def parse_declared(name: str, table: Mapping[str, object]) -> Declared:
    """Read a declaration; raises `BadConfig` with what is wrong."""
    terms = Terms("predictor", table, f"predictors/{name}.toml")
    if not NAMES.fullmatch(name):
        raise BadConfig(f"{terms.file}: a predictor's name has small letters, digits and _ alone.")
    (about,) = terms.choices("about", get_args(About)) or ("visit",)
    (reading,) = terms.choices("reading", get_args(Reading)) or ("risk",)
    found = Declared(
        name=name,
        title=terms.titles("title", name),
        use=terms.text("use", "boosted.v1"),
        about=about,
        reading=reading,
        records=terms.text("records"),
        tables=tuple(map(_table, terms.inner_tables("tables"))),
        subjects=terms.text("subjects"),
        event=terms.text("event"),
        absent=terms.yes("absent"),
        outcome=terms.text("outcome"),
        horizon_days=terms.number("horizon_days", USUAL_HORIZON),
        every_days=terms.whole("every_days", 28),
        moments=terms.whole("moments", 8),
        threshold=terms.number("threshold", 0.5),
        groups=terms.texts("groups"),
        advice=terms.titles("advice", ""),
        outreach=_outreach(terms.inner("outreach")) if "outreach" in table else None,
        sources=tuple(map(_source, terms.inner_tables("sources"))),
        features=tuple(map(_feature, terms.inner_tables("features"))),
    )
    terms.done()
    _check(found, terms)
    return found


def _outreach(terms: Terms) -> Outreach:
    found = Outreach(terms.number("at_least", 0.5), terms.titles("text", ""), terms.yes("automatic"))
    terms.done()
    if not found.text["zh"]:
        raise BadConfig(f"{terms.file} [{terms.place}]: text is missing; say what customers are written.")
    return found


def _table(terms: Terms) -> Table:
    later = {name: values[0] for name, values in terms.lists("later").items()}
    found = Table(terms.name(), terms.texts("columns"), terms.text("at"), later)
    terms.done()
    for name in (found.name, found.at or "at", *found.columns, *later, *later.values()):
        if not name.isidentifier():
            raise BadConfig(f"{terms.file} [{terms.place}]: {name!r} is no name of a table or a column.")
    return found


def _source(terms: Terms) -> Source:
    (log,) = terms.choices("log", get_args(Logged)) or (None,)
    found = Source(terms.name(), terms.text("sql"), log, terms.whole("window_days"))
    terms.done()
    if bool(found.sql) == bool(found.log):
        raise BadConfig(f"{terms.file} [{terms.place}]: give either sql or log.")
    return found


def _feature(terms: Terms) -> Feature:
    name = terms.name()
    (kind,) = terms.choices("as", get_args(As)) or ("number",)
    found = Feature(name, terms.name("source"), terms.text("column", name), kind, terms.titles("says", name))
    terms.done()
    return found


def _check(found: Declared, terms: Terms) -> None:
    """Whether the parts fit together, and read nothing but what was known."""
    if found.about in ("question", "volume"):
        return
    for fault in (*_faults(found), *_leaks(found)):
        raise BadConfig(f"{terms.file}: {fault}")


def _faults(found: Declared) -> Iterator[str]:
    sources = {one.name for one in found.sources}
    if not found.features:
        yield "features are missing; a forecast needs some."
    for feature in found.features:
        if feature.source not in sources:
            yield f"feature {feature.name!r} has no source {feature.source!r}; there are {', '.join(sorted(sources))}."
    if found.about == "records" and not (found.subjects and found.event and found.records):
        yield 'about = "records" needs records, subjects and event.'
    if found.about == "visit" and found.outcome not in OUTCOMES:
        yield f'about = "visit" needs an outcome: {", ".join(OUTCOMES)}.'
    for source in found.sources:
        if (source.sql and found.about != "records") or (source.log == "visit" and found.about != "visit"):
            yield f'source {source.name!r}: sql is for about = "records", log = "visit" for about = "visit".'


def _leaks(found: Declared) -> Iterator[str]:
    """What a query reads beside the views of what was known."""
    queries = {"subjects": found.subjects, "event": found.event, **{one.name: one.sql for one in found.sources}}
    views = {KNOWN + table.name for table in found.tables}
    for name, sql in queries.items():
        allowed = views if name in ("subjects", "event") else {*views, SUBJECTS}
        if strange := sorted({read.lower() for read in READS.findall(sql)} - allowed):
            yield f"{name} reads {strange[0]!r}; of what was known there are {', '.join(sorted(allowed))}."
        if LISTS.search(sql) or ";" in sql:
            yield f"{name}: write joins as JOIN, and no ';'."
