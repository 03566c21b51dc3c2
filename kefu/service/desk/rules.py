"""Automation rules: when something happens, if this holds, then do that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal, get_args

from kefu.core.errors import BadInput
from kefu.core.events import KINDS, Event, RuleApplied
from kefu.core.nouns import Conversation, Language
from kefu.core.work import Priority, Status
from kefu.service.desk.case import HOUSE, Case
from kefu.service.desk.deeds import (
    Assign,
    Close,
    Deed,
    Flag,
    HandBack,
    Note,
    Prioritise,
    SetFields,
    Tag,
    events_of_all,
)
from kefu.service.desk.terms import BadTerm, Terms, tables_of
from kefu.service.dialogue.fold import PRESSING

Tone = Literal["angry", "negative", "positive", "pressing"]
DEEDS: Mapping[str, type] = {
    "assign": Assign,
    "prioritise": Prioritise,
    "tag": Tag,
    "set_fields": SetFields,
    "note": Note,
    "close": Close,
    "hand_back": HandBack,
    "flag": Flag,
}
"""What a rule may do: nothing that a customer reads as a person's word."""

CLEAR = 0.3
"""Sentiment beyond which a message is positive or negative."""


@dataclass(frozen=True, slots=True)
class If:
    """What must hold, all of it; an empty list or None asks nothing.

    Of a list one is enough: `text` is contained in the latest message, `intent` is what it wants, `person` and `team`
    have the conversation (an empty text: nobody). `open` is whether its team is there, `identified` whether the
    customer proved who they are. `fields` are values of the conversation, `event` of what happened. `risk` names
    predictors with what the forecast for the customer is at least.
    """

    text: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    tone: tuple[Tone, ...] = ()
    language: tuple[Language, ...] = ()
    channel: tuple[str, ...] = ()
    status: tuple[Status, ...] = ()
    priority: tuple[Priority, ...] = ()
    team: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    without_tag: tuple[str, ...] = ()
    open: bool | None = None
    identified: bool | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    event: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    risk: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; one that is not `live` is only tried on what happened before."""

    name: str
    when: tuple[str, ...]
    needs: If
    then: tuple[Deed, ...]
    live: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happened, the conversation that it is judged by, and whether its team was there then."""

    event: Event
    talk: Conversation
    case: Case
    open: bool
    risks: Mapping[str, float] = field(default_factory=dict)


def holds(rule: Rule, scene: Scene) -> bool:
    """Whether a rule holds."""
    needs, talk, case = rule.needs, scene.talk, scene.case
    text = case.text.casefold()
    listed = (
        (needs.intent, case.intent),
        (needs.language, talk.language),
        (needs.channel, talk.channel),
        (needs.status, talk.status),
        (needs.priority, talk.work.priority),
        (needs.team, talk.work.team),
        (needs.person, talk.work.person),
    )
    return (
        type(scene.event).__name__ in rule.when
        and all(not wanted or has in wanted for wanted, has in listed)
        and (not needs.text or any(part.casefold() in text for part in needs.text))
        and (not needs.tone or bool({*needs.tone} & _tones(case)))
        and (not needs.tag or bool({*needs.tag} & {*talk.work.tags}))
        and not {*needs.without_tag} & {*talk.work.tags}
        and needs.open in (None, scene.open)
        and needs.identified in (None, talk.identity is not None)
        and all(talk.work.fields.get(name, "") in wanted for name, wanted in needs.fields.items())
        and all(str(getattr(scene.event, name, "")) in wanted for name, wanted in needs.event.items())
        and all(scene.risks.get(name, -1.0) >= least for name, least in needs.risk.items())
    )


def applied(rule: Rule, event: Event, talk: Conversation, now: datetime) -> tuple[Event, ...]:
    """What a rule does to a conversation; nothing where all is so already."""
    try:
        done, _ = events_of_all(rule.then, talk, HOUSE, now)
    except BadInput:
        return ()
    return (RuleApplied(now, rule.name, type(event).__name__), *done) if done else ()


