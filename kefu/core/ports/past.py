"""Past: many conversations read at once and left undecoded, for work that runs elsewhere. A face of the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from kefu.core.events import Event


class Happening(NamedTuple):
    """That an event happened: its place in the whole store and in its conversation, and its kind."""

    position: int
    conversation_id: str
    number: int
    kind: str


class Kept(NamedTuple):
    """An event as the store keeps it: `data` is JSON of its kind's fields, in the shape of a `version`."""

    position: int
    conversation_id: str
    number: int
    turn_id: str
    kind: str
    version: int
    data: bytes


class Past(Protocol):
    """Reading the log by the thousand."""

    async def happenings(self, after: int, limit: int) -> Sequence[Happening]:
        """What happened behind a position of the whole store, in order."""

    async def kept(self, firsts: Mapping[str, int], without: Collection[type[Event]] = ()) -> Sequence[Kept]:
        """The events of conversations from a number on, in order of conversation and number; some kinds left out."""
