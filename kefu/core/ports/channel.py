"""Channel: how messages come in and replies go out.

Entry-point group `kefu.channels`: a factory `(name, settings) -> Channel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from kefu.core.nouns import Inbound, Language


@dataclass(frozen=True, slots=True)
class Raw:
    """A request as it reached the door: nothing of it is trusted yet.

    Header names are lower case; `body` is the raw bytes that signatures cover.
    """

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """A reply on its way to a channel.

    `key` is the same at every try, so that the other end can drop a repeat;
    `number` is the position of the reply among the conversation's events.
    """

    key: str
    conversation_id: str
    sender: str
    number: int
    text: str
    language: Language
    quick_replies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Channel(Protocol):
    """One way for customers to reach the company.

    `external_id` of what it parses must be unique within the channel: a channel whose
    clients number their messages themselves puts the sender in front.
    """

    @property
    def name(self) -> str:
        """The channel's name in `kefu.toml`, unique in the installation."""

    @property
    def pushes(self) -> bool:
        """Whether replies are sent by `send`; otherwise the other end fetches them."""

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """Check signature, size and schema, and return the messages.

        Pure: no I/O. Raises `BadSignature`, `BadInput`, `TooLarge` or `NotSignedIn`;
        then nothing was stored.
        """

    async def send(self, parcel: Parcel) -> None:
        """Hand a reply to the other end; safe to call again with the same parcel.

        Raises `DeliveryFailed` when the other end did not take it.
        """


@dataclass(frozen=True, slots=True)
class Session:
    """A customer's stay on a web page: the signed token, the sender, and who they are, if known."""

    token: str
    sender: str
    customer_id: str


@runtime_checkable
class SessionChannel(Channel, Protocol):
    """A channel whose customers hold tokens that it signed itself."""

    def open_session(self, identity: str, now: datetime) -> Session:
        """A new session; `identity` is the host site's signed word, or empty for a stranger.

        Raises `NotSignedIn` when the identity does not hold.
        """

    def read_session(self, token: str, now: datetime) -> Session:
        """The session of a token; raises `NotSignedIn` when it does not hold."""
