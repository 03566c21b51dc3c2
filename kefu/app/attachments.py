"""Files that customers and colleagues send: taken in, carried by messages, given to who may have them, erased.

The bytes lie in the project's folder `attachments`, the rows in the store. A row is written after its bytes and
goes before them, so nothing ever names bytes that were never there (decision 0030).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from kefu.adapters.vault import Vault
from kefu.app.config import Config
from kefu.core.errors import BadConfig, BadInput, NotFound, TooLarge
from kefu.core.nouns import Attachment
from kefu.core.ports.attachments import Filed, Side
from kefu.core.ports.store import Memory
from kefu.service.desk.files import GROUPS, KINDS, SHOWN, kind_of, name_for
from kefu.service.privacy.links import holds, key_for, signed

FOLDER = "attachments"
LIMIT = "limits.attachment"

UNSENT = timedelta(days=1)
"""How long a file that was brought and not sent is kept."""

TOGETHER = 500
"""Digests that the store is asked about at once."""

MOST_UNSENT = 20
"""How many of them a conversation may have."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What [limits] says: bytes of a file at most, files of a message, groups of kinds, how long a link holds."""

    largest: int
    most: int
    groups: tuple[str, ...]
    link: timedelta

    @property
    def mb(self) -> float:
        """`largest` in megabytes, as the configuration says it."""
        return round(self.largest / (1 << 20), 1)

    @property
    def days(self) -> float:
        """`link` in days."""
        return self.link / timedelta(days=1)


def is_picture(attachment: Attachment) -> bool:
    """Whether a browser may show it in a page; everything else is only saved."""
    return attachment.kind in SHOWN


def terms_of(config: Config) -> Terms:
    """The terms of a configuration; raises `BadConfig` for a group that there is not."""
    groups = tuple(str(one) for one in config.get(f"{LIMIT}_kinds", list))
    if unknown := [one for one in groups if one not in GROUPS]:
        raise BadConfig(f"kefu.toml: {LIMIT}_kinds knows {', '.join(GROUPS)}, not {unknown[0]!r}.")
    days = timedelta(days=config.get(f"{LIMIT}_link_days", float))
    return Terms(int(config.get(f"{LIMIT}_mb", float) * (1 << 20)), config.get(f"{LIMIT}s", int), groups, days)


class Attachments:
    """The files of an installation; `url` is where customers reach it from outside, or empty."""

    def __init__(self, config: Config, store: Memory) -> None:
        self.terms = terms_of(config)
        self._url = config.get("web.url", str).rstrip("/")
        self._key = key_for("attachments", config.get("security.session_secret", str))
        self._store = store
        self._vault = Vault(config.home / FOLDER)

    @property
    def can_link(self) -> bool:
        """Whether a channel that can't carry files may be given links to them."""
        return bool(self._url)

    async def bring(self, conversation_id: str, side: Side, name: str, data: bytes, now: datetime) -> Attachment:
        """Take a file in, to be sent with a message; raises `TooLarge`, `BadInput` saying what is taken."""
        terms = self.terms
        if not terms.most:
            raise BadInput("Files are not taken here ([limits] attachments is 0).")
        if len(data) > terms.largest:
            raise TooLarge(f"The file has {len(data)} bytes; at most {terms.largest} are taken.")
        kind = await asyncio.to_thread(kind_of, data)
        if not kind or KINDS[kind][0] not in terms.groups:
            raise BadInput(f"Files of this kind are not taken; those that are: {', '.join(terms.groups)}.")
        waiting = await self._store.filed_in(conversation_id)
        if sum(one.standing == "new" and one.side == side for one in waiting) >= MOST_UNSENT:
            raise BadInput("Too many files wait to be sent here; send or remove some first.")
        attachment = Attachment(token_hex(12), name_for(name, kind), kind, len(data))
        digest = await asyncio.to_thread(self._vault.put, data)
        await self._store.file(Filed(attachment, conversation_id, digest, side, now))
        await asyncio.to_thread(self._vault.put, data)  # whoever erased the same bytes meanwhile knew no row of ours
        return attachment

    async def carried(self, conversation_id: str, side: Side, wanted: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """These attachments as they were brought to this conversation; only their ids are believed.

        Raises `BadInput` for too many and for those that this side did not bring.
        """
        if not wanted:
            return ()
        if len(wanted) > self.terms.most:
            raise BadInput(f"A message carries at most {self.terms.most} files.")
        ids = dict.fromkeys(one.id for one in wanted)
        found = {
            one.attachment.id: one.attachment
            for one in await self._store.filed(tuple(ids))
            if one.conversation_id == conversation_id and (one.side == side or one.standing == "said")
        }
        if missing := [id_ for id_ in ids if id_ not in found]:
            raise BadInput(f"There is no file {missing[0]!r} here; bring it again.")
        return tuple(found[id_] for id_ in ids)

    async def withdraw(self, conversation_id: str, side: Side, attachment_id: str) -> None:
        """Forget a file that was brought and not sent; raises `NotFound`."""
        found = await self.find(attachment_id)
        if (found.conversation_id, found.side, found.standing) != (conversation_id, side, "new"):
            raise NotFound
        await self._drop(await self._store.unfile((attachment_id,)))

    async def find(self, attachment_id: str) -> Filed:
        """What is known of a file; raises `NotFound`."""
        for one in await self._store.filed((attachment_id,)):
            return one
        raise NotFound(f"There is no file {attachment_id!r}.")

    async def read(self, filed: Filed) -> bytes:
        """The bytes of a file; raises `NotFound` where they are gone."""
        data = await asyncio.to_thread(self._vault.get, filed.digest)
        if data is None:
            raise NotFound(f"The file {filed.attachment.id!r} is not in the folder {FOLDER} any more.")
        return data

    def link(self, attachment: Attachment, now: datetime) -> str:
        """An address of a file that works for whoever has it, for as long as the terms say."""
        query = signed(attachment.id, now + self.terms.link, self._key)
        return f"{self._url}/files/{attachment.id}?{query}"

    def is_link(self, attachment_id: str, until: str, sign: str, now: datetime) -> bool:
        """Whether an address is one that `link` made, and still works."""
        return holds(attachment_id, until, sign, self._key, now)

    async def erase(self, conversation_id: str) -> int:
        """Erase a conversation with its files; returns how many events went."""
        digests = {one.digest for one in await self._store.filed_in(conversation_id)}
        gone = await self._store.erase(conversation_id)
        await self._drop(digests)
        return gone

    async def tidy(self, now: datetime) -> None:
        """Forget what was never sent, and bytes that a process left when it was killed."""
        await self._drop(await self._store.unfile((), now - UNSENT))
        await self._drop(await asyncio.to_thread(self._vault.stale, now - UNSENT))

    async def _drop(self, digests: Collection[str]) -> None:
        """Forget the bytes that no row names."""
        every = list(dict.fromkeys(digests))
        for some in (every[start : start + TOGETHER] for start in range(0, len(every), TOGETHER)):
            for digest in set(some) - set(await self._store.held(some)):
                await asyncio.to_thread(self._vault.drop, digest)
