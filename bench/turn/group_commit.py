"""The baseline of the turn bench: the store alone, committing turns of the same bytes.

python bench/turn/group_commit.py sqlite:///commits.db
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from kefu.adapters.stores import postgres, sqlite
from kefu.core.events import (
    DecisionTaken,
    FlowEnded,
    FlowStarted,
    MessageReceived,
    MessageUnderstood,
    Replied,
    SlotsFilled,
    Stage,
    StepReached,
    TurnTraced,
)
from kefu.core.nouns import Conversation, Evidence, IntentScore, Said, Statement
from kefu.core.ports.store import Commit, Memory

TEXT, REPLY = "我的英语课学到哪了", "您好，您已经学习到第12课，预计还需要学习8课。"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FOUND = '[{"id": "C001", "title": "英语口语入门", "lessons": 20, "lessons_done": 12}]'
EVENTS = (
    MessageReceived(NOW, "", TEXT),
    MessageUnderstood(
        NOW, "zh", (IntentScore("course_progress", 0.97),) * 3, (), (), 0.0, 0.0, 0.0, None, "linear-0123456789ab"
    ),
    DecisionTaken(NOW, "run", "understood", "course_progress"),
    FlowStarted(NOW, "course_progress", "course_progress", TEXT),
    SlotsFilled(NOW, {"course": "C001"}, {"title": "英语口语入门", "lesson": 12, "remaining": 8}),
    StepReached(NOW, 1),
    FlowEnded(NOW, "done"),
    Replied(NOW, (Statement(REPLY, (Evidence("records:course_progress/my_courses", FOUND),)),), "zh"),
    TurnTraced(NOW, tuple(Stage(name, 0.123, TEXT, REPLY) for name in "abcdefgh")),
)
"""What the main job writes in a turn."""


async def produce(store: Memory, who: int, end: float) -> int:
    """Commit turn after turn to one conversation; returns how many."""
    sender = f"{who}-{uuid4().hex}"
    talk = Conversation(f"c{uuid4().hex}", "bench", sender, recent=(Said("customer", TEXT, NOW),) * 16)
    for number in count():
        if time.perf_counter() > end:
            return number
        after = replace(talk, version=talk.version + len(EVENTS))
        await store.commit(Commit(f"t{uuid4().hex}", f"{sender}:{number}", NOW, after, talk.version, EVENTS))
        talk = after
    return 0


async def commits(url: str, producers: int, seconds: float) -> tuple[float, float]:
    """Commits a second, and CPU microseconds a commit, with some producers at once."""
    plugin = sqlite if url.startswith("sqlite") else postgres
    async with plugin.open_store({"path": url.removeprefix("sqlite:///"), "url": url}) as store:
        start, cpu = time.perf_counter(), time.process_time()
        done = sum(await asyncio.gather(*(produce(store, who, start + seconds) for who in range(producers))))
        return done / (time.perf_counter() - start), (time.process_time() - cpu) / done * 1e6


async def measure_commits(url: str, producers: int, seconds: float) -> float:
    """Commits a second."""
    return (await commits(url, producers, seconds))[0]


if __name__ == "__main__":
    for producers in (1, 8, 64):
        rate, cpu = asyncio.run(commits(sys.argv[1], producers, 3.0))
        print(f"{producers:>3} producers: {rate:8.0f} durable commits/s, {cpu:6.0f} µs CPU a commit")
