"""The conformance kit of a store's attachments (`ATTACHMENT_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from kefu.core.events import MessageReceived, Noted, PersonReplied
from kefu.core.nouns import Attachment
from kefu.core.ports.attachments import Filed
from kefu.core.ports.store import Memory
from kefu.testing.check_store import LATER, NOW, talk_of, turn_of

DIGEST = "a1" * 32


def filed_as(name: str, talk: str = "c-files", digest: str = DIGEST) -> Filed:
    """A file that a customer brought."""
    return Filed(Attachment(name, f"{name} 图.png", "image/png", 5 << 20), talk, digest, "customer", NOW)


async def a_file_may_come_before_its_conversation(store: Memory) -> None:
    """It is found by its id and by its conversation, as it was brought."""
    first = filed_as("f-1")
    await store.file(first)
    await store.file(filed_as("f-2", "c-other"))
    assert list(await store.filed(["f-1", "unknown"])) == [first]
    assert list(await store.filed_in("c-files")) == [first]
    assert not await store.filed([])


async def what_is_said_shows_to_both_sides_and_stays_so(store: Memory) -> None:
    """A message or a reply moves a file to `said`; a note to `noted`, unless it was said before."""
    for name in ("f-said", "f-noted", "f-new"):
        await store.file(filed_as(name))
    said, noted = Attachment("f-said"), Attachment("f-noted")
    first = turn_of(talk_of("files"), "files-1", [MessageReceived(NOW, "files-1", "", attachments=(said,))])
    await store.commit(first)
    second = turn_of(first.conversation, "files-2", [Noted(NOW, "mei", "", attachments=(said, noted))])
    await store.commit(second)
    standing = {one.attachment.id: one.standing for one in await store.filed_in("c-files")}
    assert standing == {"f-said": "said", "f-noted": "noted", "f-new": "new"}
    await store.commit(turn_of(second.conversation, "files-3", [PersonReplied(NOW, "mei", "", attachments=(noted,))]))
    (known,) = await store.filed(["f-noted"])
    assert known.standing == "said"


async def what_was_never_sent_may_be_forgotten(store: Memory) -> None:
    """By name, or all that is old; never what was sent."""
    for name in ("f-a", "f-b", "f-c"):
        await store.file(filed_as(name))
    carried = MessageReceived(NOW, "files-1", "", attachments=(Attachment("f-a"),))
    await store.commit(turn_of(talk_of("files"), "files-1", [carried]))
    assert list(await store.unfile(["f-a", "f-b"])) == [DIGEST]
    assert list(await store.unfile([], NOW)) == []
    assert list(await store.unfile([], LATER + timedelta(days=1))) == [DIGEST]
    assert [one.attachment.id for one in await store.filed_in("c-files")] == ["f-a"]


async def bytes_are_held_as_long_as_any_file_has_them(store: Memory) -> None:
    """Erasing a conversation takes its files away, and only its own."""
    await store.file(filed_as("f-1"))
    await store.file(filed_as("f-2", "c-other"))
    await store.file(filed_as("f-3", digest="b2" * 32))
    await store.commit(turn_of(talk_of("files"), "files-1"))
    await store.erase("c-files")
    assert not await store.filed_in("c-files")
    assert set(await store.held([DIGEST, "b2" * 32])) == {DIGEST}


ATTACHMENT_CHECKS: list[Callable[[Memory], Awaitable[None]]] = [
    a_file_may_come_before_its_conversation,
    what_is_said_shows_to_both_sides_and_stays_so,
    what_was_never_sent_may_be_forgotten,
    bytes_are_held_as_long_as_any_file_has_them,
]
