"""What calls need of the open installation: the part of `kefu.app.house.Kefu` that they use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from kefu.app.config import Config
from kefu.app.searches import Follower
from kefu.core.nouns import Inbound
from kefu.core.ports.broker import Broker
from kefu.core.ports.channel import Channel
from kefu.core.ports.recordings import Recordings
from kefu.core.ports.store import Memory
from kefu.service.turn.house import House, Taken


class Home(Protocol):
    """Where calls are answered."""

    config: Config
    store: Memory
    broker: Broker
    channels: Mapping[str, Channel]
    recordings: Recordings
    house: House
    follower: Follower

    async def take(self, inbound: Inbound) -> Taken:
        """Take one checked message."""

    async def tell(self, conversation_id: str, number: int) -> None:
        """Let those who watch a conversation know that it went on."""
