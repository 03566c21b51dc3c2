"""Whether a store holds sample conversations: a bookmark, so that every process knows."""

from __future__ import annotations

from kefu.core.ports.store import Memory

MARK = "sample"
NEVER, THERE, REMOVED = 0, 1, 2
"""What the bookmark says."""


async def has_sample(store: Memory) -> bool:
    """Whether the store holds sample conversations."""
    return await store.bookmark(MARK) == THERE


async def is_untouched(store: Memory) -> bool:
    """Whether nobody has ever written here, no sample customer either."""
    return await store.bookmark(MARK) == NEVER and not (await store.counts())["conversations"]
