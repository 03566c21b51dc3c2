"""Why routing, rules and service levels did what they did, in words: the signs of `because` read to people."""

from __future__ import annotations

from collections.abc import Callable

from kefu.core.events import KINDS, Assigned, Escalated, Event, RuleApplied, Woken
from kefu.core.nouns import Language
from kefu.service.skills.catalog import Catalog
from kefu.web.words import words_in

Words = Callable[[str], str]


def reason_of(event: Event, language: Language, catalog: Catalog) -> str:
    """The reason of an event in a language; empty where it gives none, a colleague's own words as they stand."""
    match event:
        case Assigned():
            return _signs(event.because, language, catalog)
        case Escalated():
            return words_in(language).say("reasons", "missed", what=words_in(language).say("targets", event.because))
        case RuleApplied() if event.because in KINDS:
            return words_in(language).say("reasons", "when", what=words_in(language).say("kinds", event.because))
        case Woken():
            return words_in(language).say("woken", event.because)
    return ""


def _signs(because: str, language: Language, catalog: Catalog) -> str:
    """Signs such as `skill:refund load:1/4`; a text of another shape is somebody's own."""
    say = words_in(language).say
    found = []
    for sign in because.split():
        kind, colon, value = sign.partition(":")
        if sign in SIMPLE:
            found.append(say("reasons", sign))
        elif colon and kind == "load" and value.count("/") == 1:
            load, _, capacity = value.partition("/")
            found.append(say("reasons", "load", load=load, capacity=capacity))
        elif colon and kind in NAMED:
            found.append(say("reasons", kind, what=_named(kind, value, language, catalog)))
        else:
            return because
    return say("reasons", "between").join(found)


SIMPLE = ("served_before", "usual")
NAMED = ("skill", "intent", "language", "tag", "channel")


def _named(kind: str, value: str, language: Language, catalog: Catalog) -> str:
    if kind == "language":
        return words_in(language).say("inbox_languages", value)
    skill = catalog.skills.get(catalog.by_intent.get(value, "")) if kind in ("intent", "skill") else None
    return skill.title.get(language, value) if skill else value
