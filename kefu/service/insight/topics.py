"""What a topic means for the company: how many came with it, how they felt, what became of them. Pure.

Every figure is a list of messages or visits that is counted, so that what is behind it can be shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kefu.core.ports.insight import Mention, Topic, Trouble
from kefu.core.ports.reports import Fact
from kefu.service.insight.figures import FIGURES, Rate, is_contained, is_silent
from kefu.service.insight.report import Period
from kefu.service.insight.visits import BAD_RATING

Key = tuple[str, int]
"""A visit: its conversation, and the number of its first event."""

ACTS = ("complaint", "suggestion")
TYPICAL = 0.55
"""The cosine to its topic's centre from which a message is one that a skill's examples would recognise."""
SIMPLE_ANSWERS = 2
"""So many answers of a colleague at most, for something that a skill could have done."""
PEOPLE = frozenset(
    "customer_asked taken assigned angry complaint ticket_complaint ticket_suggestion attachment".split()
)
"""Why people are wanted for their own sake: no skill would change it."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Growth:
    """How many times as many visits as in the equally long time before, with an interval of 95 %; None of nothing."""

    now: int
    before: int

    @property
    def ratio(self) -> float | None:
        """1 is unchanged."""
        return self.now / self.before if self.before else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """By Wilson's interval for the share of the later half: both counts are Poisson's."""
        found = Rate(self.now, self.now + self.before).interval
        if found is None:
            return None
        low, high = found
        return low / (1 - low) if low < 1 else float("inf"), high / (1 - high) if high < 1 else float("inf")

    @property
    def direction(self) -> int:
        """1 where it surely rises, -1 where it falls, 0 where chance may explain it."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return 1 if low > 1 else -1 if high < 1 else 0


@dataclass(frozen=True, slots=True)
class Figures:
    """A topic over a period.

    `visits` are those with a message of it, `share` of all visits with any. `tone` is the mean sentiment, from -1 to
    1. Rates are of its visits. `hours` are those that people worked on these visits, in all. `simple` are the visits
    that a new skill would likely have served: people were wanted, the message is typical of its topic, and a
    colleague settled it with two answers at most; of all visits.
    """

    topic: Topic
    messages: int
    visits: int
    share: Rate
    growth: Growth
    tone: float
    angry: Rate
    contained: Rate
    helped: Rate
    handed: Rate
    unanswered: Rate
    badly_rated: Rate
    hours: float
    simple: Rate
    acts: Mapping[str, int]
    troubles: Mapping[Trouble, int]
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wage:
    """What an hour of a colleague costs the company, all in all, in a currency; 0: nobody said."""

    hour: float = 0.0
    currency: str = ""

    def of(self, hours: float) -> float | None:
        """What so many hours cost; None where nobody said what one costs."""
        return round(hours * self.hour, 2) if self.hour > 0 else None


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures are made of: the messages and visits of a period and of the time before."""

    mentions: Sequence[Mention]
    facts: Mapping[Key, Fact]
    period: Period

    @classmethod
    def of(cls, mentions: Sequence[Mention], facts: Iterable[Fact], period: Period) -> Ground:
        """Put them together."""
        return cls(mentions, {(one.conversation_id, one.number): one for one in facts}, period)

    @property
    def covers(self) -> bool:
        """Whether the time before is known whole; where nobody wrote on its first two days, it is not."""
        first = before(self.period).since
        return any(one.day <= first + DAY for one in self.mentions)

    def within(self, day: date) -> bool:
        """Whether a day is of the period, not of the time before."""
        return self.period.since <= day <= self.period.until


def before(period: Period) -> Period:
    """The equally long time before."""
    days = (period.until - period.since).days + 1
    return Period(period.since - DAY * days, period.since - DAY)


def key_of(one: Mention) -> Key:
    """The visit of a message."""
    return one.conversation_id, one.visit


def figures(topics: Sequence[Topic], ground: Ground) -> list[Figures]:
    """Every topic and family that had a message in the period, most visits first."""
    by_topic: dict[str, list[Mention]] = defaultdict(list)
    families = {topic.id: topic.family for topic in topics}
    for one in ground.mentions:
        if one.topic in families:
            by_topic[one.topic].append(one)
            if family := families[one.topic]:
                by_topic[family].append(one)
    everyone = len({key_of(one) for one in ground.mentions if ground.within(one.day)})
    found = [_figures(topic, by_topic[topic.id], ground, everyone) for topic in topics if topic.id in by_topic]
    return sorted((one for one in found if one.messages), key=lambda one: (-one.visits, one.topic.id))


