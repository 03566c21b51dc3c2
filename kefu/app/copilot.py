"""Help for the colleague who answers, without a language model: what to say, what was alike, what to do next.

A suggestion is the machine's own answer, rehearsed and not sent, or the best passage of the company's texts.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kefu.app.house import Kefu
from kefu.core.events import Drafted, MessageReceived, PersonReplied, SuggestionSettled
from kefu.core.nouns import Conversation, Statement
from kefu.core.ports.desk import Entry, Scope, View
from kefu.core.ports.knowledge import Hit, Query
from kefu.core.ports.store import Recorded
from kefu.service.desk.finding import sought
from kefu.service.desk.next_step import Step, next_step
from kefu.service.desk.summary import Digest, digest
from kefu.service.turn.shadow import rehearse

LEAST = 0.2
"""A passage that answers less often than this is no suggestion."""

WORDS = 8
"""By how many words of the customer's earlier conversations are looked for."""

PER_WORD = 40
ALIKE = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to reply, with where it comes from.

    `draft` was written in the shadow and may be sent as it stands (`source` is its turn), `machine` is what kefu
    would answer now, `passage` a passage of the company's texts. `sure` is a probability, None where none is known.
    """

    kind: Literal["draft", "machine", "passage"]
    text: str
    statements: tuple[Statement, ...]
    source: str
    sure: float | None = None

    @property
    def name(self) -> str:
        """What a `SuggestionSettled` calls it."""
        return f"{self.kind}:{self.source}"


@dataclass(frozen=True, slots=True)
class Help:
    """What the copilot says of a conversation."""

    suggestion: Suggestion | None
    step: Step
    digest: Digest
    alike: tuple[Entry, ...]


async def help_with(kefu: Kefu, talk: Conversation, recorded: Sequence[Recorded], who: str, scope: Scope) -> Help:
    """All of it; costs a reading, a search of the texts and some searches of what was said."""
    asked = next((one for one in reversed(recorded) if isinstance(one.event, MessageReceived)), None)
    answered = next((one for one in reversed(recorded) if isinstance(one.event, PersonReplied)), None)
    suggestion = None
    if asked and not (answered and answered.number > asked.number):
        later = [one.event for one in recorded if one.number > asked.number]
        refused = {event.source for event in later if isinstance(event, SuggestionSettled)}
        suggestion = await _first(_offers(kefu, talk, recorded, asked), refused)
    step = next_step(
        talk,
        who,
        kefu.house.clock(),
        answered_at=answered.event.at if answered else None,
        machine_can=suggestion is not None and suggestion.kind == "machine",
    )
    return Help(suggestion, step, digest(recorded), await alike(kefu, talk, scope))


async def _first(offers: AsyncIterator[Suggestion], refused: set[str]) -> Suggestion | None:
    async for one in offers:
        if one.name not in refused:
            return one
    return None


async def _offers(
    kefu: Kefu, talk: Conversation, recorded: Sequence[Recorded], asked: Recorded
) -> AsyncIterator[Suggestion]:
    """What could be said to a message, the surest first."""
    for one in recorded:
        if isinstance(one.event, Drafted) and one.event.can_be_sent and one.turn_id == asked.turn_id:
            yield Suggestion("draft", one.event.text, one.event.statements, one.turn_id)
    text = asked.event.text if isinstance(asked.event, MessageReceived) else ""
    reading = await kefu.house.compute(lambda: kefu.reader.read(text, talk.language))
    drafted = await rehearse(text, reading, talk, kefu.house, kefu.house.clock())
    if drafted.can_be_sent and drafted.decision in ("run", "answer"):
        sure = reading.best.probability if drafted.decision == "run" else None
        yield Suggestion("machine", drafted.text, drafted.statements, drafted.skill or "knowledge", sure)
    for hit in await passages(kefu, talk, text, limit=1):
        if hit.probability >= LEAST:
            source = f"{hit.article.id}@{hit.article.version}/{hit.passage.number}"
            yield Suggestion("passage", hit.passage.text, (), source, hit.probability)


async def passages(kefu: Kefu, talk: Conversation, text: str, limit: int = 5) -> Sequence[Hit]:
    """What the company's texts say to a question, as far as the customer of a conversation may read it."""
    house = kefu.house
    today = house.clock().astimezone(house.zone).date()
    query = Query(text, talk.language, "signed_in" if talk.identity else "public", today, limit=limit)
    return await asyncio.to_thread(kefu.searches.search, query)


async def alike(kefu: Kefu, talk: Conversation, scope: Scope) -> tuple[Entry, ...]:
    """Closed conversations in which customers said most alike things.

    Each word of what the customer said counts for the less the more conversations have it.
    """
    said = " ".join(line.text for line in talk.recent if line.by == "customer")
    words = sorted(sought(said), key=len, reverse=True)[:WORDS]
    await kefu.index.catch_up()
    scores: dict[str, float] = {}
    for word in words:
        lines = await kefu.store.search([word], scope, PER_WORD)
        owners = {line.conversation_id for line in lines if line.by == "customer"} - {talk.id}
        for owner in owners:
            scores[owner] = scores.get(owner, 0.0) + 1 / math.log(2 + len(owners))
    if not scores:
        return ()
    best = sorted(scores, key=lambda one: (-scores[one], one))[:PER_WORD]
    page = await kefu.store.inbox(View(scope, ("closed",), ids=tuple(best)), "newest", limit=PER_WORD)
    ranked = sorted(page.entries, key=lambda entry: -scores[entry.id])
    return tuple(ranked[:ALIKE])
