"""A process that dies in the middle of a call: python killed_call.py FOLDER."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from call_house import CallHouse, serving
from callers import until
from web_house import make_config

from kefu.core.events import CallBegan


async def die(home: Path) -> None:
    async with serving(CallHouse(make_config(home), durable=True)) as house, house.asterisk() as caller:
        await until(lambda: caller.sound(0))
        await until(lambda: house.events(CallBegan))
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(die(Path(sys.argv[1])))
