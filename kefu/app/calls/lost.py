"""Calls whose process died: nobody is left to end them, so the next process that starts does."""

from __future__ import annotations

import asyncio

from kefu.app.calls.call import ASKED, DESKS, SERVED
from kefu.app.calls.home import Home
from kefu.core.events import CallEnded
from kefu.core.ports.broker import Broker
from kefu.core.ports.calls import Call
from kefu.core.ports.desk import Scope
from kefu.core.ports.line import Caller
from kefu.service.turn.calling import note

PATIENCE_S = 2.0
"""How long a process may take to say that it serves a call."""

MOST = 1000


async def end_lost_calls(home: Home, patience_s: float = PATIENCE_S) -> int:
    """End the calls that no process serves; how many. Raises `Conflict` or `StoreFailed`."""
    calls = await home.store.calls(Scope(), limit=MOST, under_way=True)
    served = await asyncio.gather(*(_is_served(call, home.broker, patience_s) for call in calls))
    lost = [call for call, is_served in zip(calls, served, strict=True) if not is_served]
    for call in lost:
        await _end(call, home)
    return len(lost)


async def _is_served(call: Call, broker: Broker, patience_s: float) -> bool:
    topic = f"{DESKS}{call.began.call_id}"
    async with broker.listen(topic) as notes:
        await broker.publish(topic, ASKED)
        try:
            async with asyncio.timeout(patience_s):
                async for said in notes:
                    if said == SERVED:
                        return True
        except TimeoutError:
            pass
    return False


async def _end(call: Call, home: Home) -> None:
    """It lasted until the last that was written of it."""
    talk, call_id = await home.store.conversation(call.conversation_id), call.began.call_id
    if talk:
        recorded = await home.store.events(talk.id, call.number - 1)
        last = max(one.event.at for one in recorded if getattr(one.event, "call_id", "") == call_id)
        lasted_ms = int((last - call.began.at).total_seconds() * 1000)
        over = CallEnded(home.house.clock(), call_id, "lost", lasted_ms)
        await note(Caller(talk.channel, talk.sender, call_id), (over,), home.house)
        await home.tell(talk.id, talk.version + 1)
