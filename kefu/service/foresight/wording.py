"""Reasons in words: what a feature's declaration says of its value, and which way it moved the forecast."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kefu.core.nouns import Language, Row, Value
from kefu.core.ports.foresight import Reason
from kefu.service.foresight.declared import Declared

MOST = 4
"""Reasons that are kept: nobody reads a fifth."""
LEAST = 0.02
"""Log-odds below which a feature says nothing."""
PLACE = re.compile(r"\{value(:%)?\}")


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words; `raises` says whether it speaks for yes, or for sooner."""

    text: str
    raises: bool


def reasons_of(row: Row, parts: Mapping[str, float]) -> tuple[Reason, ...]:
    """The strongest reasons whose value is known, the strongest first."""
    ranked = sorted(parts.items(), key=lambda one: -abs(one[1]))
    found = [(name, part) for name, part in ranked if abs(part) >= LEAST and row.get(name) is not None]
    return tuple(Reason(name, _plain(row[name]), round(part, 4)) for name, part in found[:MOST])


def say(reasons: Sequence[Reason], declared: Declared, language: Language) -> list[Said]:
    """The reasons in words; what is no longer declared is left out."""
    known = {one.name: one for one in declared.features}
    return [
        Said(_filled(known[one.feature].says[language], one.value), one.part > 0)
        for one in reasons
        if one.feature in known
    ]


def _filled(text: str, value: Value) -> str:
    """A wording with its value; `{value:%}` is a share."""
    for place in PLACE.finditer(text):
        text = text.replace(place[0], _written(value, place[1]))
    return text


def _written(value: Value, form: str | None) -> str:
    if isinstance(value, float | int):
        if form:
            return f"{value:.0%}"
        return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    return str(value)


def _plain(value: object) -> Value:
    return round(value, 3) if isinstance(value, float) else value if isinstance(value, str | int | None) else str(value)
