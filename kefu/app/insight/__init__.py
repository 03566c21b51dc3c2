"""What customers tell the company: topics, alarms, troubles, quality; kept up in the background, read by who may."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from kefu.app.config import Config
from kefu.app.insight.gather import Gathering
from kefu.app.insight.mine import Plan
from kefu.app.insight.naming import Names
from kefu.app.insight.run import FOLDER
from kefu.app.insight.work import Reading
from kefu.app.reporting import FIGURES, MOST_AT_ONCE, Reporting
from kefu.core.errors import BadConfig, BadInput, NotFound
from kefu.core.events import MessageReceived, PersonReplied, Replied
from kefu.core.nouns import Guarded, Language
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Alarm, Label, Mention, Score, Settlement, Topic
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory
from kefu.service.desk.hours import Hours
from kefu.service.insight.agreement import Agreement, agreements, between_people, draw
from kefu.service.insight.quality import finished
from kefu.service.insight.report import Period
from kefu.service.insight.topics import Figures, Ground, Wage, before, counted, figures, of_topic, troubled
from kefu.service.skills.catalog import Catalog
from kefu.service.skills.grade import plain

DRAWN = 40
"""Visits that colleagues are asked to label."""
USUAL_HOURS = 24.0
"""How old topics may be where they are found anew by command alone."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What customers said in a period: the figures of each topic, and the messages and visits behind them.

    `ground` also holds the equally long time before. `found_at` is when topics were looked for; None: never.
    """

    figures: Sequence[Figures]
    topics: Sequence[Topic]
    alarms: Sequence[Alarm]
    ground: Ground
    found_at: datetime | None

    @property
    def mentions(self) -> list[Mention]:
        """The messages of the period."""
        return [one for one in self.ground.mentions if self.ground.within(one.day)]

    @property
    def top(self) -> list[Figures]:
        """Families, and topics without one."""
        return [one for one in self.figures if not one.topic.family]

    def of(self, topic: str) -> Figures:
        """The figures of a topic; raises `NotFound`."""
        for one in self.figures:
            if one.topic.id == topic:
                return one
        raise NotFound("There is no such topic in this period; topics are found anew every day.")

    def below(self, topic: str) -> list[Figures]:
        """The topics of a family."""
        return [one for one in self.figures if one.topic.family == topic]

    def said(
        self, topic: str = "", trouble: str = "", act: str = "", day: date | None = None, figure: str = ""
    ) -> list[Mention]:
        """The messages of the period that belong to all that is given, latest first; raises `BadInput`.

        `figure` is one of `FIGURES` that counts their visits, or `simple`: what a new skill would have served.
        """
        if figure not in ("", "simple", *FIGURES):
            raise BadInput(f"There is no figure {figure!r}; there is simple, {', '.join(FIGURES)}.")
        found = of_topic(self.mentions, topic, self.topics) if topic else self.mentions
        found = troubled(found, self.ground.facts, trouble) if trouble else found
        found = [one for one in found if (not act or one.act == act) and (day is None or one.day == day)]
        return (counted(found, self.ground.facts, figure) if figure else found)[::-1]

    def fact(self, mention: Mention) -> Fact | None:
        """What became of a message's visit."""
        return self.ground.facts.get((mention.conversation_id, mention.visit))


@dataclass(frozen=True, slots=True)
class Judged:
    """The scores of a period's visits, the labels, how far they agree, and whom to label next."""

    scores: Sequence[Score]
    labels: Sequence[Label]
    agreement: Mapping[str, Agreement]
    between_people: Mapping[str, Agreement]
    sample: Sequence[Score]


