"""media_streams.v1: calls of a telephone company that streams them over a WebSocket, in the shape of Twilio.

The company asks by a signed request what to do with a call; the answer (TwiML) sends it to our socket with a word that
we signed, so that nobody else can open one. Its numbers are not kept: a telephone number proves nothing.

Source: twilio.com/docs/voice/media-streams/websocket-messages, twilio.com/docs/usage/security (2026).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import quoteattr

from kefu.adapters.channels import Door, make_door, secret
from kefu.adapters.channels.media_streams.line import MediaLine, Start, read_start
from kefu.core.errors import BadInput, BadSignature, DeliveryFailed, TooLarge
from kefu.core.nouns import Inbound
from kefu.core.ports.channel import Parcel, Raw
from kefu.core.ports.line import Caller, Line, Socket

TOKEN_S = 120
"""How long a call may take from our answer to its socket."""


class MediaChannel:
    """Checks the company's requests, and opens its sockets."""

    pushes = False

    def __init__(self, door: Door, auth_token: str) -> None:
        self.name = door.name
        self._door = door
        self._key = auth_token.encode()

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """No message comes by request."""
        size = len(raw.body)
        raise BadInput(f"Channel {self.name!r} takes calls at /webhooks/{self.name}/call ({size} bytes came).")

    async def send(self, parcel: Parcel) -> None:
        """Nothing is pushed: what is answered is spoken."""
        raise DeliveryFailed(f"Channel {self.name!r} does not push; {parcel.key} is spoken on its call.")

    def welcome(self, raw: Raw, url: str, socket_url: str) -> bytes:
        """See `Carrier`."""
        if len(raw.body) > self._door.largest:
            raise TooLarge
        fields = parse_qsl(raw.body.decode("utf-8", "replace"), keep_blank_values=True)
        given = raw.headers.get("x-twilio-signature", "")
        if not hmac.compare_digest(given.encode(), self.sign(url, fields).encode()):
            raise BadSignature(
                f"X-Twilio-Signature does not hold for {url}; check [channels.{self.name}] auth_token and url."
            )
        call_id = dict(fields).get("CallSid", "")
        if not 0 < len(call_id) <= 64 or not call_id.isalnum():
            raise BadInput("CallSid must be 1 to 64 letters and digits.")
        token = self._token(call_id, int(raw.received_at.timestamp()) + TOKEN_S)
        stream = f'<Stream url={quoteattr(socket_url)}><Parameter name="token" value={quoteattr(token)}/></Stream>'
        return f'<?xml version="1.0" encoding="UTF-8"?><Response><Connect>{stream}</Connect></Response>'.encode()

    def sign(self, url: str, fields: Sequence[tuple[str, str]]) -> str:
        """The company's signature: HMAC-SHA1 over the address and the sorted fields, one after the other."""
        text = url + "".join(name + value for name, value in sorted(fields))
        return base64.b64encode(hmac.new(self._key, text.encode(), hashlib.sha1).digest()).decode()

    async def open_line(self, socket: Socket, now: datetime) -> Line:
        """See `SocketLines`."""
        start = await read_start(socket)
        self._check(start, now)
        return MediaLine(Caller(self.name, f"call:{start.call_id}", start.call_id), socket, start.stream_id)

    def _check(self, start: Start, now: datetime) -> None:
        until, _, _ = start.token.partition(".")
        if not until.isascii() or not until.isdecimal() or len(until) > 12:
            raise BadSignature("The stream came without the token that our answer gave it.")
        if not hmac.compare_digest(start.token.encode(), self._token(start.call_id, int(until)).encode()):
            raise BadSignature("The stream's token is not ours.")
        if int(until) < now.timestamp():
            raise BadSignature("The stream's token is over; the call must be asked for anew.")

    def _token(self, call_id: str, until: int) -> str:
        word = hmac.new(self._key, f"stream\0{call_id}\0{until}".encode(), hashlib.sha256).hexdigest()
        return f"{until}.{word}"


def open_channel(name: str, settings: Mapping[str, object]) -> MediaChannel:
    """Make the channel; raises `BadConfig` where its `auth_token` is missing or short."""
    return MediaChannel(make_door(name, settings), secret(name, settings, "auth_token"))
