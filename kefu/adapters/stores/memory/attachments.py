"""Attachments in a store that forgets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kefu.core.events import Event, MessageReceived, Noted, PersonReplied
from kefu.core.ports.attachments import Filed, Standing


@dataclass  # without slots, so that a class may have another base with slots beside it
class MemoryAttachments:
    """Files by their id, in the order in which they were brought."""

    _files: dict[str, Filed] = field(default_factory=dict)

    async def file(self, filed: Filed) -> None:
        """See `Attachments`."""
        self._files[filed.attachment.id] = filed

    async def filed(self, ids: Collection[str]) -> Sequence[Filed]:
        """See `Attachments`."""
        return [one for id_, one in self._files.items() if id_ in ids]

    async def filed_in(self, conversation_id: str) -> Sequence[Filed]:
        """See `Attachments`."""
        return [one for one in self._files.values() if one.conversation_id == conversation_id]

    async def unfile(self, ids: Collection[str], before: datetime | None = None) -> Sequence[str]:
        """See `Attachments`."""
        gone = [
            one
            for one in self._files.values()
            if one.standing == "new" and (one.at < before if before else one.attachment.id in ids)
        ]
        for one in gone:
            del self._files[one.attachment.id]
        return [one.digest for one in gone]

    async def held(self, digests: Collection[str]) -> Collection[str]:
        """See `Attachments`."""
        return {one.digest for one in self._files.values()} & set(digests)

    def _follow_attachments(self, events: Sequence[Event]) -> None:
        """What these events carry is sent now."""
        for event in events:
            if isinstance(event, MessageReceived | PersonReplied | Noted):
                for carried in event.attachments:
                    held = self._files.get(carried.id)
                    if held and not (isinstance(event, Noted) and held.standing == "said"):
                        standing: Standing = "noted" if isinstance(event, Noted) else "said"
                        self._files[carried.id] = replace(held, standing=standing)

    def _erase_attachments(self, conversation_id: str) -> None:
        """Forget the files of a conversation."""
        self._files = {id_: one for id_, one in self._files.items() if one.conversation_id != conversation_id}
