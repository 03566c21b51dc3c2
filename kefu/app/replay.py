"""A company's earlier chats, run through the turn in the shadow, so that a promise can be had before going live."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kefu.app.following import REPLAYED
from kefu.app.house import Kefu
from kefu.core.errors import BadInput
from kefu.core.events import DrawnForReview
from kefu.core.nouns import Identity, Inbound, Language
from kefu.core.ports.reader import Progress
from kefu.service.desk.deeds import HandBack, Reply
from kefu.service.turn import conversation_id_of, take_turn
from kefu.service.turn.house import House
from kefu.service.turn.person import speak

WHO = "replay"
NEEDED = ("conversation", "time", "text")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a customer, what the company answered to it if that is known, and who the customer was."""

    conversation: str
    time: str
    text: str
    answer: str = ""
    customer: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was done: `held` conversations stood in the file, `known` messages had been drafted before."""

    held: int
    conversations: int
    messages: int
    drawn: int
    known: int


def read_chats(file: Path) -> Mapping[str, Sequence[Line]]:
    """The lines of an export by their conversation, in the order of time; raises `BadInput` with file and line.

    CSV with a header, or a JSON object a line; other columns are left alone.
    """
    chats: dict[str, list[Line]] = {}
    for number, row in _rows(file):
        missing = [name for name in NEEDED if name not in row]
        if missing:
            raise BadInput(f"{file}, line {number}: {', '.join(missing)} is missing; needed are {', '.join(NEEDED)}.")
        line = Line(**{name: str(row.get(name) or "").strip() for name in Line.__slots__})
        if line.text:
            chats.setdefault(line.conversation, []).append(line)
    if not chats:
        raise BadInput(f"{file} holds no message of a customer.")
    return {name: sorted(lines, key=lambda line: line.time) for name, lines in chats.items()}


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        if file.suffix not in (".jsonl", ".ndjson"):
            yield from enumerate(csv.DictReader(text), start=2)
            return
        for number, line in enumerate(text, start=1):
            try:
                row = json.loads(line) if line.strip() else None
            except ValueError as error:
                raise BadInput(f"{file}, line {number} is no JSON: {error}.") from error
            if isinstance(row, dict):
                yield number, row


async def replay_chats(chats: Mapping[str, Sequence[Line]], kefu: Kefu, most: int, progress: Progress) -> Replayed:
    """Draft answers to conversations drawn at random, each of whose enquiries then waits for a verdict.

    Nobody is told of them, and in the end they are in nobody's hands. A message that was
    replayed before is left as it is.
    """
    house = replace(kefu.house, shadow=True, shadow_share=1.0, notify=(), pushes=frozenset())
    chosen = sorted(chats, key=_lot)[:most]
    messages = drawn = known = 0
    for at, name in enumerate(chosen, start=1):
        told = [await _say(line, number, kefu, house) for number, line in enumerate(chats[name])]
        new = [one for one in told if one is not None]
        if new:
            await speak(conversation_id_of(REPLAYED, name), [HandBack()], WHO, house, kefu.store)
        messages, drawn, known = messages + len(new), drawn + sum(new), known + len(told) - len(new)
        progress("conversations", at, len(chosen))
    return Replayed(len(chats), len(chosen), messages, drawn, known)


async def _say(line: Line, number: int, kefu: Kefu, house: House) -> bool | None:
    """Let one message be drafted; whether it was drawn, None for one that was known."""
    identity = Identity(line.customer, "server") if line.customer else None
    key = hashlib.blake2b(f"{line.conversation}\0{number}\0{line.text}".encode(), digest_size=12).hexdigest()
    language: Language | None = "zh" if line.language == "zh" else "en" if line.language == "en" else None
    inbound = Inbound(REPLAYED, key, line.conversation, line.text, datetime.now(UTC), identity, language)
    taken = await take_turn(inbound, house)
    if taken.repeat:
        return None
    if line.answer:
        await speak(taken.conversation_id, [Reply(line.answer)], WHO, house, kefu.store)
    return any(isinstance(event, DrawnForReview) for event in taken.events)


def _lot(conversation: str) -> bytes:
    return hashlib.blake2b(conversation.encode(), digest_size=8, person=b"kefu-replay").digest()
