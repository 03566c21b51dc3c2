"""Whether a store holds sample conversations: a bookmark, so that every process knows."""

from __future__ import annotations

from datetime import datetime

from kefu.core.ports.store import Memory

MARK = "sample"
NEVER, THERE, REMOVED = 0, 1, 2
"""What the bookmark says."""

TAG = "sample"
"""What every sample conversation is tagged with."""

PLAYED = "sample played"
"""The bookmark under which whoever plays one says, in seconds since 1970, that they still do."""

PLAYS_S = 30
"""How long that holds: a player that died keeps nobody for longer."""


async def note_play(store: Memory, now: datetime) -> None:
    """Say that sample conversations are being played."""
    await store.turn_to(PLAYED, await store.bookmark(PLAYED), int(now.timestamp()))


async def is_played(store: Memory, now: datetime) -> bool:
    """Whether sample conversations are being played: what has begun of them goes on in the past, not now."""
    return now.timestamp() - await store.bookmark(PLAYED) < PLAYS_S


async def has_sample(store: Memory) -> bool:
    """Whether the store holds sample conversations."""
    return await store.bookmark(MARK) == THERE


async def is_untouched(store: Memory) -> bool:
    """Whether nobody has ever written here, no sample customer either."""
    return await store.bookmark(MARK) == NEVER and not (await store.counts())["conversations"]
