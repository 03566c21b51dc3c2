"""Reports: what became of conversations, as flat facts that can be counted. A face of the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from kefu.core.nouns import Language
from kefu.core.ports.desk import Scope

Kept = Literal["", "running", "met", "missed"]
"""What became of a service level; empty where there was none."""

Span = tuple[float, float]
"""How long something took, in seconds: by the clock, and of the time in which the team was there."""


class Fact(NamedTuple):
    """One visit of a customer: what they came with and what became of it.

    A conversation has one or more: see `kefu.service.insight.visits`. `number` is that of its first event in the
    conversation, `day` and `hour` are local. `customer` is who it was: an id of the records, or the conversation's
    own id while nobody knows. `asked` counts the customer's messages, `replies` the machine's, `answers` people's.
    The steps of the ladder are `engaged`, `answered` and `confirmed`; `handed` is when people were wanted first
    and `reason` why. `returned` is when the same customer came again, through whichever channel.
    `first_reply` is from there to the first answer of a person, `next_replies` are the later waits for one,
    `resolution` is from the beginning until it was closed; None where it did not come to that. `worked_s`
    estimates the seconds that people worked on it. `drawn`, `judged` and `wrong` count enquiries drawn for review,
    verdicts, and bad ones. `rating` is 0 where none was given.

    A tuple with names: a report reads a hundred thousand of them, and a dataclass takes eight times as long to make.
    """

    conversation_id: str
    number: int
    at: datetime
    day: date
    hour: int
    channel: str
    language: Language
    intent: str
    customer: str
    sample: bool
    team: str
    person: str
    asked: int
    replies: int
    answers: int
    engaged: bool
    answered: bool
    confirmed: bool
    handed: datetime | None
    reason: str
    returned: datetime | None
    first_reply: Span | None
    next_replies: tuple[Span, ...]
    resolution: Span | None
    worked_s: float
    ended: datetime
    rating: int
    first_target: Kept
    next_target: Kept
    resolution_target: Kept
    accepted: int
    edited: int
    rejected: int
    drawn: int
    judged: int
    wrong: int


class Reports(Protocol):
    """Facts about visits: replaced as a conversation goes on, and read to be counted."""

    async def keep_facts(self, found: Sequence[Fact], name: str, after: int, position: int) -> bool:
        """`turn_to`, and keep these facts in the place of earlier ones with the same beginning, in one transaction.

        `returned` of all visits of these customers is found anew. A conversation that is erased is left out.
        """

    async def latest_facts(self, conversation_ids: Collection[str]) -> Mapping[str, Fact]:
        """The latest visit of each of these conversations, if it has one."""

    async def facts(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Fact]:
        """The visits that began from `since` to before `until`, in that order, of conversations within a scope."""
