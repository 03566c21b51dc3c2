"""Who gets a conversation: whoever knows it, has room, and has been idle for longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kefu.core.nouns import Language
from kefu.core.people import CAPACITY


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be given conversations.

    `teams` None means all; no `languages` means any. `skills` are intents, tags and teams they know best. `load` is
    how many open conversations they have now, `idle_since` when something of theirs last went on.
    """

    name: str
    teams: frozenset[str] | None = None
    languages: tuple[Language, ...] = ()
    skills: frozenset[str] = frozenset()
    capacity: int = CAPACITY
    is_there: bool = False
    load: int = 0
    idle_since: datetime | None = None

    @property
    def has_room(self) -> bool:
        """Whether they can be given one more."""
        return self.is_there and self.load < self.capacity

    def may_have(self, need: Need) -> bool:
        """Whether this conversation is for them."""
        return (
            (not need.team or self.teams is None or need.team in self.teams)
            and (not self.languages or need.language in self.languages)
            and self.name not in need.not_to
        )


@dataclass(frozen=True, slots=True)
class Need:
    """What a conversation needs: a team, a language, people who know its `topics`.

    `served_by` is who the customer knows, `not_to` who has just given it away.
    """

    team: str
    language: Language
    topics: frozenset[str] = frozenset()
    served_by: str = ""
    not_to: frozenset[str] = frozenset()


def choose(need: Need, colleagues: Sequence[Colleague]) -> tuple[Colleague, str] | None:
    """Who gets it, and why; None where nobody has room.

    Whoever served the customer last comes first, then those who know the topic, then the least loaded for their
    capacity, then who has been idle for longest.
    """
    fits = [one for one in colleagues if one.has_room and one.may_have(need)]
    if not fits:
        return None
    best = min(fits, key=lambda one: (one.name != need.served_by, not one.skills & need.topics, *_rest(one)))
    known = sorted(best.skills & need.topics)
    reasons = ["served_before"] if best.name == need.served_by else [f"skill:{known[0]}"] if known else []
    return best, " ".join([*reasons, f"load:{best.load}/{best.capacity}"])


def _rest(one: Colleague) -> tuple[float, float, str]:
    return one.load / one.capacity, one.idle_since.timestamp() if one.idle_since else 0.0, one.name
