"""Insight: what customers said, by topic, and how well each visit went. Three faces of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from kefu.core.nouns import Language
from kefu.core.ports.desk import Scope

Trouble = Literal["unanswered", "unclear", "handed_off", "corrected", "wrong"]
"""Where the machine failed with a message: nothing answered it, it asked back, it gave it to people, a colleague said
what it really meant, a reviewer judged it wrong."""

Quality = Literal["solved", "tone", "process", "effort"]
"""What is judged of a visit: whether it was solved, how it felt, whether all went by the rules, how easy it was."""


class Mention(NamedTuple):
    """A customer's message that began something: a wish, a question, a complaint.

    `number` is its place in the conversation, `visit` that of its visit's first event, `day` local. `text` is without
    personal data. `topic` is empty until topics were looked for, and where it fits none; `closeness` is the cosine to
    the topic's centre. `intent` is what it was read as; `act` the act of speaking, empty where nobody knows.
    `troubles` are some of `Trouble`. `sentiment` is from -1 to 1, `anger` from 0 to 1.
    """

    conversation_id: str
    number: int
    visit: int
    at: datetime
    day: date
    language: Language
    text: str
    intent: str
    act: str
    sentiment: float
    anger: float
    troubles: tuple[Trouble, ...] = ()
    sample: bool = False
    topic: str = ""
    closeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that many messages are about. A family of topics is one too: it has no `family` itself.

    `phrases` name it in each language, best first; empty where nobody said anything in that language. `intent` is
    what most of its messages were read as, where that is most of them. `since` is when it was found first.
    """

    id: str
    family: str
    phrases: Mapping[Language, tuple[str, ...]]
    intent: str
    since: datetime

    def called(self, language: Language, most: int = 1) -> str:
        """Its name in a language: its best phrases, in the other language where there are none, or its id."""
        other: Language = "en" if language == "zh" else "zh"
        phrases = self.phrases.get(language) or self.phrases.get(other) or (self.id,)
        return " · ".join(dict.fromkeys(phrases[:most]))


State = Literal["acknowledged", "dismissed"]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a colleague made of an alarm: it is being seen to, or it is nothing to see to, and why."""

    state: State
    who: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """More messages of a topic than chance explains: `observed` in the `days` up to `day`, where `expected` were.

    `topic` is empty for all messages together. `chance` is how likely so many are if nothing has changed. It is one
    episode: `last` is the latest day on which there were still too many, None where that was `day` alone.
    """

    topic: str
    day: date
    days: int
    observed: int
    expected: float
    chance: float
    last: date | None = None
    settled: Settlement | None = None

    @property
    def until(self) -> date:
        """The latest day of the episode."""
        return self.last or self.day

    @property
    def is_dismissed(self) -> bool:
        """Whether a colleague said that there is nothing to see to."""
        return self.settled is not None and self.settled.state == "dismissed"


class Reason(NamedTuple):
    """Why a visit has its points: `code` says what (`insight_reason` in the words of the pages), `points` how many."""

    quality: Quality
    code: str
    points: int


class Score(NamedTuple):
    """How a visit went, from 0 to 100 in each regard, with the reasons. `number` is that of its first event."""

    conversation_id: str
    number: int
    at: datetime
    day: date
    solved: int
    tone: int
    process: int
    effort: int
    reasons: tuple[Reason, ...]
    sample: bool = False


class Label(NamedTuple):
    """What a colleague thinks of a visit, from 1 (bad) to 5 (good) in each regard; one each, the latest holds."""

    conversation_id: str
    number: int
    who: str
    at: datetime
    solved: int
    tone: int
    process: int
    effort: int
    comment: str = ""


Place = tuple[datetime, str, int]
"""Where a message stands among all: its time, conversation and number."""


class Mining(Protocol):
    """What customers said, and what it is about."""

    async def gather_mentions(
        self, mentions: Sequence[Mention], scores: Sequence[Score], name: str, after: int, position: int
    ) -> bool:
        """`turn_to`, and keep what these visits held in the place of what was known of them, in one transaction.

        A mention that was there keeps its topic. Conversations that were erased are left out.
        """

    async def mentions(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Mention]:
        """The messages from `since` to before `until`, in order, of conversations within a scope."""

    async def next_mentions(
        self, since: datetime, until: datetime, after: Place | None, limit: int, *, unplaced: bool = False
    ) -> Sequence[Mention]:
        """So many messages of that time behind a place, in order; those that no topic was looked for yet, or all."""

    async def count_mentions(self, since: datetime, until: datetime) -> Mapping[tuple[str, date], int]:
        """How many messages each topic (empty: none) had on each day."""

    async def place_mentions(self, placed: Sequence[tuple[str, int, str, float]]) -> None:
        """Give messages their topic: (conversation id, number, topic, closeness), the closeness never 0."""


class Findings(Protocol):
    """What was found in it: topics, and alarms with what colleagues made of them."""

    async def keep_topics(self, topics: Sequence[Topic], alarms: Sequence[Alarm], at: datetime) -> None:
        """Keep topics in the place of those before, and add alarms; one that was there takes `last` alone."""

    async def topics(self) -> tuple[Sequence[Topic], Sequence[Alarm], datetime | None]:
        """The topics, the alarms of the last year, latest first, and when they were found; None: never."""

    async def settle_alarm(self, topic: str, day: date, settled: Settlement | None) -> bool:
        """Keep what a colleague made of an alarm; None opens it again. False where there is no such alarm."""


class Judging(Protocol):
    """How well visits went, by the machine's scores and by colleagues' labels."""

    async def scores(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Score]:
        """The scores of visits that began from `since` to before `until`, in order, within a scope."""

    async def keep_label(self, label: Label) -> bool:
        """Keep what a colleague thinks; False where there is no such visit."""

    async def labels(self, scope: Scope) -> Sequence[Label]:
        """All labels, latest first, within a scope."""
