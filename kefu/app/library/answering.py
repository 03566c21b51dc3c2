"""What would answer a question today, in the order of a turn: a skill that is clearly meant, the texts, or nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from kefu.core.articles import Audience
from kefu.core.decisions import Clarify, Run, Search
from kefu.core.nouns import Conversation, Language
from kefu.core.ports.knowledge import Found, Query
from kefu.core.ports.reader import Reader
from kefu.service.dialogue.decide import decide
from kefu.service.dialogue.scene import Promise
from kefu.service.skills.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Answered:
    """Who answers: `skill` by its name, or the texts where `goes_out`; `found` is what they say in any case.

    `asks` says whether the customer is asked what they mean where nobody answers.
    """

    skill: str
    found: Found
    goes_out: bool
    asks: bool = True

    @property
    def is_served(self) -> bool:
        """Whether kefu answers by itself."""
        return bool(self.skill) or self.goes_out


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers a first message of a customer."""

    reader: Reader
    catalog: Catalog
    promise: Promise
    find: Callable[[Query], Awaitable[Found]]
    today: date

    async def ask(self, text: str, language: Language, audience: Audience = "public") -> Answered:
        """Decide as a turn does, without carrying anything out."""
        talk, reading = Conversation("", "", "", language=language), self.reader.read(text, language)
        decision = decide(text, talk, reading, self.catalog, self.promise, has_texts=True)
        found = await self.find(Query(text, language, audience, self.today))
        if isinstance(decision, Search):
            if decision.is_met_by(found):
                return Answered("", found, goes_out=True)
            decision = decision.otherwise
        skill = decision.skill if isinstance(decision, Run) else ""
        return Answered(skill, found, goes_out=False, asks=isinstance(decision, Clarify))
