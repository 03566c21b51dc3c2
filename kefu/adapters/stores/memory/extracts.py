"""Extracts in memory: the same as on a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from kefu.adapters.stores.memory.desk import is_seen
from kefu.core.errors import BadInput
from kefu.core.nouns import Conversation
from kefu.core.ports.extracts import Count, Extract, ExtractPage, Message, Sought, Trait


@dataclass(slots=True)
class Extracted:
    """Extracts by message."""

    by_message: dict[Message, list[Extract]] = field(default_factory=dict)

    def keep(self, found: Mapping[Message, Sequence[Extract]], there: Collection[str]) -> None:
        """Replace what is known of messages."""
        self.by_message |= {message: list(many) for message, many in found.items() if message[0] in there}

    def erase(self, conversation_id: str) -> None:
        """Forget a conversation."""
        self.by_message = {one: found for one, found in self.by_message.items() if one[0] != conversation_id}

    def page(self, sought: Sought, talks: Mapping[str, Conversation], after: str, limit: int) -> ExtractPage:
        """A part of them; `after` names the last one of the part before."""
        ranked = sorted(self._of(sought, talks), key=_order, reverse=True)
        names = ["~".join(map(str, _order(one))) for one in ranked]
        if after and after not in names:
            raise BadInput(f"{after!r} is no place in this list; take `next` of the part before.")
        begin = names.index(after) + 1 if after else 0
        part = tuple(ranked[begin : begin + limit])
        return ExtractPage(part, names[begin + limit - 1] if begin + limit < len(ranked) else "")

    def count(self, sought: Sought, talks: Mapping[str, Conversation], by: Sequence[Trait], limit: int) -> list[Count]:
        """Counts by traits, the most first."""
        texts: dict[tuple[str, ...], list[str]] = {}
        for one in self._of(sought, talks):
            texts.setdefault(tuple(str(getattr(one, name)) for name in by), []).append(one.text)
        counts = [Count(traits, len(found), min(found)) for traits, found in texts.items()]
        return sorted(counts, key=lambda one: (-one.count, one.traits))[:limit]

    def judged(self) -> list[Message]:
        """Messages that colleagues marked."""
        return sorted(message for message, found in self.by_message.items() if any(one.who for one in found))

    def _of(self, sought: Sought, talks: Mapping[str, Conversation]) -> list[Extract]:
        found = chain.from_iterable(self.by_message.values())
        return [one for one in found if _fits(sought, one) and is_seen(sought.scope, talks[one.conversation_id])]


def _order(one: Extract) -> tuple[float, str, int, int]:
    return one.at.timestamp(), one.conversation_id, one.number, one.start


def _fits(sought: Sought, one: Extract) -> bool:
    named = (("kind", sought.kind), ("value", sought.value), ("channel", sought.channel), ("language", sought.language))
    return (
        bool(one.kind)
        and all(getattr(one, name) == wanted for name, wanted in named if wanted)
        and (sought.since is None or one.day >= sought.since)
        and (sought.until is None or one.day <= sought.until)
    )
