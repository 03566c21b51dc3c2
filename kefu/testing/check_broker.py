"""The conformance kit of brokers; `SHARED_BROKER_CHECKS` take two brokers that should hear each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kefu.core.ports.broker import Broker

PATIENCE_S = 10.0


async def a_note_reaches_every_listener_of_its_topic(broker: Broker) -> None:
    """In order, and nobody else."""
    async with broker.listen("kit:客") as one, broker.listen("kit:客") as two, broker.listen("other") as other:
        for number in range(3):
            await broker.publish("kit:客", str(number))
        await broker.publish("other", "x")
        async with asyncio.timeout(PATIENCE_S):
            for notes in (one, two):
                assert [await anext(notes) for _ in range(3)] == ["0", "1", "2"]
            assert await anext(other) == "x"


async def nobody_has_to_listen(broker: Broker) -> None:
    """A note without a listener is gone; who listens hears what comes from then on."""
    await broker.publish("kit:late", "early")
    async with broker.listen("kit:late") as notes:
        await broker.publish("kit:late", "late")
        async with asyncio.timeout(PATIENCE_S):
            while await anext(notes) != "late":
                pass


async def a_slow_listener_holds_nobody_up(broker: Broker) -> None:
    """Of very many notes, a listener that sleeps may miss the oldest, but not the latest."""
    async with broker.listen("kit:slow") as notes:
        for number in range(3000):
            await broker.publish("kit:slow", str(number))
        async with asyncio.timeout(PATIENCE_S):
            while await anext(notes) != "2999":
                pass


async def one_hears_the_other(one: Broker, other: Broker) -> None:
    """A note crosses from process to process."""
    async with other.listen("kit:far") as notes:
        await one.publish("kit:far", "hello")
        async with asyncio.timeout(PATIENCE_S):
            assert await anext(notes) == "hello"


BROKER_CHECKS: tuple[Callable[[Broker], Awaitable[None]], ...] = (
    a_note_reaches_every_listener_of_its_topic,
    nobody_has_to_listen,
    a_slow_listener_holds_nobody_up,
)

SHARED_BROKER_CHECKS: tuple[Callable[[Broker, Broker], Awaitable[None]], ...] = (one_hears_the_other,)
