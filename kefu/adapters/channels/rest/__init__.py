"""rest.v1: a company's own server hands in what its customers say, and gets the replies at once.

    POST {"sender": "L00001", "text": "…", "message_id": "m1", "language": "zh"}
    Authorization: Bearer <API token>

The server's word counts: the sender is the customer's id in the records. With
`anonymous = true` in the channel's table, requests without a token are served too,
as nobody in particular.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kefu.adapters.channels import Fetching, Id, Text, bearer, from_server, make_door
from kefu.core.nouns import Inbound, Language
from kefu.core.ports.channel import Raw


class Message(msgspec.Struct, frozen=True):
    """The body of a request."""

    sender: Id
    text: Text
    message_id: Id | None = None
    language: Language | None = None


DECODER = msgspec.json.Decoder(Message)


class RestChannel(Fetching):
    """Reads our own JSON; replies travel in the answer to the request."""

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """See `Channel`."""
        vouched = self._door.vouches(bearer(raw), anonymous=self._anonymous)
        said = self._door.read(raw, DECODER)
        inbound = from_server(
            self.name,
            raw.received_at,
            sender=said.sender,
            text=said.text,
            message_id=said.message_id,
            vouched=vouched,
            language=said.language,
        )
        return (inbound,)


def open_channel(name: str, settings: Mapping[str, object]) -> RestChannel:
    """Make the channel; setting `anonymous` (default false)."""
    return RestChannel(make_door(name, settings), anonymous=settings.get("anonymous", False) is True)
