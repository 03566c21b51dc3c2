"""What a form of the plan offers to choose from, and how values read to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from kefu.app.clerk.tables import Kind, Table
from kefu.core.events import KINDS
from kefu.core.nouns import Language
from kefu.core.work import Priority, Status
from kefu.service.desk.fields import Kind as FieldType
from kefu.service.desk.hours import DAYS
from kefu.service.desk.rules import Tone
from kefu.web.hall import Hall
from kefu.web.pages.plan.forms import DEED_BOXES, NO_CALENDAR, Box, boxes_of, deeds_in, shown_as, value_at
from kefu.web.words import LANGUAGES, words_in

COMMON = (
    "MessageUnderstood", "HandedOff", "ConversationOpened", "TicketOpened", "PersonReplied", "Assigned", "Tagged",
    "Closed", "Reopened", "Rated", "TargetNear", "TargetMissed",
)  # fmt: skip
"""Events that rules wait for most; all others come behind them."""

NEVER = ("RuleApplied", "TurnTraced")
"""No rule waits for these."""

Options = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists of a language that boxes choose from: each value with its words."""

    language: Language
    options: Options

    def offered(self, box: Box, chosen: Sequence[str] = ()) -> list[tuple[str, str]]:
        """What a box offers, with values that stand in the file though nobody knows them."""
        known = list(self.options.get(box.options, ()))
        return known + [(one, one) for one in chosen if one not in dict(known)]

    def lines(self, table: Table) -> list[tuple[str, str]]:
        """A table in words: the names of its boxes, and what they hold."""
        say = words_in(self.language).say
        found = []
        for box in boxes_of(table.kind):
            value = value_at(table.values, box.key)
            if value is not None and box.key not in ("name", "title", "live"):
                found.append((say(f"plan_{table.kind}", box.key.replace(".", "_")), self.said(box, value)))
        return found

    def changes(self, kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """What differs between two states of a table, in words."""
        say = words_in(self.language).say
        found = []
        for box in boxes_of(kind):
            old, new = value_at(before, box.key), value_at(after, box.key)
            if old != new:
                words = ["—" if one is None else self.said(box, one) for one in (old, new)]
                found.append((say(f"plan_{kind}", box.key.replace(".", "_")), words[0], words[1]))
        return found

    def said(self, box: Box, value: object) -> str:
        """A value in words."""
        say, shown = words_in(self.language).say, shown_as(box, value)
        names = dict(self.options.get(box.options, ()))
        comma = say("plan", "comma")
        match box.widget:
            case "ticks":
                return comma.join(names.get(one, one) for one in shown)
            case "select":
                return names.get(str(shown), str(shown))
            case "switch":
                return say("yes_no", "yes" if value else "no")
            case "either":
                return say("yes_no", str(shown))
            case "titles":
                return str(shown.get(self.language) or next(iter(shown.values()), ""))
            case "pairs":
                return "; ".join(str(shown).splitlines())
            case "deeds":
                return say("plan", "then_also").join(map(self._deed, deeds_in({"then": value}, 0)))
        return str(shown)

    def _deed(self, deed: Mapping[str, Any]) -> str:
        name = str(deed.get("deed", ""))
        told = [self.said(box, deed[box.key]) for box in DEED_BOXES.get(name, ()) if box.key in deed]
        return " ".join(
            filter(
                None,
                (
                    words_in(self.language).say("plan_deeds", name),
                    words_in(self.language).say("plan", "comma").join(told),
                ),
            )
        )


def choices_of(hall: Hall, teams: Sequence[Table], people: Sequence[str], language: Language) -> Choices:
    """Everything that forms offer here: what this house has of it, and what kefu knows of."""
    say = words_in(language).say
    titles = [(one.name, _title(one, language)) for one in teams]
    nobody = ("", say("inbox", "nobody"))
    known = sorted({*people, *(str(name) for one in teams for name in _listed(one.values.get("members")))})
    names = [(one, one) for one in known]
    events = [*COMMON, *(one for one in KINDS if one not in (*COMMON, *NEVER))]
    return Choices(
        language,
        {
            "intents": _said([*hall.kefu.catalog.by_intent], lambda one: hall.kefu.catalog.title_of(one, language)),
            "languages": _said(LANGUAGES, lambda one: say("inbox_languages", one)),
            "channels": _said([*hall.kefu.channels], str),
            "priorities": _said(get_args(Priority), lambda one: say("inbox_priority", one)),
            "tones": _said(get_args(Tone), lambda one: say("plan_tones", one)),
            "states": _said(get_args(Status), lambda one: say("inbox_status", one)),
            "types": _said(get_args(FieldType), lambda one: say("plan_types", one)),
            "days": _said(DAYS, lambda one: say("weekdays", one)),
            "calendars": [("cn", say("plan", "calendar_cn")), (NO_CALENDAR, say("plan", "calendar_none"))],
            "events": _said(events, lambda one: say("kinds", one)),
            "teams": titles,
            "teams_or_none": [nobody, *titles],
            "people": names,
            "people_or_none": [nobody, *names],
        },
    )


def _said(values: Sequence[str], words: Callable[[str], str]) -> list[tuple[str, str]]:
    return [(one, words(one)) for one in values]


def _title(team: Table, language: Language) -> str:
    title = team.values.get("title")
    return str(title.get(language) or team.name) if isinstance(title, Mapping) else str(title or team.name)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
