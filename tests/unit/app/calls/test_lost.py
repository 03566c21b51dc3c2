"""Calls that nobody serves any more are ended; those that somebody serves go on."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import killed_call
from call_house import CallHouse, serving
from callers import until
from web_house import make_config

from kefu.app.calls.lost import end_lost_calls
from kefu.core.events import CallBegan, CallEnded
from kefu.core.ports.desk import Scope


async def test_a_killed_process_leaves_no_call_behind(tmp_path: Path) -> None:
    died = await asyncio.create_subprocess_exec(sys.executable, killed_call.__file__, str(tmp_path))
    assert await died.wait() == -signal.SIGKILL
    async with serving(CallHouse(make_config(tmp_path), durable=True)) as house:
        (began,) = await house.events(CallBegan)
        await until(lambda: house.events(CallEnded))
        (ended,) = await house.events(CallEnded)
        assert (ended.call_id, ended.because) == (began.call_id, "lost")
        assert 0 <= ended.lasted_ms < 60_000
        (call,) = await house.kefu.store.calls(Scope())
        talk = await house.kefu.store.conversation(call.conversation_id)
        assert talk
        assert talk.call is None
        assert await end_lost_calls(house.kefu) == 0


async def test_a_call_that_is_served_goes_on(tmp_path: Path) -> None:
    async with serving(CallHouse(make_config(tmp_path), durable=True)) as house, house.asterisk() as caller:
        await until(lambda: caller.sound(0))
        await until(lambda: house.events(CallBegan))
        assert await end_lost_calls(house.kefu) == 0
        assert not caller.over.is_set()
