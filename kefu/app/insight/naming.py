"""Gives topics their names in both languages, and the id that they had before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kefu.ai.topics.names import name_topics
from kefu.core.nouns import Language
from kefu.core.ports.insight import Mention, Topic

LANGUAGES: tuple[Language, ...] = ("zh", "en")
NAMED_BY = 400
"""Messages of a topic in which its name is found, the most typical ones."""
FEW = 3
"""Messages in a language below which the examples of its intent are taken."""
SAME = 0.5
"""The share of a topic's messages that an old one had, from which it is the same and keeps its id; the share in which
one intent must have been read to be the topic's."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a house calls things, by language and intent.

    `titles` name the largest topic that is an intent's, before the customers' words; `examples` are sentences that name
    a topic in a language in which nobody spoke of it yet.
    """

    titles: Mapping[tuple[Language, str], str]
    examples: Mapping[tuple[Language, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the family of each topic, and the topic (-1: none) and closeness of each message."""

    families: Sequence[int]
    numbers: Sequence[int]
    closeness: Sequence[float]

    def members(self) -> list[list[int]]:
        """The messages of each topic, the closest first."""
        members: list[list[int]] = [[] for _ in self.families]
        for at in sorted(range(len(self.numbers)), key=lambda at: -self.closeness[at]):
            if self.numbers[at] >= 0:
                members[self.numbers[at]].append(at)
        return members


@dataclass(frozen=True, slots=True)
class _Group:
    """A topic or a family on its way: its id, that of its family, its messages."""

    id: str
    family: str
    mentions: Sequence[Mention]

    @property
    def intent(self) -> str:
        """What most of its messages were read as."""
        return _most([one.intent for one in self.mentions])


def identify(
    found: Found, mentions: Sequence[Mention], before: Sequence[Topic], names: Names, now: datetime
) -> tuple[list[Topic], list[str]]:
    """The topics, each family before its own, and the id of each number; what was there before keeps its id.

    A family of a single topic is none.
    """
    said = [[mentions[at] for at in some] for some in found.members()]
    old, stamp, used = {one.id: one for one in before}, f"{int(now.timestamp()):x}", set[str]()
    ids = [_same([one.topic for one in some], used) or f"{stamp}-{number}" for number, some in enumerate(said)]
    families: dict[int, list[int]] = defaultdict(list)
    for number, family in enumerate(found.families):
        if said[number]:
            families[family].append(number)
    groups: list[_Group] = []
    for place, numbers in families.items():
        above = ""
        if len(numbers) > 1:
            theirs = [old[ids[number]].family for number in numbers if ids[number] in old]
            above = _same(theirs, used) or f"{stamp}-f{place}"
            groups.append(_Group(above, "", [one for number in numbers for one in said[number]]))
        groups += [_Group(ids[number], above, said[number]) for number in numbers]
    phrases = _phrases([one for one in groups if one.family], names) | _phrases(
        [one for one in groups if not one.family], names
    )
    topics = [
        Topic(one.id, one.family, phrases[one.id], one.intent, old[one.id].since if one.id in old else now)
        for one in groups
    ]
    return topics, ids


def _phrases(groups: Sequence[_Group], names: Names) -> dict[str, dict[Language, tuple[str, ...]]]:
    """The names of topics of one level, each told from the others of that level."""
    found: dict[str, dict[Language, tuple[str, ...]]] = {one.id: {} for one in groups}
    for language in LANGUAGES:
        texts = [_said(one, language, names) for one in groups]
        for one, phrases in zip(groups, name_topics(texts), strict=True):
            found[one.id][language] = (*_title(one, groups, language, names), *phrases)
    return found


def _title(group: _Group, groups: Sequence[_Group], language: Language, names: Names) -> tuple[str, ...]:
    """The title of a group's intent, where no other group has more of it."""
    title = names.titles.get((language, group.intent))
    most = max(len(one.mentions) for one in groups if one.intent == group.intent)
    return (title,) if title and group.intent and not group.family and len(group.mentions) == most else ()


def _said(group: _Group, language: Language, names: Names) -> list[str]:
    own = [one.text for one in group.mentions if one.language == language][:NAMED_BY]
    return own if len(own) >= FEW else [*own, *names.examples.get((language, group.intent), ())]


def _most(values: Sequence[str]) -> str:
    """The value that at least half have, or nothing."""
    known = Counter(value for value in values if value)
    if not known:
        return ""
    value, count = known.most_common(1)[0]
    return value if count >= SAME * len(values) else ""


def _same(values: Sequence[str], used: set[str]) -> str:
    """The old id that most of a group had, unless another took it."""
    value = _most(values)
    if not value or value in used:
        return ""
    used.add(value)
    return value
