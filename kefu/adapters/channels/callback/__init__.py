"""callback.v1: a bridge to any other channel; messages come signed, replies are posted back signed.

    POST /webhooks/<name> {"sender": "u1", "text": "…", "message_id": "m1", "customer_id": "L00001"}
    X-Kefu-Timestamp: 1782000000
    X-Kefu-Signature: hex(HMAC-SHA256(secret, timestamp + "." + body))

`customer_id` says who the sender is in the records: left out it is the sender itself,
null says that the bridge does not know. Replies are posted to `url` with the same
signature and an `Idempotency-Key` that is the same at every try.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
import time
from collections.abc import Callable, Mapping, Sequence

import httpx2
import msgspec

from kefu.adapters.channels import Door, Id, Text, make_door, secret
from kefu.core.errors import BadConfig, BadSignature, DeliveryFailed
from kefu.core.nouns import Identity, Inbound, Language
from kefu.core.ports.channel import Parcel, Raw

LONGEST_DELAY_S = 300
"""How old a signature may be; within that time a repeat is known by its message id."""

FORMULA = "hex(HMAC-SHA256(secret, X-Kefu-Timestamp + '.' + body))"

TIMEOUT = httpx2.Timeout(10.0, connect=5.0)


class Message(msgspec.Struct, frozen=True):
    """The body of a request."""

    sender: Id
    text: Text
    message_id: Id
    customer_id: Id | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | None = None


DECODER = msgspec.json.Decoder(Message)


class CallbackChannel:
    """Reads signed messages and posts signed replies to one address."""

    pushes = True

    def __init__(self, door: Door, url: str, key: str, clock: Callable[[], float] = time.time) -> None:
        self.name = door.name
        self._door = door
        self._url = url
        self._key = key.encode()
        self._clock = clock
        self._tls = ssl.create_default_context() if url.startswith("https:") else False

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """See `Channel`."""
        self._check(raw)
        said = self._door.read(raw, DECODER)
        customer_id = said.sender if said.customer_id is msgspec.UNSET else said.customer_id
        inbound = Inbound(
            channel=self.name,
            external_id=f"{said.sender}:{said.message_id}",
            sender=said.sender,
            text=said.text,
            received_at=raw.received_at,
            identity=Identity(customer_id, "server") if customer_id else None,
            language=said.language,
        )
        return (inbound,)

    async def send(self, parcel: Parcel) -> None:
        """See `Channel`; an answer of 2xx means taken."""
        body = msgspec.json.encode(parcel)
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": parcel.key,
            "X-Kefu-Timestamp": timestamp,
            "X-Kefu-Signature": self._sign(timestamp, body),
        }
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT, verify=self._tls, trust_env=False) as client:
                answer = await client.post(self._url, content=body, headers=headers)
        except httpx2.HTTPError as error:
            raise DeliveryFailed(f"Channel {self.name!r}: {self._url} can't be reached: {error!r}.") from error
        if not answer.is_success:
            raise DeliveryFailed(f"Channel {self.name!r}: {self._url} answered {answer.status_code}, not 2xx.")

    def _check(self, raw: Raw) -> None:
        timestamp = raw.headers.get("x-kefu-timestamp", "")
        given = raw.headers.get("x-kefu-signature", "")
        if not hmac.compare_digest(given.encode(), self._sign(timestamp, raw.body).encode()):
            raise BadSignature(f"Channel {self.name!r}: X-Kefu-Signature must be {FORMULA}.")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise BadSignature(f"Channel {self.name!r}: X-Kefu-Timestamp must be whole seconds since 1970.")
        if abs(raw.received_at.timestamp() - int(timestamp)) > LONGEST_DELAY_S:
            raise BadSignature(
                f"Channel {self.name!r}: X-Kefu-Timestamp is over {LONGEST_DELAY_S} s off; set the clock."
            )

    def _sign(self, timestamp: str, body: bytes) -> str:
        return hmac.new(self._key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def open_channel(name: str, settings: Mapping[str, object]) -> CallbackChannel:
    """Make the channel; settings `url` and `secret`. Raises `BadConfig` when one is missing."""
    url = str(settings.get("url", ""))
    if not url.startswith(("http://", "https://")):
        raise BadConfig(f'Channel {name!r} needs url = "https://…": where its replies are posted.')
    return CallbackChannel(make_door(name, settings), url, secret(name, settings, "secret"))
