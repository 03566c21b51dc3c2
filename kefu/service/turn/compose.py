"""Stage 复 compose: facts into sentences, each with its evidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from kefu.core.nouns import Conversation, Evidence, Fact, Language, Option, Outbound, Statement
from kefu.service.skills.catalog import Catalog, Texts
from kefu.service.skills.template import Formatter, fields, sentences


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before it has words: which one, the facts it may name, where they come from.

    `skill` is empty for the sentences of the house itself. `options` become the
    numbered list `{options}` and, with `offer`, the quick replies. `statements` are sentences
    that stand already, of the company's texts: they go out as they are.
    """

    section: str
    name: str
    skill: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    options: tuple[Option, ...] = ()
    quick_replies: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()


def compose(draft: Draft, talk: Conversation, catalog: Catalog, zone: tzinfo) -> Outbound:
    """Put a draft into the conversation's language.

    Of several variants the first that was not said lately is taken. Raises
    `KeyError` when the reply or one of its facts does not exist, which `kefu skill
    check` finds beforehand.
    """
    if draft.statements:
        return Outbound(draft.statements, talk.language, draft.quick_replies)
    texts = catalog.skills[draft.skill].replies if draft.skill else catalog.house
    language = talk.language if talk.language in texts else next(iter(texts))
    facts: dict[str, Fact] = dict(draft.facts)
    if draft.options:
        facts["options"] = _listed(draft.options, catalog.house, language)
    said = {line.text for line in talk.recent if line.by == "machine"}
    replies = [_fill(template, draft, facts, language, zone) for template in texts[language][draft.section][draft.name]]
    statements = next((reply for reply in replies if "".join(s.text for s in reply) not in said), replies[0])
    quick = texts[language].get("quick", {}).get(draft.name, ()) if draft.section == "say" else ()
    labels = tuple(option.label for option in draft.options)
    return Outbound(statements, language, draft.quick_replies or labels or quick)


def join(replies: Sequence[Outbound]) -> Outbound:
    """Several replies of one turn as one, with the quick replies of the last."""
    statements: list[Statement] = []
    for reply in replies:
        if statements and not statements[-1].text.endswith("\n"):
            statements[-1] = replace(statements[-1], text=statements[-1].text + "\n")
        statements += reply.statements
    return replace(replies[-1], statements=tuple(statements))


def _fill(
    template: str, draft: Draft, facts: Mapping[str, Fact], language: Language, zone: tzinfo
) -> tuple[Statement, ...]:
    fixed = Evidence(f"reply:{draft.skill or 'house'}/{draft.section}.{draft.name}")
    formatter = Formatter(language, zone)
    statements = []
    for sentence in sentences(template):
        evidence = (*draft.evidence, fixed) if fields(sentence) else (fixed,)
        statements.append(Statement(formatter.vformat(sentence, (), facts), evidence))
    return tuple(statements)


def _listed(options: Sequence[Option], house: Texts, language: Language) -> str:
    item = house[language]["word"]["options_item"][0]
    return "\n".join(item.format(number=number, label=option.label) for number, option in enumerate(options, start=1))
