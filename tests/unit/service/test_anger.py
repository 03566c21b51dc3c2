from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kefu.adapters.sql.codec import decode_event, encode
from kefu.core.errors import BadSkill
from kefu.core.events import HandedOff, MessageUnderstood
from kefu.core.nouns import Conversation
from kefu.service.dialogue.fold import fold
from kefu.service.skills.parse import read_tone

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HEARD = MessageUnderstood(NOW, "zh", (), (), (), 0.0, 0.0, 0.0, None, "test")
NEW = Conversation("c", "rest", "s")


def after(*angers: float) -> Conversation:
    return fold(NEW, [replace(HEARD, anger=anger) for anger in angers])


def test_a_run_of_angry_messages_counts_and_calm_ones_let_it_fade() -> None:
    assert after(0.5).anger < after(0.5, 0.5).anger < after(0.5, 0.5, 0.5).anger
    assert after(*[1.0] * 50).anger == 1.0
    assert after(0.9, 0.0, 0.0).anger < 0.3


def test_who_waits_and_grows_angry_becomes_urgent() -> None:
    waiting = fold(NEW, [HandedOff(NOW, "customer_asked", "", "normal")])
    assert waiting.waiting
    assert waiting.waiting.urgency == "normal"
    calm, angry = (fold(waiting, [replace(HEARD, anger=anger)]).waiting for anger in (0.1, 0.9))
    assert (calm and calm.urgency, angry and angry.urgency) == ("normal", "high")


def test_an_event_of_the_first_version_still_loads() -> None:
    old = encode({"at": NOW, "language": "zh", "intents": [], "entities": [], "cues": [], "sentiment": -0.5,
                  "urgency": 0.2, "reader": "linear.v1-old"})  # fmt: skip
    event = decode_event("MessageUnderstood", 1, old)
    assert isinstance(event, MessageUnderstood)
    assert (event.sentiment, event.anger, event.act) == (-0.5, 0.0, None)
    assert decode_event("MessageUnderstood", 2, encode(event)) == event


def test_a_tone_file_names_its_mistakes() -> None:
    assert list(read_tone("tone.en.txt", "[angry complaint]\nno!\n")) == [(2, "angry complaint", "no!")]
    for content in ("no heading", "[furious]\nno!"):
        with pytest.raises(BadSkill, match=r"tone\.en\.txt:1"):
            list(read_tone("tone.en.txt", content))
