"""A recorded call, from the sound to what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kefu.ai.speech.espeak import open_synthesiser
from kefu.core.events import CallBegan, CallEnded, Event, MessageReceived, Misheard
from kefu.core.nouns import Conversation
from kefu.core.ports.recordings import Label, Recordings
from kefu.core.ports.store import Commit, Memory
from kefu.service.dialogue.fold import fold

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SAID = ("where is my order", "i want to talk to a person", "cancel my subscription")
AFTER_MS = 900
"""How long after the last sound an event is written."""


def speak(texts: Sequence[str] = SAID) -> list[bytes]:
    """Each sentence as a voice says it, at 16 kHz."""
    engine = open_synthesiser({})
    voice = next(one for one in engine.voices if one.language == "en")
    sounds = [b"".join(engine.speak(text, voice, 16_000)) for text in texts]
    engine.close()
    return sounds


async def record_call(
    store: Memory, recordings: Recordings, spoken: Sequence[bytes], heard: Sequence[str], *more: Event
) -> None:
    """A call in which the sentences were said, and heard as these texts; an empty one was misheard."""
    talk = Conversation("c-call", "web", "u")
    recording = await recordings.begin(Label("k1", talk.id, AT, 16_000, "widget"))
    version, at_ms = talk.version, 1000
    turns: list[tuple[str, tuple[Event, ...]]] = [("t0", (CallBegan(AT, "k1", "web", "en", recording=True),))]
    for number, (pcm, text) in enumerate(zip(spoken, heard, strict=True), 1):
        recording.add("caller", at_ms, pcm)
        at_ms += len(pcm) // 32 + AFTER_MS
        at = AT + timedelta(milliseconds=at_ms)
        event = MessageReceived(at, f"x{number}", text) if text else Misheard(at, "k1", "not_expected", len(pcm) // 32)
        turns.append((f"t{number}", (event,)))
        at_ms += 1500
    typed = MessageReceived(AT + timedelta(milliseconds=at_ms + 5000), "x9", "this was typed")
    turns.append(("t9", (typed, *more, CallEnded(AT + timedelta(minutes=1), "k1", "caller", 60_000))))
    recording.add("caller", at_ms + 6000, bytes(32_000))
    await recording.close()
    for turn, events in turns:
        talk = fold(talk, events)
        await store.commit(Commit(turn, "", AT, talk, version, events))
        version += len(events)
