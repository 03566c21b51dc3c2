"""Insight: what customers said, by topic, and how well each visit went. Two faces of the store."""

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


@dataclass(frozen=True, slots=True)
class Alarm:
    """More messages of a topic than chance explains: `observed` in the `days` up to `day`, where `expected` were.

    `topic` is empty for all messages together. `chance` is how likely so many are if nothing has changed.
    """

    topic: str
    day: date
    days: int
    observed: int
    expected: float
    chance: float


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

    async def place_mentions(self, placed: Sequence[tuple[str, int, str, float]]) -> None:
        """Give messages their topic: (conversation id, number, topic, closeness)."""

    async def keep_topics(self, topics: Sequence[Topic], alarms: Sequence[Alarm], at: datetime) -> None:
        """Keep topics in the place of those before, and add alarms; one of the same topic and day stays as it was."""

    async def topics(self) -> tuple[Sequence[Topic], Sequence[Alarm], datetime | None]:
        """The topics, the alarms of the last year, latest first, and when they were found; None: never."""


class Judging(Protocol):
    """How well visits went, by the machine's scores and by colleagues' labels."""

    async def scores(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Score]:
        """The scores of visits that began from `since` to before `until`, in order, within a scope."""

    async def keep_label(self, label: Label) -> bool:
        """Keep what a colleague thinks; False where there is no such visit."""

    async def labels(self, scope: Scope) -> Sequence[Label]:
        """All labels, latest first, within a scope."""
