"""Fields of the company's own: which there are, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.service.desk.terms import BadTerm, Terms, tables_of

Kind = Literal["text", "number", "date", "choice", "yes_no"]
LONGEST = 500
YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its title, and the kind of value that it takes; `choices` are those of a `choice`."""

    name: str
    title: Mapping[Language, str] = field(default_factory=dict)
    type: Kind = "text"
    choices: tuple[str, ...] = ()


def parse_fields(value: object) -> tuple[Field, ...]:
    """Read `[[fields]]`; raises `BadConfig` with the number of the table."""
    fields = tuple(_parse(terms) for terms in tables_of("fields", value))
    if len({one.name for one in fields}) < len(fields):
        raise BadTerm("kefu.toml [[fields]]: two have the same name; give each its own.", "name", "twice")
    return fields


def _parse(terms: Terms) -> Field:
    name, kinds = terms.name(), terms.choices("type", get_args(Kind))
    found = Field(name, terms.titles("title", name), kinds[0] if kinds else "text", terms.texts("choices"))
    terms.done()
    if (found.type == "choice") != bool(found.choices):
        said = f"kefu.toml [{terms.place}]: a field of type choice, and no other, needs choices."
        raise BadTerm(said, "choices", "choices")
    return found


def checked(fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, str]:
    """Values as they are kept; an empty one takes a field away. Without any declared field anything may be kept.

    Raises `BadInput` for a field that is not declared, and for a value that it can't have.
    """
    known = {one.name: one for one in fields}
    found = {}
    for name, given in values.items():
        value = " ".join(given.split())
        if fields and name not in known:
            raise BadInput(f"There is no field {name!r}; kefu.toml [[fields]] has {', '.join(known)}.")
        if len(value) > LONGEST:
            raise BadInput(f"{name} is longer than {LONGEST} characters; write it as a note.")
        wrong = _wrong(known[name], value) if value and fields else ""
        if wrong:
            raise BadInput(f"{name} must be {wrong}, not {value!r}.")
        found[name] = value
    return found


def _wrong(of: Field, value: str) -> str:
    """What the value should be; empty where it is."""
    try:
        match of.type:
            case "number":
                float(value)
            case "date":
                date.fromisoformat(value)
            case "choice" if value not in of.choices:
                return f"one of {', '.join(of.choices)}"
            case "yes_no" if value not in YES_NO:
                return "yes or no"
    except ValueError:
        return "a number" if of.type == "number" else "a date such as 2027-01-31"
    return ""
