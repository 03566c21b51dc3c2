"""A store full of generated conversations, mined as `kefu insight mine` does; each run in a process of its own."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from messages import generate

from kefu.adapters.stores.sqlite import open_store
from kefu.app.batch.engine import Engine, _processes
from kefu.app.insight.gather import Gathering
from kefu.app.insight.mine import Plan, mine
from kefu.app.insight.naming import Names
from kefu.app.reporting import Reporting
from kefu.core.events import (
    ConversationOpened,
    DecisionTaken,
    HandedOff,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    QuestionLeft,
    Replied,
    Stage,
    TurnTraced,
)
from kefu.core.nouns import Conversation, IntentScore, Statement
from kefu.core.ports.store import Commit, Memory
from kefu.service.desk.hours import Hours
from kefu.service.dialogue.fold import fold
from kefu.service.skills.catalog import Catalog

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
DAYS = 60
TOGETHER = 512
STAGES = tuple(
    Stage(name, 0.2, "", "") for name in "receive recall guard understand decide act compose deliver".split()
)


async def fill(store: Memory, first: int, count: int) -> None:
    """Conversations of one to three messages over two months; of ten, three are handed to people and answered."""
    texts = iter([text for text, _ in generate(3 * count, seed=first)])
    for start in range(first, first + count, TOGETHER):
        talks = [list(commits(number, texts)) for number in range(start, min(start + TOGETHER, first + count))]
        for turn in range(3):
            await asyncio.gather(*(store.commit(talk[turn]) for talk in talks if len(talk) > turn))


def commits(number: int, texts: Iterator[str]) -> Iterator[Commit]:
    """The turns of one conversation."""
    chance = Random(number)  # noqa: S311 - repeatable, and no secret
    talk = Conversation(f"c{number:07}", "bench", f"s{number}")
    begin = NOW - timedelta(seconds=chance.randrange(DAYS * 86_400) + 7200)
    for turn in range(chance.choice((1, 1, 1, 2, 3))):
        at, text = begin + timedelta(minutes=turn), next(texts)
        handed = chance.random() < 0.3
        scores = (IntentScore("other", 0.4),)
        events = (
            *((ConversationOpened(at, "bench", talk.sender, "zh"),) if not turn else ()),
            MessageReceived(at, f"m{number}-{turn}", text),
            MessageUnderstood(at, "zh", scores, (), (), 0.1 - handed, 0.1, 0.05, None, "bench"),
            DecisionTaken(at, "hand_off" if handed else "clarify", "unknown"),
            *((HandedOff(at, "not_understood", text, "normal"),) if handed else (QuestionLeft(at, text, "zh", 0.1),)),
            Replied(at, (Statement("您好，这个问题我记下了。", ()),), "zh"),
            TurnTraced(at, STAGES),
            *((PersonReplied(at + timedelta(seconds=50), "mei", "您好，已经为您处理好了。"),) if handed else ()),
        )
        after = fold(talk, events)
        yield Commit(f"t{number}-{turn}", f"m{number}-{turn}", at, after, talk.version, events)
        talk = after


async def work(home: Path, workers: int) -> dict[str, float]:
    """Gather and mine what is new, and say what it took."""
    engine, hours, catalog = Engine(lambda: _processes(workers)), Hours(ZONE), Catalog({}, {}, {})
    plan = Plan(90, 2000, 6.0, ZONE, Names({}, {}), home / ".insight", timedelta(days=1))
    async with open_store({"path": str(home / "kefu.db")}) as store:
        start, before = time.perf_counter(), cpu()
        await Reporting(store, catalog, hours).read_past(engine, lambda *_: None)
        await Gathering(store, catalog, hours).read_past(engine, lambda *_: None)
        gathered = cpu()
        found = await mine(store, engine, plan, NOW, lambda *_: None)
        took = {"wall_s": time.perf_counter() - start, "gather_s": gathered - before, "mine_s": cpu() - gathered}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took | {"messages": found.messages, "topics": len(found.topics), "peak_mb": peak}


def cpu() -> float:
    """Seconds of CPU of this process and its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


async def prepare(home: Path, first: int, count: int) -> dict[str, float]:
    """Fill a store."""
    async with open_store({"path": str(home / "kefu.db")}) as store:
        await fill(store, first, count)
    return {}


def run(home: Path, *words: str) -> dict[str, float]:
    """One of the two in a process of its own, so that memory is that of the run."""
    command = [sys.executable, __file__, str(home), *words]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    found: dict[str, float] = json.loads(told)
    return found


if __name__ == "__main__":
    where, (what, *numbers) = Path(sys.argv[1]), sys.argv[2:]
    counts = [int(number) for number in numbers]
    print(json.dumps(asyncio.run(prepare(where, *counts) if what == "fill" else work(where, *counts))))
