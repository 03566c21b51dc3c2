"""What a form asks of a team, a service level, a rule or a field: which boxes, and how they become a table and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kefu.app.clerk.tables import Kind
from kefu.service.desk.hours import DAYS
from kefu.service.desk.rules import DEEDS

Form = Mapping[str, Sequence[str]]
Widget = Literal[
    "text", "name", "titles", "words", "ticks", "amount", "select", "switch", "hours", "dates", "either", "pairs",
    "deeds",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A key of a table (`if.intent` within another one) and how it is asked for.

    `options` names a list of choices. A `usual` value is the one that holds where the key is left out.
    """

    key: str
    widget: Widget
    options: str = ""
    usual: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """Boxes that stand together under a heading; without a name they come first."""

    name: str
    boxes: tuple[Box, ...]


HOURS = (
    Box("days", "ticks", "days"),
    Box("hours", "hours"),
    Box("calendar", "select", "calendars"),
    Box("holidays", "dates"),
    Box("working_days", "dates"),
    Box("minutes_to_reply", "amount"),
)

PARTS: Mapping[Kind, tuple[Part, ...]] = {
    "teams": (
        Part("", (Box("name", "name"), Box("title", "titles"))),
        Part(
            "takes",
            (
                Box("intents", "ticks", "intents"),
                Box("languages", "ticks", "languages"),
                Box("channels", "ticks", "channels"),
                Box("tags", "words"),
            ),
        ),
        Part("members", (Box("members", "words", "people"), Box("capacity", "amount"))),
        Part("hours", HOURS),
    ),
    "service_levels": (
        Part("", (Box("name", "name"),)),
        Part(
            "holds",
            (
                Box("priorities", "ticks", "priorities"),
                Box("teams", "ticks", "teams"),
                Box("channels", "ticks", "channels"),
                Box("tags", "words"),
            ),
        ),
        Part(
            "promises",
            (
                Box("first_reply", "amount"),
                Box("next_reply", "amount"),
                Box("resolution", "amount"),
                Box("around_the_clock", "switch", usual=False),
            ),
        ),
        Part(
            "late",
            (
                Box("warn", "amount"),
                Box("escalate_team", "select", "teams"),
                Box("escalate_person", "text", "people"),
            ),
        ),
    ),
    "rules": (
        Part("", (Box("name", "name"),)),
        Part("when", (Box("when", "ticks", "events"),)),
        Part(
            "if",
            (
                Box("if.text", "words"),
                Box("if.intent", "ticks", "intents"),
                Box("if.tone", "ticks", "tones"),
                Box("if.language", "ticks", "languages"),
                Box("if.channel", "ticks", "channels"),
                Box("if.status", "ticks", "states"),
                Box("if.priority", "ticks", "priorities"),
                Box("if.team", "ticks", "teams_or_none"),
                Box("if.person", "ticks", "people_or_none"),
                Box("if.tag", "words"),
                Box("if.without_tag", "words"),
                Box("if.open", "either"),
                Box("if.identified", "either"),
                Box("if.risk", "pairs"),
                Box("if.fields", "pairs"),
                Box("if.event", "pairs"),
            ),
        ),
        Part("then", (Box("then", "deeds"),)),
        Part("live", (Box("live", "switch", usual=True),)),
    ),
    "fields": (
        Part("", (Box("name", "name"), Box("title", "titles"))),
        Part("holds_what", (Box("type", "select", "types", "text"), Box("choices", "words"))),
    ),
}

DEED_BOXES: Mapping[str, tuple[Box, ...]] = {
    "assign": (Box("team", "select", "teams"), Box("person", "text", "people"), Box("because", "text")),
    "prioritise": (Box("priority", "select", "priorities"),),
    "tag": (Box("add", "words"), Box("remove", "words")),
    "set_fields": (Box("fields", "pairs"),),
    "note": (Box("text", "text"), Box("mentions", "words", "people")),
    "close": (),
    "hand_back": (),
    "flag": (Box("reason", "text"),),
}
"""What each deed of a rule asks for."""

MOST_DEEDS = 20
NO_CALENDAR = "none"
"""How a form says that a team keeps no calendar where the house keeps one."""