def _figures(topic: Topic, mentions: Sequence[Mention], ground: Ground, everyone: int) -> Figures:
    now = [one for one in mentions if ground.within(one.day)]
    keys = {key_of(one) for one in now}
    earlier = {key_of(one) for one in mentions if not ground.within(one.day)} if ground.covers else set()
    facts = [ground.facts[key] for key in keys if key in ground.facts]
    total = len(facts)
    return Figures(
        topic=topic,
        messages=len(now),
        visits=len(keys),
        share=Rate(len(keys), everyone),
        growth=Growth(len(keys) if ground.covers else 0, len(earlier)),
        tone=sum(one.sentiment for one in now) / len(now) if now else 0.0,
        angry=Rate(sum(one.anger >= 0.5 for one in now), len(now)),
        contained=Rate(sum(map(is_contained, facts)), total),
        helped=Rate(sum(map(is_silent, facts)), total),
        handed=Rate(sum(one.handed is not None for one in facts), total),
        unanswered=Rate(len({key_of(one) for one in now if "unanswered" in one.troubles}), len(keys)),
        badly_rated=Rate(sum(0 < one.rating <= BAD_RATING for one in facts), sum(one.rating > 0 for one in facts)),
        hours=sum(one.worked_s for one in facts) / 3600,
        simple=Rate(len({key_of(one) for one in now if is_simple(one, ground.facts.get(key_of(one)))}), everyone),
        acts=Counter(one.act for one in now if one.act in ACTS),
        troubles=Counter(trouble for one in now for trouble in one.troubles),
        languages=Counter(one.language for one in now),
    )


def is_simple(mention: Mention, fact: Fact | None) -> bool:
    """Whether a skill would likely have served this visit: see `Figures.simple`."""
    if fact is None or fact.handed is None or fact.reason in PEOPLE or mention.closeness < TYPICAL:
        return False
    return 0 < fact.answers <= SIMPLE_ANSWERS and not 0 < fact.rating <= BAD_RATING


def counted(mentions: Iterable[Mention], facts: Mapping[Key, Fact], figure: str) -> list[Mention]:
    """The messages of visits that a figure counts: one of `FIGURES`, or `simple`. Raises `KeyError` for another."""
    counts = None if figure == "simple" else FIGURES[figure]
    pairs = ((one, facts.get(key_of(one))) for one in mentions)
    return [one for one, fact in pairs if (counts(fact) if counts and fact else is_simple(one, fact))]


def by_day(mentions: Iterable[Mention], period: Period) -> list[tuple[date, int]]:
    """How many messages each day of the period had."""
    counts = Counter(one.day for one in mentions)
    return [(day, counts[day]) for day in period.days]


def of_topic(mentions: Iterable[Mention], topic: str, topics: Sequence[Topic]) -> list[Mention]:
    """The messages of a topic, or of all topics of a family."""
    ids = {topic, *(one.id for one in topics if one.family == topic)}
    return [one for one in mentions if one.topic in ids]


def quotes(mentions: Iterable[Mention], most: int) -> list[Mention]:
    """The most typical messages, each text once."""
    chosen: dict[str, Mention] = {}
    for one in sorted(mentions, key=lambda one: (-one.closeness, one.at, one.conversation_id)):
        chosen.setdefault(one.text.strip(), one)
        if len(chosen) == most:
            break
    return list(chosen.values())


def troubled(mentions: Iterable[Mention], facts: Mapping[Key, Fact], trouble: str) -> list[Mention]:
    """The messages where the machine failed in a way: a `Trouble`, or `rated_low`, or `any`."""
    match trouble:
        case "any":
            return [one for one in mentions if one.troubles or _is_low(facts.get(key_of(one)))]
        case "rated_low":
            return [one for one in mentions if _is_low(facts.get(key_of(one)))]
    return [one for one in mentions if trouble in one.troubles]


def _is_low(fact: Fact | None) -> bool:
    return fact is not None and 0 < fact.rating <= BAD_RATING
