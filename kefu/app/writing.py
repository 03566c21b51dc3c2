"""The optional writer, together with the proof of what it writes."""

from __future__ import annotations

from contextlib import AsyncExitStack

from kefu.ai.write.proof import prove
from kefu.app.config import Config
from kefu.app.plugins import load_plugin
from kefu.service.turn.rewrite import Pen


async def open_pen(config: Config, stack: AsyncExitStack) -> Pen | None:
    """The writer of the table [writer], if it names one; raises `BadConfig` where something is missing there."""
    use = config.get("writer.use", str)
    if not use:
        return None
    return Pen(await stack.enter_async_context(load_plugin("writers", use)(config.table("writer"))), prove)
