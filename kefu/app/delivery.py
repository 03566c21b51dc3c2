"""Stage 送 deliver: what left a turn for the outside, tried until it is taken.

Partings are leased from the outbox, so any number of processes can deliver. A try
that fails comes again with growing pauses; in the end it becomes a dead letter and
the conversation goes to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from kefu.app.config import Config
from kefu.core.errors import DeliveryFailed, KefuError
from kefu.core.ports.channel import Channel, Parcel
from kefu.core.ports.store import Due, Memory, Settled
from kefu.service.desk.deeds import Flag
from kefu.service.turn.house import House
from kefu.service.turn.person import speak

log = structlog.get_logger()

MOST_AT_ONCE = 16
"""How many partings may be under way at once: enough to hide slow ends, few enough not to flood one."""

IDLE_S = 1.0
"""How long the outbox may stay unlooked at: retries and other processes' partings wait at most this."""


class Delivery:
    """Takes partings out of the outbox and carries them to where they go."""

    def __init__(self, house: House, store: Memory, channels: Mapping[str, Channel], config: Config) -> None:
        self._house = house
        self._store = store
        self._channels = channels
        self._notify_url = config.get("handoff.notify_url", str)
        self._attempts = config.get("delivery.attempts", int)
        self._first_retry_s = config.get("delivery.first_retry_s", float)
        self._lease_s = config.get("delivery.lease_s", float)
        self._woken = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be something to deliver, or room to deliver it."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then comes again when its lease is over."""
        try:
            while True:
                self._woken.clear()
                if not await self._begin():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), IDLE_S)
        finally:
            for task in self._under_way:
                task.cancel()

    async def _begin(self) -> int:
        """Begin with what is due as far as there is room; returns how many partings that were."""
        room = MOST_AT_ONCE - len(self._under_way)
        try:
            due = await self._store.take(self._house.clock(), room, self._lease_s) if room else ()
        except KefuError as error:
            log.warning("outbox not read", code=error.code)
            return 0
        for one in due:
            task = asyncio.create_task(self._finish(one))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(due)

    async def _finish(self, due: Due) -> None:
        """Try one parting and write down how it went; the next of its conversation may follow."""
        result = await self._try(due)
        try:
            await self._store.settle((result,), self._house.clock())
            if result.error and result.retry_at is None and due.parting.kind != "notice":
                flag = Flag(f"{due.parting.kind} not delivered: {result.error}")
                await speak(due.conversation_id, [flag], "kefu", self._house, self._store)
        except KefuError as error:
            log.warning("delivery not written down", code=error.code)
        self.wake()

    async def _try(self, due: Due) -> Settled:
        parting = due.parting
        try:
            await self._carry(due)
        except Exception as error:  # noqa: BLE001 - the stage's border: it becomes a retry or a dead letter
            reason = error.message if isinstance(error, KefuError) else f"{type(error).__name__}: {error}"
            last = due.attempts + 1 >= self._attempts
            pause = timedelta(seconds=self._first_retry_s * 2**due.attempts)
            log.warning("not delivered", kind=parting.kind, to=parting.address, attempt=due.attempts + 1, dead=last)
            return Settled(parting.id, reason, None if last else self._house.clock() + pause)
        return Settled(parting.id)

    async def _carry(self, due: Due) -> None:
        parting, body = due.parting, dict(due.parting.body)
        match parting.kind:
            case "message":
                await self._channel(parting.address).send(_parcel(body))
            case "effect":
                query = self._house.catalog.skills[str(body["skill"])].queries[str(body["statement"])]
                values: Any = body["values"]
                await self._house.records[parting.address].write(query, values)
            case "notice":
                await post(self._notify_url, parting.id, body)

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            raise DeliveryFailed(f"kefu.toml has no channel {name!r} any more; put it back or drop its dead letters.")
        return self._channels[name]


def _parcel(body: dict[str, Any]) -> Parcel:
    return Parcel(**{**body, "quick_replies": tuple(body["quick_replies"]), "sources": tuple(body["sources"])})


async def post(url: str, key: str, body: Mapping[str, object]) -> None:
    """Hand a notice to the team's own service; raises `DeliveryFailed` when it is not taken."""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.post(url, json=dict(body), headers={"Idempotency-Key": key})
    except httpx2.HTTPError as error:
        raise DeliveryFailed(f"{url} can't be reached: {type(error).__name__}; check [handoff] notify_url.") from error
    if not answer.is_success:
        raise DeliveryFailed(f"{url} answered {answer.status_code}; check [handoff] notify_url.")
