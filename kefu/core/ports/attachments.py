"""Attachments: which files were sent in which conversation, and where their bytes are. A face of the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.nouns import Attachment

Side = Literal["customer", "team"]
"""Who brought a file."""

Standing = Literal["new", "noted", "said"]
"""Whether a file was brought and not sent yet, stands in a note of the team alone, or was said to both sides."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of a conversation; `digest` is the SHA-256 of its bytes, which are kept once under that name.

    The conversation need not exist yet: a customer brings the file before the first message.
    """

    attachment: Attachment
    conversation_id: str
    digest: str
    side: Side
    at: datetime
    standing: Standing = "new"


class Attachments(Protocol):
    """Rows about files; a commit whose events carry attachments moves their standing, erasing takes them away."""

    async def file(self, filed: Filed) -> None:
        """Remember a file that was brought."""

    async def filed(self, ids: Collection[str]) -> Sequence[Filed]:
        """What is known of these attachments; unknown ids are left out."""

    async def filed_in(self, conversation_id: str) -> Sequence[Filed]:
        """All files of a conversation, in the order in which they were brought."""

    async def unfile(self, ids: Collection[str], before: datetime | None = None) -> Sequence[str]:
        """Forget those that were not sent: of these, or all that were brought before a time; their digests."""

    async def held(self, digests: Collection[str]) -> Collection[str]:
        """Those of these digests that a file still has."""
