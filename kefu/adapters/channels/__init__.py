"""Ways for customers to reach the company, and what all of them check at the door."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Annotated, Any, TypeVar

import msgspec

from kefu.core.errors import BadConfig, BadInput, DeliveryFailed, NotSignedIn, TooLarge
from kefu.core.nouns import Identity, Inbound, Language
from kefu.core.ports.channel import Parcel, Raw

T = TypeVar("T")

SHORTEST_SECRET = 16
"""Characters: a shorter secret could be guessed."""

ANONYMOUS = "anonymous:"
"""In front of a sender that nobody vouches for, so that they can't go on with another's conversation."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
"""An id of the other end: printable, since it is stored, logged and shown."""

Text = Annotated[str, msgspec.Meta(min_length=1, pattern=r"\S")]
"""What a customer said; how much of it is read is the guard's business."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a channel knows of its surroundings: its name, the largest body in bytes, the API tokens."""

    name: str
    largest: int
    tokens: tuple[bytes, ...]

    def read(self, raw: Raw, decoder: msgspec.json.Decoder[T]) -> T:
        """The body as checked JSON; raises `TooLarge` or `BadInput` saying which field is wrong."""
        if len(raw.body) > self.largest:
            raise TooLarge(f"The body has {len(raw.body)} bytes; at most {self.largest} are read.")
        try:
            return decoder.decode(raw.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"Channel {self.name!r}: the body is not the JSON it should be: {error}.") from error

    def vouches(self, token: str, *, anonymous: bool) -> bool:
        """Whether the token is one of the API tokens, so that its bearer's word counts.

        Takes the same time for every wrong one. Raises `NotSignedIn` for a wrong
        token, and for none where senders may not be `anonymous`.
        """
        given = token.encode("utf-8", "replace")
        if sum(hmac.compare_digest(given, known) for known in self.tokens):
            return True
        if token or not anonymous:
            raise NotSignedIn("A server needs one of [security] api_tokens: send Authorization: Bearer TOKEN.")
        return False


class Fetching:
    """A channel whose replies travel in the answer to the request; kinds of it say how to `parse`."""

    pushes = False

    def __init__(self, door: Door, *, anonymous: bool) -> None:
        self.name = door.name
        self._door = door
        self._anonymous = anonymous

    async def send(self, parcel: Parcel) -> None:
        """Nothing is pushed: the other end has its replies already."""
        raise DeliveryFailed(f"Channel {self.name!r} does not push; {parcel.key} was answered in its request.")


def make_door(name: str, settings: Mapping[str, object]) -> Door:
    """The door of a channel, from its settings."""
    tokens = table(settings, "security").get("api_tokens", ())
    size_kb = table(settings, "limits").get("body_kb", 64)
    return Door(name, int(size_kb) * 1024, tuple(str(token).encode() for token in tokens if token))


def table(settings: Mapping[str, object], key: str) -> dict[str, Any]:
    """One of the tables that every channel is given (`security`, `limits`)."""
    found = settings.get(key, {})
    return dict(found) if isinstance(found, Mapping) else {}


def secret(name: str, settings: Mapping[str, object], key: str) -> str:
    """A secret that must be there; raises `BadConfig` when it is missing or easy to guess."""
    found = str(settings.get(key, ""))
    if len(found) < SHORTEST_SECRET:
        raise BadConfig(f"Channel {name!r} needs {key} of at least {SHORTEST_SECRET} characters; set it in kefu.toml.")
    return found


def bearer(raw: Raw) -> str:
    """The bearer token of a request, or nothing."""
    scheme, _, token = raw.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def from_server(
    channel: str,
    received_at: datetime,
    *,
    sender: str,
    text: str,
    message_id: str | None,
    vouched: bool,
    language: Language | None = None,
) -> Inbound:
    """A message that a server handed in: with `vouched`, the sender is the customer's id in the records.

    Otherwise the sender is nobody in particular and can't prove to be somebody.
    """
    if sender.startswith(ANONYMOUS):
        raise BadInput(f"sender must not begin with {ANONYMOUS!r}; that is kept for senders without a token.")
    apart = sender if vouched else ANONYMOUS + sender
    return Inbound(
        channel=channel,
        external_id=f"{apart}:{message_id or token_hex(16)}",
        sender=apart,
        text=text,
        received_at=received_at,
        identity=Identity(sender, "server") if vouched else None,
        language=language,
        can_prove=vouched,
    )
