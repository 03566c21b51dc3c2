"""Dialogues as documentation and test: read a skill's `dialogues.md` and play it.

    ## A learner with one course
    <!-- customer: L00001, now: 2026-03-02T10:00+08:00 -->
    > Customer: how far am I
    > kefu: Hello, you have reached lesson 12; 8 lessons remain.
    <!-- then: effect refund/request_refund -->

`…` in an expected line stands for any text, `<br>` for a line break. A `then` comment
asserts what else happened in the turn above it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kefu.core.errors import BadSkill

CUSTOMER, MACHINE = ("客户", "Customer"), ("客服", "kefu")
LINE = re.compile(r"^>\s*(\w+)\s*[：:]\s*(.*)$")
COMMENT = re.compile(r"^<!--\s*(.*?)\s*-->$")
BETWEEN_TURNS = timedelta(seconds=20)
DEFAULT_NOW = "2026-03-02T10:00+08:00"


@dataclass(slots=True)
class Exchange:
    """What the customer says, the replies that must come, and what else must happen."""

    line: int
    said: str
    replies: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Dialogue:
    """One conversation that must come out right."""

    title: str
    line: int
    customer: str = ""
    now: datetime = field(default_factory=lambda: datetime.fromisoformat(DEFAULT_NOW))
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Happened:
    """What a turn did: its replies, and marks such as `effect refund/request_refund`."""

    replies: Sequence[str]
    marks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a dialogue came out otherwise than written."""

    line: int
    expected: str
    got: str

    def __str__(self) -> str:
        return f"line {self.line}: expected {self.expected!r}, got {self.got!r}"


Take = Callable[[str, str, datetime], Awaitable[Happened]]
"""Takes (text, customer id or empty, time) as one turn of a conversation of its own."""


def parse_dialogues(text: str, name: str) -> list[Dialogue]:
    """Read a dialogues.md; raises `BadSkill` with the line that can't be read."""
    dialogues: list[Dialogue] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("## "):
            dialogues.append(Dialogue(line[3:].strip(), number))
        elif not dialogues:
            continue
        elif comment := COMMENT.match(line):
            _comment(dialogues[-1], comment[1], f"{name}:{number}")
        elif line.startswith(">"):
            _line(dialogues[-1], line, number, name)
    return dialogues


def _comment(dialogue: Dialogue, text: str, place: str) -> None:
    if text.startswith("then:"):
        if not dialogue.exchanges:
            raise BadSkill(f"{place}: 'then' must stand after what the customer said.")
        dialogue.exchanges[-1].then.append(text.removeprefix("then:").strip())
        return
    for part in text.split(","):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        match key:
            case "customer":
                dialogue.customer = value
            case "now":
                dialogue.now = _moment(value, place)


def _moment(text: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadSkill(f"{place}: {text!r} is no time; write 2026-03-02T10:00+08:00.") from error
    if moment.tzinfo is None:
        raise BadSkill(f"{place}: {text!r} has no time zone; write 2026-03-02T10:00+08:00.")
    return moment


def _line(dialogue: Dialogue, line: str, number: int, name: str) -> None:
    match = LINE.match(line)
    if match is None or match[1] not in (*CUSTOMER, *MACHINE):
        raise BadSkill(f"{name}:{number}: a line must read '> 客户：…', '> 客服：…', '> Customer: …' or '> kefu: …'.")
    if match[1] in CUSTOMER:
        dialogue.exchanges.append(Exchange(number, match[2]))
    elif not dialogue.exchanges:
        raise BadSkill(f"{name}:{number}: a dialogue begins with the customer.")
    else:
        dialogue.exchanges[-1].replies.append(match[2])


async def play(dialogue: Dialogue, take: Take) -> list[Difference]:
    """Play a dialogue and return where it came out otherwise; empty means as written."""
    differences: list[Difference] = []
    now = dialogue.now
    for exchange in dialogue.exchanges:
        happened = await take(exchange.said.replace("<br>", "\n"), dialogue.customer, now)
        differences += _compare(exchange, happened)
        now += BETWEEN_TURNS
    return differences


def _compare(exchange: Exchange, happened: Happened) -> list[Difference]:
    got = [reply.replace("\n", "<br>") for reply in happened.replies]
    found = []
    if len(got) != len(exchange.replies) or not all(map(fits, exchange.replies, got)):
        found.append(Difference(exchange.line, " ⏎ ".join(exchange.replies), " ⏎ ".join(got)))
    found += [
        Difference(exchange.line, mark, ", ".join(happened.marks) or "nothing else")
        for mark in exchange.then
        if not any(fits(mark, other) for other in happened.marks)
    ]
    return found


def fits(expected: str, got: str) -> bool:
    """Whether a text is as written; `…` in what is expected stands for anything."""
    pattern = ".*".join(re.escape(part.strip()) for part in expected.split("…"))
    return re.fullmatch(rf"\s*{pattern}\s*", got, re.DOTALL) is not None
