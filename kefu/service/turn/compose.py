"""Stage 复 compose: facts into sentences, each with its evidence. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import lru_cache

from typing_extensions import override

from kefu.core.nouns import Conversation, Evidence, Fact, Language, Option, Outbound, Statement
from kefu.service.skills.catalog import Catalog, Texts

SENTENCE_END = re.compile(r"(?<=[。！？\n])(?=[^。！？\n”」』）)])|(?<=[.!?]\s)")
"""Where one sentence ends and the next begins; cut there, sentences give the text back."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before it has words: which one, the facts it may name, where they come from.

    `skill` is empty for the sentences of the house itself. `options` become the
    numbered list `{options}` and, with `offer`, the quick replies.
    """

    section: str
    name: str
    skill: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    options: tuple[Option, ...] = ()
    quick_replies: tuple[str, ...] = ()


def compose(draft: Draft, talk: Conversation, catalog: Catalog, zone: tzinfo) -> Outbound:
    """Put a draft into the conversation's language.

    Of several variants the first that was not said lately is taken. Raises
    `KeyError` when the reply or one of its facts does not exist, which `kefu skill
    check` finds beforehand.
    """
    texts = catalog.skills[draft.skill].replies if draft.skill else catalog.house
    language = talk.language if talk.language in texts else next(iter(texts))
    facts: dict[str, Fact] = dict(draft.facts)
    if draft.options:
        facts["options"] = _listed(draft.options, catalog.house, language)
    said = {line.text for line in talk.recent if line.by == "machine"}
    replies = [_fill(template, draft, facts, language, zone) for template in texts[language][draft.section][draft.name]]
    statements = next((reply for reply in replies if "".join(s.text for s in reply) not in said), replies[0])
    return Outbound(statements, language, draft.quick_replies or tuple(option.label for option in draft.options))


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
        named = bool(fields(sentence))
        evidence = draft.evidence if named and draft.evidence else (fixed,)
        statements.append(Statement(formatter.vformat(sentence, (), facts), evidence))
    return tuple(statements)


@lru_cache(maxsize=2048)
def sentences(template: str) -> tuple[str, ...]:
    """Cut a template into sentences; placeholders stay whole."""
    return tuple(part for part in SENTENCE_END.split(template) if part)


@lru_cache(maxsize=2048)
def fields(template: str) -> frozenset[str]:
    """The names of the facts that a template uses."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _listed(options: Sequence[Option], house: Texts, language: Language) -> str:
    item = house[language]["word"]["options_item"][0]
    return "\n".join(item.format(number=number, label=option.label) for number, option in enumerate(options, start=1))


class Formatter(string.Formatter):
    """Writes facts the way people of a language write them.

    Formats: `date`, `time`, `datetime`, `money` (an amount in fen), `percent`, and a
    plural written as `# lesson|# lessons`, where # is the number.
    """

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self._language = language
        self._zone = zone

    @override
    def format_field(self, value: object, format_spec: str) -> str:
        """One fact in the format that its placeholder asks for."""
        match format_spec:
            case "date":
                return self._date(_moment(value, self._zone))
            case "time":
                return f"{_moment(value, self._zone):%H:%M}"
            case "datetime":
                moment = _moment(value, self._zone)
                return f"{self._date(moment)}{' ' if self._language == 'zh' else ', '}{moment:%H:%M}"
            case "money":
                return money(int(str(value)))
            case "percent":
                return f"{float(str(value)):.0%}"
        if "|" in format_spec:
            one, many = format_spec.split("|", 1)
            return (one if value == 1 else many).replace("#", str(value))
        return str(super().format_field(value, format_spec))

    def _date(self, moment: datetime) -> str:
        if self._language == "zh":
            return f"{moment.year}年{moment.month}月{moment.day}日"
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def money(fen: int) -> str:
    """An amount in fen as yuan: ¥1,299 or ¥12.50."""
    return f"¥{fen // 100:,}" if fen % 100 == 0 else f"¥{fen / 100:,.2f}"


def _moment(value: object, zone: tzinfo) -> datetime:
    """A date, a time or an ISO text (as databases keep them) as a local time."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    raise TypeError(f"{value!r} is no date; give a date, a datetime or an ISO text")
