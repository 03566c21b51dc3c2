"""kefu's writer against a real model server in a process of its own: what the model says never goes out unproven."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
import pytest
from chat_server import free_port
from small_house import make_bench

from kefu.adapters.writers.chat import ChatWriter, open_writer
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.write.proof import prove
from kefu.app.library.articles import Properties, make_article
from kefu.app.searches import Finder
from kefu.core.errors import WriterFailed
from kefu.core.ports.document import Written
from kefu.core.ports.writer import Assignment
from kefu.service.turn.rewrite import Pen

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

PATIENCE_S = 120
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
ASSIGNMENT = Assignment("教材能寄到国外吗", ("教材可以寄到国外，邮费自付，约15天送到。",), "zh")
SECRET = "13912345678"


@dataclass
class Server:
    """A running model server."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str

    def wait(self) -> None:
        """Wait until it answers."""
        end = monotonic() + PATIENCE_S
        while monotonic() < end and self.process.poll() is None:
            try:
                httpx2.get(f"{self.url.removesuffix('/v1')}/health", timeout=2)
            except httpx2.TransportError:
                continue
            return
        raise AssertionError("the model server did not start")

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies that it was sent."""
        file = self.folder / "asked.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """A new server, which may not answer yet; killed in the end."""
    port, script = free_port(), Path(__file__).with_name("model_server.py")
    quiet = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "HF_HOME": str(folder)}
    command = [sys.executable, str(script), str(folder), str(port)]
    with subprocess.Popen(command, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield Server(process, folder, f"http://127.0.0.1:{port}/v1")
        finally:
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("model")) as running:
        running.wait()
        yield running


@asynccontextmanager
async def writing(server: Server, **settings: object) -> AsyncIterator[ChatWriter]:
    common = {"url": server.url, "model": str(server.folder), "answer_tokens": 200, "first_s": 60.0, "whole_s": 60.0}
    async with open_writer({**common, **settings}) as writer:
        yield writer


async def all_of(writer: ChatWriter) -> list[str]:
    """The pieces of an answer."""
    return [piece async for piece in writer.write(ASSIGNMENT)]


async def test_it_streams_and_the_proof_finds_that_nothing_was_meant(server: Server) -> None:
    async with writing(server, answer_tokens=1000) as writer:
        began = [monotonic() async for _ in writer.write(ASSIGNMENT)]
        written = "".join(await all_of(writer))
    assert len(began) > 50
    assert began[len(began) // 2] < began[-1]
    assert prove(written, ASSIGNMENT)


async def test_it_is_not_waited_for_longer_than_allowed(server: Server) -> None:
    began = monotonic()
    async with writing(server, answer_tokens=6000, whole_s=0.6) as writer:
        with pytest.raises(WriterFailed, match="nothing came in time"):
            await all_of(writer)
    assert monotonic() - began < 10


async def test_the_budget_counts_what_the_server_says(server: Server) -> None:
    most, answered, before = 6_000, 0, len(server.asked)

    async def write_on() -> None:
        nonlocal answered
        async with writing(server, tokens_per_day=most) as writer:
            while await all_of(writer):
                answered += 1

    with pytest.raises(WriterFailed, match="budget of 6000 tokens"):
        await write_on()
    body = server.asked[before]
    said = "".join(f"{one['role']}: {one['content']}\n" for one in body["messages"]) + "assistant: "
    told = len(said.encode()) + 200  # a token is a byte, and it writes as many as it may
    expected = len(json.dumps(body, ensure_ascii=False).encode())
    assert answered == (most - expected) // told + 1


async def test_customers_get_the_texts_words_and_the_server_no_personal_data(server: Server) -> None:
    text = f"教材可以寄到国外，邮费自付，约15天送到。要改地址请拨打{SECRET}。"
    article = make_article(
        Written("教材能寄到国外吗", text, questions=("教材能寄到国外吗",)), "page:1", Properties(), NOW
    )
    texts, bench = LexicalKnowledge(), make_bench(NOW)
    texts.put([article])
    async with writing(server) as writer:
        bench.house = replace(bench.house, find=Finder(texts).find, pen=Pen(writer, prove))
        before = len(server.asked)
        taken = await bench.take(f"教材能寄到国外吗，我的电话是{SECRET}", "")
    texts.close()
    (reply,) = taken.replies
    assert reply.text == text
    sources = {evidence.source.partition(":")[0] for one in reply.statements for evidence in one.evidence}
    assert sources == {"knowledge"}
    (asked,) = server.asked[before:]
    sent = json.dumps(asked, ensure_ascii=False)
    assert "邮费自付" in sent
    assert SECRET not in sent
    assert "⟦1⟧" in sent


async def test_a_server_that_is_only_starting_is_asked_again(tmp_path: Path) -> None:
    with started(tmp_path) as starting:
        async with writing(starting, attempts=9, whole_s=PATIENCE_S, first_s=PATIENCE_S, answer_tokens=20) as writer:
            began = monotonic()
            assert await all_of(writer)
            assert monotonic() - began > 0.4, "the first try can't have found it"
        assert len(starting.asked) == 1


async def test_a_server_that_is_killed_in_the_middle_is_left_alone(tmp_path: Path) -> None:
    with started(tmp_path) as dying:
        await asyncio.to_thread(dying.wait)
        async with writing(dying, attempts=1, failures=2, answer_tokens=6000) as writer:
            with pytest.raises(WriterFailed):
                await killed_midway(dying, writer)
            await asyncio.to_thread(dying.process.wait)
            with pytest.raises(WriterFailed, match="ConnectError"):
                await all_of(writer)
            began = monotonic()
            with pytest.raises(WriterFailed, match="2 times in a row"):
                await all_of(writer)
            assert monotonic() - began < 0.1


async def killed_midway(server: Server, writer: ChatWriter) -> None:
    """Read on after the first piece, when there is no server any more."""
    async for _ in writer.write(ASSIGNMENT):
        server.process.kill()
