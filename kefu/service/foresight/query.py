"""The SQL of a predictor: the declared queries over views of what was known at a moment.

Values: `:as_of` is the moment, `:customer` whose subjects, `:limit` and `:skip` which part, `:NAME_since` from when a
source's window runs. Moments are ISO 8601 texts in UTC, as the records keep them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kefu.core.nouns import Fact, Row, Value
from kefu.core.skill import Query
from kefu.service.foresight.declared import KNOWN, SUBJECTS, Declared, Feature, Table

DAY_S = 86_400.0
PART = 1000
"""Subjects asked for together: what records answer at most."""


def moment(at: datetime) -> str:
    """A time as the records write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def features_query(declared: Declared, *, one_customer: bool) -> Query:
    """A row a subject: `subject`, `customer`, and every column that a feature needs."""
    chosen = f"SELECT * FROM ({declared.subjects}) chosen"  # noqa: S608 - declared by the company
    if one_customer:
        chosen += " WHERE customer = :customer"
    parts = [*_views(declared.tables), f"{SUBJECTS} AS ({chosen} ORDER BY subject LIMIT :limit OFFSET :skip)"]
    columns, joins = ["s.subject AS subject", "s.customer AS customer"], []
    for source in declared.sources:
        if source.sql:
            parts.append(f"of_{source.name} AS ({source.sql})")
            joins.append(f"LEFT JOIN of_{source.name} ON of_{source.name}.subject = s.subject")
            needed = dict.fromkeys(one.column for one in declared.features if one.source == source.name)
            columns += [f"of_{source.name}.{column} AS {source.name}__{column}" for column in needed]
    sql = f"WITH {', '.join(parts)} SELECT {', '.join(columns)} FROM {SUBJECTS} s {' '.join(joins)} ORDER BY s.subject"  # noqa: S608 - as above
    return Query(f"predictors/{declared.name}", "features", sql)


def event_query(declared: Declared) -> Query:
    """When the event came first to each subject after `:began`, as known at `:as_of`."""
    parts = ", ".join(_views(declared.tables))
    sql = (
        f"WITH {parts} SELECT e.subject AS subject, MIN(e.at) AS at FROM ({declared.event}) e WHERE e.at > :began"  # noqa: S608 - as above
        " GROUP BY e.subject ORDER BY e.subject LIMIT :limit OFFSET :skip"
    )
    return Query(f"predictors/{declared.name}", "event", sql)


def values_of(declared: Declared, as_of: datetime, **more: Value) -> dict[str, Value]:
    """The values of a query as of a moment."""
    windows = {
        f"{one.name}_since": moment(as_of - timedelta(days=one.window_days))
        for one in declared.sources
        if one.sql and one.window_days
    }
    return {"as_of": moment(as_of), "limit": PART, "skip": 0, **windows, **more}


def row_of(declared: Declared, found: Mapping[str, Fact], as_of: datetime) -> Row:
    """The features out of the columns `SOURCE__COLUMN` that were found."""
    return {one.name: feature_of(one, found.get(f"{one.source}__{one.column}"), as_of) for one in declared.features}


def feature_of(feature: Feature, value: Fact, as_of: datetime) -> Fact:
    """A value as a feature: days for a moment, a text or a number."""
    if value is None:
        return None
    if feature.kind == "days_ago":
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return round((as_of - at).total_seconds() / DAY_S, 3)
    if feature.kind == "text":
        return str(value)
    return float(value) if isinstance(value, int | float) else None


def _views(tables: Sequence[Table]) -> list[str]:
    """Each table as it was known at `:as_of`."""
    found = []
    for table in tables:
        later = [f"CASE WHEN {at} <= :as_of THEN {name} END AS {name}" for name, at in table.later.items()]
        columns = ", ".join([*table.columns, *later])
        where = f" WHERE {table.at} <= :as_of" if table.at else ""
        found.append(f"{KNOWN}{table.name} AS (SELECT {columns} FROM {table.name}{where})")  # noqa: S608 - names, checked
    return found