def boxes_of(kind: Kind) -> list[Box]:
    """All boxes of a kind."""
    return [box for part in PARTS[kind] for box in part.boxes]


def values_of(kind: Kind, form: Form) -> dict[str, Any]:
    """The table that a form asks for; what makes no sense stays as it was written and is refused later."""
    values: dict[str, Any] = {}
    for box in boxes_of(kind):
        found = _deeds(form) if box.widget == "deeds" else _read(box, form, box.key)
        if found is not None and found != box.usual:
            outer, _, key = box.key.rpartition(".")
            (values.setdefault(outer, {}) if outer else values)[key] = found
    return values


def value_at(values: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - any value of a table
    """What stands at a key, or None; `title.zh` and the like may be written with dots, too."""
    found: Any = values
    for name in key.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def shown_as(box: Box, value: object) -> Any:  # noqa: ANN401 - what its widget shows
    """A value as its widget shows it: lists as lists, pairs as lines, titles in both languages."""
    match box.widget:
        case "ticks":
            return [str(one) for one in (value if isinstance(value, list) else [] if value is None else [value])]
        case "words" | "dates":
            return ", ".join(map(str, value)) if isinstance(value, list) else value or ""
        case "titles":
            return value if isinstance(value, Mapping) else {"zh": value or "", "en": value or ""}
        case "pairs" if isinstance(value, Mapping):
            listed = {name: one if isinstance(one, list) else [one] for name, one in value.items()}
            return "\n".join(f"{name} = {', '.join(map(str, one))}" for name, one in listed.items())
        case "switch":
            return box.usual if value is None else value
        case "select" if box.key == "calendar" and value == "":
            return NO_CALENDAR
        case "either" if value is not None:
            return "yes" if value else "no"
    return "" if value is None else value


def deeds_in(values: Mapping[str, Any], spare: int) -> list[dict[str, Any]]:
    """The deeds of a rule, and some empty ones."""
    found = values.get("then", [])
    listed = [dict(one) for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping)]
    return [*listed, *({} for _ in range(spare))][:MOST_DEEDS]


def _read(box: Box, form: Form, name: str) -> object:
    """What a form says of a box; None where it says nothing."""
    said = [one.strip() for one in form.get(name, ())]
    text = said[-1] if said else ""
    match box.widget:
        case "ticks":
            chosen = list(dict.fromkeys(said))
            return ([day for day in DAYS if day in chosen] if box.options == "days" else chosen) or None
        case "words":
            return _split(text) or None
        case "dates":
            return text.replace(",", " ").replace("，", " ").replace("、", " ").split() or None
        case "titles":
            zh, en = (form.get(f"{name}.{one}", [""])[-1].strip() for one in ("zh", "en"))
            return None if not zh and not en else zh if zh == en else {"zh": zh or en, "en": en or zh}
        case "amount":
            return _number(text) if text else None
        case "switch":
            return bool(said)
        case "either":
            return {"yes": True, "no": False}.get(text)
        case "pairs":
            return _pairs(text, single=name.endswith(("risk", "fields")) and not name.startswith("if.fields"))
        case "select" if box.key == "calendar" and text == NO_CALENDAR:
            return ""
    return text or None


def _deeds(form: Form) -> list[dict[str, Any]]:
    deeds: list[dict[str, Any]] = []
    for number in range(MOST_DEEDS):
        name = form.get(f"then.{number}.deed", [""])[-1]
        if name in DEEDS:
            found = {box.key: _read(box, form, f"then.{number}.{name}.{box.key}") for box in DEED_BOXES[name]}
            deeds.append({"deed": name} | {key: value for key, value in found.items() if value is not None})
    return deeds


def _split(text: str) -> list[str]:
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _pairs(text: str, *, single: bool) -> dict[str, Any] | str | None:
    """Lines such as `score = 1, 2`; a text that has another shape stays one."""
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, said = line.partition("=")
        if not equals or not name.strip():
            return text
        found[name.strip()] = _number(said.strip()) if single else [_number(one) for one in _split(said)]
    return found or None


def _number(text: str) -> object:
    """A number where the text is one."""
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
