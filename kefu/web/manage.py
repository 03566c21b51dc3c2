"""What admins set at the desk, for its pages and for the API alike: settings and channels."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.settings import SETTINGS, Changed, State, change_settings, read_settings
from kefu.core.errors import BadInput, NotFound
from kefu.core.ports.channel import SessionChannel
from kefu.core.ports.desk import View
from kefu.core.trail import Entry
from kefu.web.gate import require, specify
from kefu.web.hall import Hall

DEED = "settings.change"
SHOWN_CHANGES = 10
MOST_DEAD = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """A change of settings as the audit trail has it: by key, the value before and after."""

    entry: int
    at: datetime
    who: str
    values: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel: what kind it is, whether it pushes replies and opens sessions, and how it does.

    `last_at` is the time of the latest message of its conversations, `undelivered` how many replies were given up.
    """

    name: str
    plugin: str
    pushes: bool
    sessions: bool
    last_at: datetime | None
    undelivered: int
    message_characters: int
    body_kb: int


async def list_settings(hall: Hall, who: Operator) -> Sequence[State]:
    """Every setting that can be changed here."""
    require(who, "change_settings")
    return await asyncio.to_thread(read_settings, hall.kefu.config)


async def set_settings(hall: Hall, who: Operator, connection: HTTPConnection, values: Mapping[str, object]) -> Changed:
    """Change settings, all or none; the running server follows where it can."""
    require(who, "change_settings")
    changed = await asyncio.to_thread(change_settings, hall.kefu.config.home, values)
    await hall.kefu.reconfigure()
    told = {key: (changed.before[key], changed.after[key]) for key in changed.after}
    specify(connection, json.dumps(told, ensure_ascii=False))
    return changed


async def undo_settings(hall: Hall, who: Operator, connection: HTTPConnection, entry: int) -> Changed:
    """Put the values back that an entry of the audit trail replaced; raises `NotFound` for any other entry."""
    require(who, "change_settings")
    found = await hall.kefu.store.trail(entry - 1, 1)
    if not found or found[0].number != entry or found[0].deed.what != DEED:
        raise NotFound(f"Entry {entry} of the audit trail is no change of settings.")
    return await set_settings(hall, who, connection, {key: old for key, (old, _) in _change(found[0]).values.items()})


async def list_changes(hall: Hall, who: Operator) -> Sequence[Change]:
    """The latest changes of settings, which can be undone."""
    require(who, "change_settings")
    return [_change(one) for one in await hall.kefu.store.latest(what=DEED, limit=SHOWN_CHANGES) if one.deed.detail]


def setting_at_fault(error: BadInput) -> str:
    """Which setting a refusal is about; empty when it says none."""
    key = error.message.partition(" ")[0]
    return key if key in SETTINGS else ""


async def list_channels(hall: Hall, who: Operator) -> Sequence[ChannelState]:
    """Every channel with its state."""
    require(who, "change_settings")
    kefu = hall.kefu
    dead = Counter(one.parting.address for one in await kefu.store.dead(MOST_DEAD) if one.parting.kind == "message")
    limits = kefu.config.get("limits.message_characters", int), kefu.config.get("limits.body_kb", int)
    found = []
    for name, channel in kefu.channels.items():
        page = await kefu.store.inbox(View(channel=name), "newest", limit=1)
        last = page.entries[0].updated_at if page.entries else None
        plugin, sessions = kefu.config.get(f"channels.{name}.use", str), isinstance(channel, SessionChannel)
        found.append(ChannelState(name, plugin, channel.pushes, sessions, last, dead[name], *limits))
    return found


def _change(entry: Entry) -> Change:
    told: Mapping[str, tuple[Any, Any]] = {key: (old, new) for key, (old, new) in json.loads(entry.deed.detail).items()}
    return Change(entry.number, entry.at, entry.deed.who, told)
