"""What screens hear: changes in the log's order, from where they left off, and no more than their viewer may know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from web_house import WebHouse, make_config

from kefu.adapters.brokers import local, postgres
from kefu.app import Kefu, Operator
from kefu.core.nouns import Inbound
from kefu.service.desk.deeds import Assign, Note
from kefu.web.api.stream import stream
from kefu.web.hall import Hall, now
from kefu.web.news import News, Present, State

PATIENCE_S = 5.0
MEI = Operator("mei")
BO = Operator("bo", "agent", frozenset({"billing"}))


async def ask(kefu: Kefu, sender: str, text: str) -> str:
    number = f"{sender}-{now().timestamp()}"
    return (await kefu.take(Inbound("rest", number, sender, text, now()))).conversation_id


class Screen:
    """An open stream, read frame by frame."""

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames

    async def next(self) -> dict[str, str]:
        """The next frame as its fields."""
        frame = await asyncio.wait_for(anext(self._frames), PATIENCE_S)
        lines = [line.partition(": ") for line in frame.decode().strip().splitlines()]
        return {name: value for name, _, value in lines}


async def watch(hall: Hall, who: Operator, after: int | None = None, last: str = "") -> Screen:
    answer: Any = await stream(hall, who, after, last, PATIENCE_S)
    return Screen(answer.body_iterator)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with WebHouse(make_config(tmp_path)).opening() as kefu:
        hall = Hall(kefu)
        async with hall.news.running():
            yield hall


async def test_a_screen_hears_every_change_and_goes_on_where_it_left_off(hall: Hall) -> None:
    screen = await watch(hall, MEI)
    hello = await screen.next()
    assert hello["event"] == "hello"
    talk = await ask(hall.kefu, "L1", "真人")
    first = await screen.next()
    assert (first["event"], talk in first["data"], "HandedOff" in first["data"]) == ("change", True, True)
    await hall.kefu.act(talk, "bo", [Note("看看")])
    second = await screen.next()
    assert int(second["id"]) > int(first["id"]) > int(hello["id"])
    again = await watch(hall, MEI, 0, last=first["id"])
    assert (await again.next())["event"] == "hello"
    assert await again.next() == second


async def test_who_was_away_too_long_begins_anew(hall: Hall, tmp_path: Path) -> None:
    await ask(hall.kefu, "L1", "真人")
    later = Hall(hall.kefu)
    async with later.news.running():
        screen = await watch(later, MEI, after=0)
        await screen.next()
        reset = await screen.next()
        assert (reset["event"], int(reset["id"])) == ("reset", later.news.position)


async def test_a_conversation_of_another_team_is_not_named(hall: Hall) -> None:
    talk = await ask(hall.kefu, "L1", "真人")
    screen = await watch(hall, BO)
    await screen.next()
    await hall.kefu.act(talk, "mei", [Assign(team="courses")])
    hidden = await screen.next()
    assert (hidden["event"], hidden["data"]) == ("lists", "{}")
    await hall.news.appear(talk, Present("abcd", "mei", "looks"))
    await hall.kefu.act(talk, "mei", [Assign(team="billing")])
    assert talk in (await screen.next())["data"]


@pytest.mark.parametrize("kind", ["local", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_two_processes_see_who_looks_and_types(kind: str, hall: Hall, request: pytest.FixtureRequest) -> None:
    talk = await ask(hall.kefu, "L1", "真人")
    async with AsyncExitStack() as stack:
        if kind == "postgres":
            url = request.getfixturevalue("postgres_url")
            brokers = [await stack.enter_async_context(postgres.open_broker({"url": url})) for _ in range(2)]
        else:
            brokers = [await stack.enter_async_context(local.open_broker({}))] * 2
        one, other = (News(hall.kefu.store, broker) for broker in brokers)
        for news in (one, other):
            await stack.enter_async_context(news.running())
        hall.news = other
        screen = await watch(hall, MEI)
        await screen.next()
        states: tuple[State, ...] = ("looks", "types", "left")
        for state in states:
            await one.appear(talk, Present("abcd", "阿博", state))
            assert (await screen.next())["event"] == "presence"
            assert [found.state for found in other.people(talk)] == ([state] if state != "left" else [])
