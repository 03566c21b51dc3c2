"""webchat.v1: the chat widget on a web page.

A customer holds a session token that kefu signed, so nobody can speak in another's
name; whom the host site vouches for gets a session of that customer, everybody else
an anonymous one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex

import msgspec

from kefu.adapters.channels import Door, Id, bearer, make_door, secret, table
from kefu.adapters.channels.webchat.session import read_identity, read_session, sign_session
from kefu.adapters.channels.webchat.voice import BrowserLine, read_start
from kefu.core.errors import DeliveryFailed, NotSignedIn
from kefu.core.nouns import Attachment, Identity, Inbound, Language
from kefu.core.ports.channel import Parcel, Raw, Session
from kefu.core.ports.line import Caller, Line, Socket


class Message(msgspec.Struct, frozen=True):
    """The body of a request: words, ids of files that were brought, or both."""

    text: str = ""
    id: Id | None = None
    language: Language | None = None
    attachments: tuple[Id, ...] = ()

    def __post_init__(self) -> None:
        """Something must be said."""
        if not (self.text.strip() or self.attachments):
            raise ValueError("text is empty, and no attachments came with it")


DECODER = msgspec.json.Decoder(Message)


class WebChannel:
    """Reads what the widget says; replies are fetched by number."""

    pushes = False

    def __init__(self, door: Door, session_secret: str, site_secret: str) -> None:
        self.name = door.name
        self._door = door
        self._session_secret = session_secret
        self._site_secret = site_secret

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """See `Channel`; the session token travels as a bearer token."""
        session = self.read_session(bearer(raw), raw.received_at)
        said = self._door.read(raw, DECODER)
        inbound = Inbound(
            channel=self.name,
            external_id=f"{session.sender}:{said.id or token_hex(16)}",
            sender=session.sender,
            text=said.text,
            received_at=raw.received_at,
            identity=_identity(session),
            language=said.language,
            attachments=tuple(Attachment(id_) for id_ in said.attachments),
        )
        return (inbound,)

    async def send(self, parcel: Parcel) -> None:
        """Nothing is pushed: the widget fetches what is new."""
        raise DeliveryFailed(f"Channel {self.name!r} does not push; {parcel.key} waits in its conversation.")

    def open_session(self, identity: str, now: datetime) -> Session:
        """See `SessionChannel`."""
        customer_id = read_identity(identity, self._site_secret, now) if identity else ""
        sender = f"customer:{customer_id}" if customer_id else f"visitor:{token_hex(16)}"
        return sign_session(sender, customer_id, self._session_secret, now)

    def read_session(self, token: str, now: datetime) -> Session:
        """See `SessionChannel`."""
        if not token:
            raise NotSignedIn("A session token is needed; get one from POST /api/v1/chat/sessions.")
        return read_session(token, self._session_secret, now)

    async def open_line(self, socket: Socket, now: datetime) -> Line:
        """See `SocketLines`; the session's conversation is the call's."""
        start = await read_start(socket)
        session = self.read_session(start.session, now)
        caller = Caller(
            self.name,
            session.sender,
            token_hex(8),
            _identity(session),
            start.language,
            consent=bool(start.consent),
            greet=start.purpose == "call",
        )
        return BrowserLine(caller, socket, start.rate)


def _identity(session: Session) -> Identity | None:
    return Identity(session.customer_id, "token") if session.customer_id else None


def open_channel(name: str, settings: Mapping[str, object]) -> WebChannel:
    """Make the channel; raises `BadConfig` when one of the two secrets is missing or short."""
    security = table(settings, "security")
    session_secret, site_secret = (secret(name, security, key) for key in ("session_secret", "site_secret"))
    return WebChannel(make_door(name, settings), session_secret, site_secret)
