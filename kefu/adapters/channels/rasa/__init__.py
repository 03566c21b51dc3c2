"""rasa.v1: what talks to a Rasa server talks to kefu unchanged.

    POST /webhooks/rest/webhook {"sender": "L00001", "message": "…", "metadata": {"message_id": "m1"}}

A token (`Authorization: Bearer`, or `?token=` as with Rasa's --auth-token) makes the
sender's word count. Rasa asks for none by default, so neither does this channel; but
senders without one are nobody in particular, in conversations of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kefu.adapters.channels import Fetching, Id, Text, bearer, from_server, make_door
from kefu.core.nouns import Inbound
from kefu.core.ports.channel import Raw


class Metadata(msgspec.Struct, frozen=True):
    """What kefu reads of Rasa's free metadata."""

    message_id: Id | None = None


class Message(msgspec.Struct, frozen=True):
    """The body of a request; Rasa calls a sender that is left out `default`."""

    message: Text
    sender: Id = "default"
    metadata: Metadata | None = None


DECODER = msgspec.json.Decoder(Message)


class RasaChannel(Fetching):
    """Reads Rasa's REST shape; replies travel in the answer to the request."""

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """See `Channel`."""
        token = bearer(raw) or raw.query.get("token", "")
        vouched = self._door.vouches(token, anonymous=self._anonymous)
        said = self._door.read(raw, DECODER)
        inbound = from_server(
            self.name,
            raw.received_at,
            sender=said.sender,
            text=said.message,
            message_id=said.metadata.message_id if said.metadata else None,
            vouched=vouched,
        )
        return (inbound,)


def open_channel(name: str, settings: Mapping[str, object]) -> RasaChannel:
    """Make the channel; setting `anonymous` (default true)."""
    return RasaChannel(make_door(name, settings), anonymous=settings.get("anonymous", True) is True)