class Insight:
    """Reads what was gathered and mined, within what may be seen."""

    def __init__(self, store: Memory, catalog: Catalog, hours: Hours) -> None:
        self._store, self._zone = store, hours.zone
        self.gathering = Gathering(store, catalog, hours)
        self._reporting = Reporting(store, catalog, hours)

    async def heard(self, period: Period, scope: Scope) -> Heard:
        """What customers said in a period, with the time before to compare."""
        await self._catch_up()
        since, until = moment(before(period).since, self._zone), moment(period.until + DAY, self._zone)
        mentions = await self._store.mentions(since, until, scope)
        facts = await self._store.facts(since - DAY * 14, until, scope)
        topics, alarms, found_at = await self._store.topics()
        ground = Ground.of(mentions, facts, period)
        found = await asyncio.to_thread(figures, topics, ground)
        return Heard(found, topics, alarms if scope.teams is None else (), ground, found_at)

    async def judged(self, period: Period, scope: Scope) -> Judged:
        """How visits went in a period. The sample to label is drawn anew each month, alike for everybody."""
        await self._catch_up()
        since, until = moment(period.since, self._zone), moment(period.until + DAY, self._zone)
        facts = {(one.conversation_id, one.number): one for one in await self._store.facts(since, until, scope)}
        found = await self._store.scores(since, until, scope)
        scores = [finished(one, facts[one.conversation_id, one.number]) for one in found if _key(one) in facts]
        labels = await self._store.labels(scope)
        sample = draw(scores, DRAWN, f"{period.until:%Y-%m}")
        return Judged(scores, labels, agreements(scores, labels), between_people(labels), sample)

    async def _catch_up(self) -> None:
        """Take in what happened last; what is older is being caught up in the background."""
        await self._reporting.catch_up(MOST_AT_ONCE)
        await self.gathering.catch_up(MOST_AT_ONCE)

    async def lines(self, one: Score, scores: Sequence[Score]) -> list[tuple[str, str]]:
        """What was said in a visit, by whom and what; `scores` tell where the next visit begins."""
        following = [score.number for score in scores if score.conversation_id == one.conversation_id]
        end = min((number for number in following if number > one.number), default=None)
        events = await self._store.events(one.conversation_id, one.number - 1)
        lines: list[tuple[str, str]] = []
        for recorded in events:
            if end is not None and recorded.number >= end:
                break
            match recorded.event:
                case MessageReceived() as heard:
                    lines.append(("customer", Guarded(heard.text, heard.personal).masked))
                case Replied() as answer:
                    lines.append(("machine", answer.text))
                case PersonReplied() as answer:
                    lines.append(("person", answer.text))
        return lines

    async def settle(self, topic: str, day: date, settled: Settlement | None, scope: Scope) -> None:
        """Keep what a colleague made of an alarm, None opens it again; raises `NotFound` where they see none."""
        if scope.teams is not None or not await self._store.settle_alarm(topic, day, settled):
            raise NotFound("There is no such alarm.")

    async def label(self, label: Label) -> None:
        """Keep what a colleague thinks of a visit; raises `NotFound` where there is none."""
        if not await self._store.keep_label(label):
            raise NotFound("There is no such visit.")


def plan_of(config: Config, catalog: Catalog) -> Plan:
    """How the store is mined, by `[insight]` and `[batch]`."""
    return Plan(
        days=config.get("insight.days", int),
        part_texts=max(1, config.get("batch.part_texts", int)),
        per_year=config.get("insight.false_alarms_per_year", float),
        zone=config.zone,
        names=names_of(catalog),
        folder=config.home / FOLDER,
        fresh=timedelta(hours=config.get("insight.hours", float) or USUAL_HOURS),
        encoder=encoder_of(config),
    )


def encoder_of(config: Config) -> Reading | None:
    """The reader's encoder, where `[insight] encoder` wants it for topics; raises `BadConfig` where there is none."""
    if not config.get("insight.encoder", bool):
        return None
    folder = config.get("reader.encoder", str)
    if not folder:
        raise BadConfig("kefu.toml: [insight] encoder = true needs an encoder; name its folder as [reader] encoder.")
    languages = tuple(map(str, config.get("reader.encoder_languages", list)))
    return Reading(config.get("reader.encoder_use", str), str(config.home / folder), languages)


def wage_of(config: Config) -> Wage:
    """What an hour of a colleague costs, by `[insight]`; raises `BadConfig` for less than nothing."""
    hour = config.get("insight.hour_cost", float)
    if hour < 0:
        raise BadConfig("kefu.toml: [insight] hour_cost is what an hour of a colleague costs; 0 where you don't know.")
    return Wage(hour, config.get("insight.currency", str))


def names_of(catalog: Catalog) -> Names:
    """What the skills call things: titles of their first intents, and examples."""
    titles: dict[tuple[Language, str], str] = {}
    examples: dict[tuple[Language, str], list[str]] = {}
    for skill in catalog.skills.values():
        for language in skill.languages:
            titles |= {(language, intent): skill.title[language] for intent in skill.intents[:1]}
            for intent, text in skill.examples[language]:
                examples.setdefault((language, intent), []).append(plain(text))
    return Names(titles, examples)


def moment(day: date, zone: tzinfo) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), zone)


def _key(one: Score) -> tuple[str, int]:
    return one.conversation_id, one.number
