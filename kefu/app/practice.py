"""What practice says of the skills: when and how they were used lately, and where people corrected the machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kefu.core.events import Corrected, DecisionTaken, HandedOff
from kefu.core.ports.store import Memory, Recorded

WINDOW = 50_000
"""How many of the latest events are looked at; half a second of CPU the first time, later only what is new."""

BATCH = 1000


@dataclass(slots=True)
class Use:
    """Conversations in which a skill was used, those of them that went to people, and the latest time."""

    conversations: set[str] = field(default_factory=set)
    handed: set[str] = field(default_factory=set)
    last_at: datetime | None = None

    @property
    def handed_share(self) -> float:
        """The share that went to people, 0 to 1."""
        return len(self.handed) / len(self.conversations) if self.conversations else 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """A sentence of which a person said what it really wants."""

    turn_id: str
    conversation_id: str
    at: datetime
    who: str
    text: str
    intent: str


class Practice:
    """Follows the log of a store in memory, from the latest `WINDOW` events on."""

    def __init__(self, store: Memory) -> None:
        self._store = store
        self._position: int | None = None
        self._last_skill: dict[str, str] = {}
        self.uses: dict[str, Use] = {}
        self.corrections: dict[str, Correction] = {}

    async def catch_up(self) -> None:
        """Read what happened since the last time."""
        if self._position is None:
            self._position = max(0, (await self._store.counts())["events"] - WINDOW)
        while recorded := await self._store.happened(self._position, BATCH):
            for one in recorded:
                self._take(one)
            self._position = recorded[-1].position

    def _take(self, one: Recorded) -> None:
        match one.event:
            case DecisionTaken(skill=skill) if skill:
                use = self.uses.setdefault(skill, Use())
                use.conversations.add(one.conversation_id)
                use.last_at = one.event.at
                self._last_skill[one.conversation_id] = skill
            case HandedOff():
                skill = self._last_skill.get(one.conversation_id, "")
                if skill:
                    self.uses[skill].handed.add(one.conversation_id)
            case Corrected(intent="") as taken_back:
                self.corrections.pop(taken_back.turn_id, None)
            case Corrected() as said:
                place = said.turn_id, one.conversation_id
                self.corrections[said.turn_id] = Correction(*place, said.at, said.who, said.text, said.intent)
            case _:
                pass
