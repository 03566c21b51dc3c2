"""Many conversations at once, in memory: encoded as on a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kefu.adapters.sql.codec import encode
from kefu.core.events import Event
from kefu.core.ports.past import Happening, Kept
from kefu.core.ports.store import Recorded


@dataclass  # without slots, so that a class may have another base with slots beside it
class MemoryPast:
    """All events in their order."""

    _log: list[Recorded] = field(default_factory=list)

    async def happenings(self, after: int, limit: int) -> Sequence[Happening]:
        """See `Past`."""
        behind = [one for one in self._log if one.position > after][:limit]
        return [Happening(one.position, one.conversation_id, one.number, type(one.event).__name__) for one in behind]

    async def kept(self, firsts: Mapping[str, int], without: Collection[type[Event]] = ()) -> Sequence[Kept]:
        """See `Past`."""
        mine = [one for one in self._log if one.number >= firsts.get(one.conversation_id, one.number + 1)]
        rows = [_kept(one) for one in mine if type(one.event) not in without]
        return sorted(rows, key=lambda one: (one.conversation_id, one.number))


def _kept(one: Recorded) -> Kept:
    event = one.event
    about = (one.position, one.conversation_id, one.number, one.turn_id)
    return Kept(*about, type(event).__name__, event.version, encode(event))
