"""Grade a skill folder: bronze, silver, gold, platinum, and what the next grade needs.

Bronze: nothing can go wrong for a silly reason. Silver: its dialogues come out right
in every language. Gold: enough examples and every reply reached. Platinum: nothing
unused, every case that customers meet is written down.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kefu.core.nouns import Language
from kefu.core.skill import Skill, Slot
from kefu.service.skills.template import fields

GRADES = ("none", "bronze", "silver", "gold", "platinum")
SILVER_EXAMPLES, GOLD_EXAMPLES, GOLD_LESSER_EXAMPLES = 20, 60, 20
"""Examples wanted per language: of every intent, of the main (first) intent, of the others."""

WORDS = ("quick", "option")
"""Sections that hold words to choose from, not sentences."""

MARKED = re.compile(r"\[([^\]]+)\]\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Played:
    """How the dialogues of a skill came out.

    `languages` are those in which there is a dialogue, `replies` the evidence that
    their replies carried (`reply:refund/say.done`); `failures` are readable.
    """

    dialogues: int = 0
    failures: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    replies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade that a folder has, and what is missing for the next one."""

    name: str
    missing: tuple[str, ...]


def grade(skill: Skill, played: Played, others: Mapping[str, str]) -> Grade:
    """Grade a skill; `others` maps the examples of all other skills to their intent."""
    reached = "none"
    for name, check in zip(GRADES[1:], (bronze, silver, gold, platinum), strict=True):
        missing = tuple(check(skill, played, others))
        if missing:
            return Grade(reached, missing)
        reached = name
    return Grade(reached, ())


def bronze(skill: Skill, played: Played, others: Mapping[str, str]) -> Iterator[str]:
    """What must hold before a customer meets the skill."""
    del played
    if not skill.owner:
        yield "skill.toml: say who owns the skill (owner = …)"
    if skill.risk == "write" and not any(step.kind == "confirm" for step in skill.steps):
        yield "skill.toml: a skill that writes needs a 'confirm' step"
    yield from _parts(skill)
    for query in skill.queries.values():
        if skill.identity and query.writes and not query.personal:
            yield f"queries/{query.name}.sql: must name :customer_id, because the skill needs an identity"
    for language in skill.languages:
        yield from _replies(skill, language)
        yield from _examples(skill, language, others)


def _parts(skill: Skill) -> Iterator[str]:
    """What the manifest names and the folder lacks."""
    for step in skill.steps:
        if step.kind == "ask" and step.name not in skill.slots:
            yield f"skill.toml: step 'ask {step.name}' has no [slots.{step.name}]"
        if step.kind == "do" and step.name not in skill.actions:
            yield f"actions.py: there is no async function {step.name}"
    for slot in skill.slots.values():
        if isinstance(slot.options, str) and slot.options not in skill.actions:
            yield f"actions.py: there is no async function {slot.options} (options of {slot.name})"
    for slot in skill.unasked:
        if not slot.entity:
            yield f"skill.toml: no step asks for [slots.{slot.name}] and no entity fills it"
    for kind, query in skill.lexicons.items():
        if query not in skill.queries:
            yield f"queries/{query}.sql is missing (lexicon of {kind})"


def _examples(skill: Skill, language: Language, others: Mapping[str, str]) -> Iterator[str]:
    known = Counter(intent for intent, _ in skill.examples[language])
    yield from (f"examples.{language}.txt: no example of {intent}" for intent in skill.intents if not known[intent])
    yield from (f"examples.{language}.txt: {i} is not in skill.toml" for i in known if i not in skill.intents)
    for intent, text in skill.examples[language]:
        if others.get(plain(text), intent) != intent:
            yield f"examples.{language}.txt: {plain(text)!r} is an example of {others[plain(text)]} too"


def _replies(skill: Skill, language: Language) -> Iterator[str]:
    replies = skill.replies[language]
    file = f"replies.{language}.toml"
    for step in skill.steps:
        if step.kind == "ask":
            wanted = _asked(step.name, skill.slots.get(step.name))
            yield from (f"{file}: [{s}] {name} is missing" for s, name in wanted if name not in replies[s])
        elif step.kind in ("confirm", "say"):
            names = skill.intents if step.name == "@intent" else (step.name,)
            kind = step.kind
            yield from (f"{file}: [{kind}] {name} is missing" for name in names if name not in replies[kind])
    yield from (f"{file}: [quick] {n} has no [say] {n} to go with" for n in replies["quick"] if n not in replies["say"])
    for section, entries in replies.items():
        for name, variants in entries.items():
            for other in skill.languages:
                theirs = skill.replies[other][section].get(name)
                if theirs is None:
                    yield f"replies.{other}.toml: [{section}] {name} is missing; {file} has it"
            if len({fields(variant) - {"options"} for variant in variants}) > 1 and section == "confirm":
                yield f"{file}: the variants of [{section}] {name} name different facts"


def _asked(name: str, slot: Slot | None) -> Iterator[tuple[str, str]]:
    """The sections and names of the words that a slot needs; a free answer is never asked for again."""
    yield "ask", name
    if slot is None:
        return
    if not slot.free:
        yield "again", name
    if isinstance(slot.options, str) and not slot.is_open:
        yield "none", name
    if isinstance(slot.options, tuple):
        yield from (("option", value) for value in slot.options)


def silver(skill: Skill, played: Played, others: Mapping[str, str]) -> Iterator[str]:
    """What must hold before customers are sent to the skill."""
    del others
    yield from played.failures
    if not played.dialogues:
        yield "dialogues.md: no dialogue"
    yield from (f"dialogues.md: no dialogue in {x}" for x in skill.languages if x not in played.languages)
    yield from few(skill, skill.intents, SILVER_EXAMPLES)


def gold(skill: Skill, played: Played, others: Mapping[str, str]) -> Iterator[str]:
    """What must hold before the skill is shown to others as a model."""
    del others
    yield from few(skill, skill.intents[:1], GOLD_EXAMPLES)
    yield from few(skill, skill.intents[1:], GOLD_LESSER_EXAMPLES)
    for section, entries in skill.replies[skill.languages[0]].items():
        for name in entries if section not in WORDS else ():
            if f"reply:{skill.name}/{section}.{name}" not in played.replies:
                yield f"dialogues.md: no dialogue reaches [{section}] {name}"


def platinum(skill: Skill, played: Played, others: Mapping[str, str]) -> Iterator[str]:
    """What must hold for the skill to be without loose ends."""
    del others
    wanted = 2 * len(skill.languages)
    if played.dialogues < wanted:
        yield f"dialogues.md: {played.dialogues} dialogues; {wanted} are wanted, of the bad cases too"
    for language in skill.languages:
        said = Counter(plain(text) for _, text in skill.examples[language])
        yield from (f"examples.{language}.txt: {text!r} stands there {n} times" for text, n in said.items() if n > 1)


def few(skill: Skill, intents: Sequence[str], wanted: int) -> Iterator[str]:
    """Where examples are lacking."""
    for language in skill.languages:
        known = Counter(intent for intent, _ in skill.examples[language])
        for intent in intents:
            if known[intent] < wanted:
                yield f"examples.{language}.txt: {intent} has {known[intent]} examples; {wanted} are wanted"


def plain(text: str) -> str:
    """An example without the marks of its entities."""
    return MARKED.sub(r"\1", text).strip()


def all_examples(skills: Collection[Skill]) -> dict[str, str]:
    """Every example of some skills with its intent."""
    return {plain(text): intent for skill in skills for pairs in skill.examples.values() for intent, text in pairs}
