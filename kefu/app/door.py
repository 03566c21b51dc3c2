"""The door of deeds: what can't be seen from one conversation's state alone is checked here, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kefu.app.attachments import Attachments
from kefu.core.errors import BadInput
from kefu.core.events import Corrected
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Archive, Memory
from kefu.service.desk.deeds import Correct, Deed, Merge, Note, Reply, SetFields
from kefu.service.desk.fields import Field, checked


@dataclass(frozen=True, slots=True)
class Door:
    """What deeds are checked against: the company's fields, the store, the files, and which channels carry these."""

    fields: Sequence[Field]
    store: Memory
    attachments: Attachments
    carries: Callable[[str], str]

    async def let_in(self, conversation_id: str, deeds: Sequence[Deed]) -> tuple[Deed, ...]:
        """The deeds as they may happen; raises `BadInput` for a field's value, a merge or a file that can't be."""
        found: list[Deed] = []
        for deed in deeds:
            match deed:
                case SetFields():
                    found.append(replace(deed, fields=checked(self.fields, deed.fields)))
                case Merge():
                    await _may_merge(conversation_id, deed.into, self.store)
                    found.append(deed)
                case Correct():
                    found.append(replace(deed, before=await self._corrected_before(conversation_id, deed.turn_id)))
                case Reply() | Note() if deed.attachments:
                    if isinstance(deed, Reply):
                        await self._may_send_files(conversation_id)
                    carried = await self.attachments.carried(conversation_id, "team", deed.attachments)
                    found.append(replace(deed, attachments=carried))
                case _:
                    found.append(deed)
        return tuple(found)

    async def _corrected_before(self, conversation_id: str, turn_id: str) -> str:
        """What a colleague said before that a message wants; empty where nobody did."""
        said = [one.event for one in await self.store.events(conversation_id) if isinstance(one.event, Corrected)]
        return next((event.intent for event in reversed(said) if event.turn_id == turn_id), "")

    async def _may_send_files(self, conversation_id: str) -> None:
        talk = await self.store.conversation(conversation_id)
        if talk and not self.carries(talk.channel):
            raise BadInput(f"Channel {talk.channel!r} can't carry files; set [web] url, and it is given links to them.")


async def _may_merge(conversation_id: str, into: str, store: Archive) -> None:
    one, other = await store.conversation(conversation_id), await store.conversation(into)
    if one is None or other is None:
        raise BadInput(f"There is no conversation {into!r} to merge into; choose another one of the same customer.")
    if other.work.merged_into:
        raise BadInput(f"{into} was merged itself; merge into {other.work.merged_into}.")
    if other.work.closed:
        raise BadInput(f"{into} is closed; open it again first, or merge the other way round.")
    if not _is_same_customer(one, other):
        raise BadInput("Only conversations of the same customer can be merged; these are of two, or of nobody known.")


def _is_same_customer(one: Conversation, other: Conversation) -> bool:
    return (
        one.identity is not None
        and other.identity is not None
        and (one.identity.customer_id == other.identity.customer_id)
    )
