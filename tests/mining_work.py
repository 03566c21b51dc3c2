"""A store full of generated conversations, and a run over it that a test can kill."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kefu.adapters.stores.sqlite import open_store
from kefu.app.batch import Engine
from kefu.app.batch.engine import _processes
from kefu.app.insight.gather import Gathering
from kefu.app.insight.mine import Mined, Plan, mine
from kefu.app.insight.naming import Names
from kefu.app.reporting import Reporting
from kefu.core.events import ConversationOpened, DecisionTaken, MessageReceived, MessageUnderstood, QuestionLeft
from kefu.core.nouns import Conversation, IntentScore
from kefu.core.ports.store import Commit, Memory
from kefu.service.desk.hours import Hours
from kefu.service.dialogue.fold import fold
from kefu.service.skills.catalog import Catalog

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SAID = (
    "退款什么时候到账",
    "怎么开发票",
    "where is my parcel",
    "登录不上去",
    "课程进度在哪里看",
    "can I change my address",
)
EVERY = 4
"""Of so many conversations one goes on a day later."""


async def fill(store: Memory, first: int, count: int) -> None:
    """Conversations of a message or two, some hundred together."""
    for start in range(first, first + count, 256):
        await asyncio.gather(*(_talk(store, number) for number in range(start, min(start + 256, first + count))))


async def _talk(store: Memory, number: int) -> None:
    talk = Conversation(f"c{number:06}", "kit", f"s{number}")
    for turn in range(2 if number % EVERY == 0 else 1):
        at = NOW - timedelta(days=20) + timedelta(minutes=number % 9000, days=turn)
        text = SAID[(number + turn) % len(SAID)]
        understood = MessageUnderstood(at, "zh", (IntentScore("x", 0.5),), (), (), 0.0, 0.1, 0.0, None, "kit")
        decided = DecisionTaken(at, "hand_off", "unknown", "")
        opened = (ConversationOpened(at, "kit", f"s{number}", "zh"),) if not turn else ()
        left = QuestionLeft(at, text, "zh", 0.1)
        events = (*opened, MessageReceived(at, f"m{number}-{turn}", text), understood, decided, left)
        after = fold(talk, events)
        await store.commit(Commit(f"t{number}-{turn}", f"m{number}-{turn}", at, after, talk.version, events))
        talk = after


async def work(store: Memory, folder: Path, workers: int = 2) -> Mined:
    """Gather and mine, as `kefu insight mine` does."""
    engine = Engine(lambda: _processes(workers))
    hours, catalog = Hours(ZONE), Catalog({}, {}, {})
    plan = Plan(90, 500, 6.0, ZONE, Names({}, {}), folder, timedelta(days=1))
    await Reporting(store, catalog, hours).read_past(engine, lambda *_: None)
    await Gathering(store, catalog, hours).read_past(engine, lambda *_: None)
    return await mine(store, engine, plan, NOW, lambda *_: None)


async def main(home: Path) -> None:
    """The run that is killed."""
    async with open_store({"path": str(home / "kefu.db")}) as store:
        await work(store, home / ".insight")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