def _tones(case: Case) -> set[Tone]:
    found: dict[Tone, bool] = {
        "angry": case.anger >= PRESSING,
        "pressing": case.urgency >= PRESSING,
        "negative": case.sentiment <= -CLEAR,
        "positive": case.sentiment >= CLEAR,
    }
    return {tone for tone, is_so in found.items() if is_so}


def parse_rules(tables: object, place: str = "rules") -> tuple[Rule, ...]:
    """Read `[[rules]]`; raises `BadConfig` with the number of the table, or the rule's name."""
    rules = tuple(_parse(terms) for terms in tables_of(place, tables))
    if len({rule.name for rule in rules}) < len(rules):
        raise BadTerm(f"kefu.toml [[{place}]]: two rules have the same name; give each its own.", "name", "twice")
    return rules


def _parse(terms: Terms) -> Rule:
    name = terms.name()
    terms.place = f"{terms.place} {name!r}"
    when = terms.choices("when", tuple(KINDS))
    if not when or "RuleApplied" in when:
        said = f"kefu.toml [{terms.place}]: when names the event that it waits for, and not RuleApplied."
        raise BadTerm(said, "when", "when")
    rule = Rule(name, when, _needs(terms.inner("if"), when), _then(terms), terms.yes("live", usual=True))
    terms.done()
    return rule


def _needs(terms: Terms, when: Sequence[str]) -> If:
    found = If(
        text=terms.texts("text"),
        intent=terms.texts("intent"),
        tone=terms.choices("tone", get_args(Tone)),
        language=terms.choices("language", get_args(Language)),
        channel=terms.texts("channel"),
        status=terms.choices("status", get_args(Status)),
        priority=terms.choices("priority", get_args(Priority)),
        team=terms.texts("team"),
        person=terms.texts("person"),
        tag=terms.texts("tag"),
        without_tag=terms.texts("without_tag"),
        open=terms.perhaps("open"),
        identified=terms.perhaps("identified"),
        fields=terms.lists("fields"),
        event=terms.lists("event"),
        risk=_risks(terms),
    )
    terms.done()
    for name in found.event:
        for kind in when:
            if name not in {one.name for one in fields(KINDS[kind])}:
                said = f"kefu.toml [{terms.place}]: {kind} has no {name!r}; see the page about events."
                raise BadTerm(said, "if.event", "event", name)
    return found


def _risks(terms: Terms) -> Mapping[str, float]:
    try:
        return {name: float(values[0]) for name, values in terms.lists("risk").items()}
    except (ValueError, IndexError) as error:
        said = f"kefu.toml [{terms.place}]: write risk = {{ at_risk = 0.6 }}, a share of each."
        raise BadTerm(said, "if.risk", "risk") from error


def _then(terms: Terms) -> tuple[Deed, ...]:
    tables = terms.inner_tables("then")
    if not tables:
        raise BadTerm(f"kefu.toml [{terms.place}]: then is missing; say what to do.", "then", "then")
    return tuple(_deed(one) for one in tables)


def _deed(terms: Terms) -> Deed:
    (name,) = terms.choices("deed", tuple(DEEDS)) or ("",)
    if not name:
        said = f"kefu.toml [{terms.place}]: deed is missing; it is one of {', '.join(DEEDS)}."
        raise BadTerm(said, "then", "then")
    kind = DEEDS[name]
    values: dict[str, object] = {}
    for one in fields(kind):
        if one.name != "deed" and one.name in terms.table:
            plain = str(one.type)
            if plain == "Priority":
                values[one.name] = terms.choices(one.name, get_args(Priority))[0]
            elif plain.startswith("tuple"):
                values[one.name] = terms.texts(one.name)
            elif plain.startswith("Mapping"):
                values[one.name] = {key: value[0] for key, value in terms.lists(one.name).items()}
            else:
                values[one.name] = terms.text(one.name)
    terms.knows(*(one.name for one in fields(kind)))
    terms.done()
    try:
        deed: Deed = kind(**values)
    except TypeError as error:
        said = f"kefu.toml [{terms.place}]: {name} {str(error).partition(') ')[2]}."
        raise BadTerm(said, "then", "deed", name) from error
    return deed
