"""Dialogues between customers and people, with what judges thought of them, as events of a conversation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from kefu.core.events import ConversationOpened, Event, HandedOff, MessageReceived, MessageUnderstood, PersonReplied
from kefu.core.nouns import Language
from kefu.core.ports.reader import Reader
from kefu.core.ports.store import Recorded

BEGIN = datetime(2026, 3, 2, 2, tzinfo=UTC)
PACE = timedelta(minutes=1)
FILES: Mapping[Language, str] = {"zh": "train_data_cn.json", "en": "train_data_en.json"}
JUDGED = {"A": "solved", "S": "tone", "E": "effort"}
"""The judges' questions (accomplished? satisfied? effective?), and the regard in which kefu answers each."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Turns as (by the customer, text), and for each regard what each judge said, from -2 to 2."""

    id: str
    language: Language
    turns: Sequence[tuple[bool, str]]
    judged: Mapping[str, Sequence[int]]

    @property
    def is_held(self) -> bool:
        """Whether it is of the half that figures are made of; the same in both languages."""
        return blake2b(self.id.encode(), digest_size=1).digest()[0] % 2 == 1

    def mean(self, regard: str) -> float:
        """What the judges thought on the average."""
        return sum(self.judged[regard]) / len(self.judged[regard])


def load(folder: Path, language: Language) -> Iterator[Dialogue]:
    """The dialogues of a language."""
    for one in json.loads((folder / FILES[language]).read_text("utf-8")):
        said = [(turn["sender"] == "customer", " ".join(filter(None, turn["utterances"]))) for turn in one["turns"]]
        marks = [judge["quality"] for judge in one["annotations"]]
        judged = {regard: [int(mark[name]) for mark in marks] for name, regard in JUDGED.items()}
        yield Dialogue(str(one["id"]), language, [turn for turn in said if turn[1].strip()], judged)


def events_of(one: Dialogue, reader: Reader) -> list[Recorded]:
    """A conversation that people have answered from the beginning, as the log would hold it."""
    events: list[Event] = [ConversationOpened(BEGIN, "bench", one.id, one.language)]
    for number, (by_customer, text) in enumerate(one.turns):
        at = BEGIN + PACE * number
        if by_customer:
            read = reader.read(text, one.language)
            heard = (tuple(sorted(read.cues)), read.sentiment, read.urgency, read.anger, read.act)
            scores = read.asks[0].intents[:3]
            events.append(MessageReceived(at, "", text))
            events.append(MessageUnderstood(at, one.language, scores, read.entities, *heard, read.reader))
            if number == 0:
                events.append(HandedOff(at, "customer_asked", "", "normal"))
        else:
            events.append(PersonReplied(at, "helpdesk", text))
    return [Recorded(place, one.id, place, f"t{place}", event) for place, event in enumerate(events, start=1)]
