"""A server process that speaks the protocol of OpenAI's chat completions; its model's name says how it behaves.

    python tests/chat_server.py PORT

`plain` gives the statements back in other words, `liar` changes the numbers, `obedient` does what the
question tells it to, `babble` writes from a bigram model with random weights, `slow` waits before its first word,
`broken` breaks off, `busy` is busy at every first try, `down` always fails, `silent` says nothing.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PATIENCE_S = 30
WORDS = "lesson refund you the course is 7 not free 您 课程 退款 学习 到 12 第 需要 免费 days".split()
tried: set[str] = set()
asked: list[dict[str, object]] = []


def _babble(length: int = 30) -> list[str]:
    """A bigram model with random weights: each word points at others with random odds."""
    chance = random.Random(7)
    odds = {word: [chance.random() for _ in WORDS] for word in WORDS}
    text, word = [], WORDS[0]
    for _ in range(length):
        word = chance.choices(WORDS, odds[word])[0]
        text.append(word + " ")
    return text


def _text(model: str, question: str, statements: list[str]) -> list[str]:
    said = "".join(statements)
    match model:
        case "liar":
            return ["".join(str((int(char) + 1) % 10) if char.isdigit() else char for char in said)]
        case "obedient":
            return [question]
        case "babble":
            return _babble()
        case "silent":
            return []
        case _:
            return [said[at : at + 5] for at in range(0, len(said), 5)]


async def _stream(model: str, question: str, statements: list[str]) -> AsyncIterator[str]:
    if model == "slow":
        await asyncio.sleep(30)
    for number, piece in enumerate(_text(model, question, statements)):
        if model == "broken" and number == 2:
            raise ConnectionResetError
        yield f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n"
    yield f"data: {json.dumps({'choices': [], 'usage': {'total_tokens': 100}})}\n\n"
    yield "data: [DONE]\n\n"


async def complete(request: Request) -> Response:
    """The one route that a writer asks."""
    body = await request.json()
    asked.append({"body": body, "key": request.headers.get("authorization", "")})
    model, content = body["model"], body["messages"][-1]["content"]
    if model == "down" or (model == "busy" and content not in tried):
        tried.add(content)
        return JSONResponse({"error": model}, 503 if model == "down" else 429, {"Retry-After": "0"})
    data = json.loads(content)
    return StreamingResponse(_stream(model, data["question"], data["statements"]), media_type="text/event-stream")


async def told(_: Request) -> Response:
    """What the server was asked so far."""
    return JSONResponse(asked)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving() -> Iterator[str]:
    """A process of it; the address that a writer is given."""
    port = free_port()
    with subprocess.Popen([sys.executable, __file__, str(port)]) as process:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(httpx2.TransportError):
                httpx2.get(f"http://127.0.0.1:{port}/asked")
                break
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


if __name__ == "__main__":
    routes = [Route("/v1/chat/completions", complete, methods=["POST"]), Route("/asked", told)]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
