"""The door of deeds: what can't be seen from one conversation's state alone is checked here, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kefu.core.errors import BadInput
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Archive
from kefu.service.desk.deeds import Deed, Merge, SetFields
from kefu.service.desk.fields import Field, checked


async def let_in(
    conversation_id: str, deeds: Sequence[Deed], fields: Sequence[Field], store: Archive
) -> tuple[Deed, ...]:
    """The deeds as they may happen; raises `BadInput` for a field's value or a merge that can't be."""
    found: list[Deed] = []
    for deed in deeds:
        match deed:
            case SetFields():
                found.append(replace(deed, fields=checked(fields, deed.fields)))
            case Merge():
                await _may_merge(conversation_id, deed.into, store)
                found.append(deed)
            case _:
                found.append(deed)
    return tuple(found)


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
