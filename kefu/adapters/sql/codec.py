"""Events, states and articles to bytes and back: JSON, by their dataclasses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kefu.core.articles import Article
from kefu.core.errors import StoreFailed
from kefu.core.events import KINDS, UPGRADES, Event
from kefu.core.nouns import Conversation
from kefu.core.ports.past import Kept
from kefu.core.ports.store import Recorded

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_encoder = msgspec.json.Encoder()
_events: dict[str, msgspec.json.Decoder[Any]] = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
_state = msgspec.json.Decoder(Conversation)
_article = msgspec.json.Decoder(Article)
_body = msgspec.json.Decoder(dict[str, Any])


def encode(value: object) -> bytes:
    """Any event, state, article or mapping as JSON."""
    return _encoder.encode(value)


def decode_event(kind: str, version: int, data: bytes) -> Event:
    """A stored event, lifted to the present version of its kind.

    Raises `StoreFailed` when a newer kefu wrote it.
    """
    if kind not in KINDS:
        raise StoreFailed(f"The store holds events of kind {kind!r}; a newer kefu wrote them, so run that one.")
    if version == KINDS[kind].version:
        return _events[kind].decode(data)  # type: ignore[no-any-return]
    values: dict[str, object] = _body.decode(data)
    while version < KINDS[kind].version:
        values = UPGRADES[kind, version](values)
        version += 1
    return msgspec.convert(values, KINDS[kind])


def decode_kept(kept: Iterable[Kept]) -> list[Recorded]:
    """Events as a store keeps them."""
    return [
        Recorded(position, conversation, number, turn, decode_event(kind, version, data))
        for position, conversation, number, turn, kind, version, data in kept
    ]


def decode_state(data: bytes) -> Conversation:
    """The state of a conversation."""
    return _state.decode(data)


def decode_article(data: bytes) -> Article:
    """A version of an article."""
    return _article.decode(data)


def decode_body(data: bytes) -> Mapping[str, Any]:
    """The body of a parting."""
    return _body.decode(data)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The aware time, UTC."""
    return EPOCH + timedelta(microseconds=micros)
