"""Listening to calls: who may, that it is written down each time, and when recordings go."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from kefu.app.people.team import Hand
from kefu.core.errors import NotAllowed, NotFound
from kefu.core.ports.recordings import SIDES, Label, Recordings, Side, Tape
from kefu.core.ports.store import Memory
from kefu.service.privacy.access import may_listen, may_read_conversation

log = structlog.get_logger()

LISTENED = "call.listen"
ONE_LISTENING = timedelta(minutes=10)
"""A player asks for a recording in parts: what follows within this time is the same listening."""

TIDY_S = 300.0
YOUNG = timedelta(hours=1)
"""A conversation is written at its first turn, so a recording so young may be there before it."""

HEAD = 44
CHUNK_MS = 4000

FINEST_MS = 50
MOST_STEPS = 1000
STEPS_AT_ONCE = 100
AUDIBLE = 0.02
"""From which level on something is heard: -34 dBFS."""

GAP_MS = 600
"""Silence between two stretches of speech."""

SOON_MS = 5000


async def listen(
    recordings: Recordings, store: Memory, hand: Hand, conversation_id: str, call_id: str, *, now: datetime
) -> Tape:
    """The recording of a call, for somebody who may hear it; the audit trail says that they did.

    Raises `NotFound` where there is none that they may know of, `NotAllowed` for who may only read.
    """
    talk = await store.conversation(conversation_id)
    if talk is None or not may_read_conversation(hand.who, talk):
        raise NotFound("There is no such call.")
    if not may_listen(hand.who, talk):
        raise NotAllowed("Your role here may read what was said, not listen to it.")
    tape = await recordings.open(conversation_id, call_id)
    if tape is None:
        raise NotFound("This call was not recorded, or its recording is gone.")
    about = f"call:{call_id}"[:200]
    lately = await store.latest(who=hand.who.who, what=LISTENED)
    if not any(entry.deed.about == about and now - entry.at < ONE_LISTENING for entry in lately):
        await store.record([hand.did(LISTENED, about, detail=f"conversation {conversation_id}")], now)
    return tape


async def tidy(recordings: Recordings, store: Memory, kept: timedelta, now: datetime) -> int:
    """Remove recordings that are older than `kept`, and those of conversations that were erased; how many went."""
    old: list[tuple[str, str]] = []
    young = defaultdict(list)
    async for label in recordings.labels():
        if now - label.began_at >= kept:
            old.append((label.conversation_id, label.call_id))
        elif now - label.began_at >= YOUNG:
            young[label.conversation_id].append(label.call_id)
    for conversation_id, calls in young.items():
        if await store.conversation(conversation_id) is None:
            old += [(conversation_id, call_id) for call_id in calls]
    gone = sum([await recordings.erase(*one) for one in old])
    if gone:
        log.info("recordings removed", number=gone)
    return gone


@dataclass(frozen=True, slots=True)
class Wave:
    """A recording as a WAV file in stereo, the caller on the left, of which any part can be read."""

    tape: Tape
    length_ms: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return HEAD + self.length_ms * self._per_ms

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, some seconds at a time; the recording is let go of in the end."""
        try:
            if start < HEAD:
                yield self._head()[start:end]
            for at_ms in range(max(0, start - HEAD) // self._per_ms, self.length_ms, CHUNK_MS):
                until_ms = min(at_ms + CHUNK_MS, self.length_ms)
                first = HEAD + at_ms * self._per_ms
                if first >= end:
                    return
                sound = await self._stereo(at_ms, until_ms)
                yield sound[max(0, start - first) : end - first]
        finally:
            self.tape.close()

    async def _stereo(self, from_ms: int, to_ms: int) -> bytes:
        both = array("h", bytes((to_ms - from_ms) * self._per_ms))
        for place, side in enumerate(SIDES):
            both[place::2] = array("h", await self.tape.read(side, from_ms, to_ms))
        return both.tobytes()

    def _head(self) -> bytes:
        """Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE), IBM and Microsoft, 1991."""
        rate, sound = self.tape.label.rate_hz, self.size - HEAD
        shape = [(16, 4), (1, 2), (2, 2), (rate, 4), (rate * 4, 4), (4, 2), (16, 2)]
        form = b"".join(number.to_bytes(width, "little") for number, width in shape)
        return (
            b"RIFF" + (self.size - 8).to_bytes(4, "little") + b"WAVEfmt " + form + b"data" + sound.to_bytes(4, "little")
        )

    @property
    def _per_ms(self) -> int:
        return self.tape.label.rate_hz // 1000 * 4


@dataclass(frozen=True, slots=True)
class Outline:
    """How loud each side was, from 0 to 1, in steps of `step_ms`; nothing of what was said can be made out."""

    label: Label
    step_ms: int
    levels: Mapping[Side, Sequence[float]]

    @property
    def length_ms(self) -> int:
        """How long the recording is."""
        return self.step_ms * len(self.levels["caller"])

    def stretch(self, side: Side, at_ms: int) -> tuple[int, int] | None:
        """Where the last stretch of sound up to a moment began and ended; None where there is none."""
        levels, quiet = self.levels[side], 0
        place = min(at_ms // self.step_ms, len(levels) - 1)
        while place >= 0 and levels[place] < AUDIBLE:
            place -= 1
        if place < 0:
            return None
        first = last = place
        while place >= 0 and quiet * self.step_ms < GAP_MS:
            quiet = 0 if levels[place] >= AUDIBLE else quiet + 1
            first = place if quiet == 0 else first
            place -= 1
        return first * self.step_ms, (last + 1) * self.step_ms

    def onset_before(self, side: Side, at_ms: int) -> int:
        """Where the last stretch of sound up to a moment began; the moment itself where there was none lately."""
        found = self.stretch(side, at_ms)
        return found[0] if found and at_ms - found[1] < SOON_MS else at_ms

    def onset_after(self, side: Side, at_ms: int) -> int:
        """Where the first sound from a moment on is; the moment itself where none follows soon."""
        first = at_ms // self.step_ms
        for place, level in enumerate(self.levels[side][first : first + SOON_MS // self.step_ms], first):
            if level >= AUDIBLE:
                return max(at_ms, place * self.step_ms)
        return at_ms


async def outline(recordings: Recordings, conversation_id: str, call_id: str) -> Outline | None:
    """How loud a call was; None where it was not recorded. 0.3 s of CPU for an hour. Raises `RecordingFailed`."""
    import numpy as np

    tape = await recordings.open(conversation_id, call_id)
    if tape is None:
        return None
    try:
        length_ms = await tape.length_ms()
        step_ms = max(FINEST_MS, length_ms // MOST_STEPS // FINEST_MS * FINEST_MS)
        levels: dict[Side, Sequence[float]] = {}
        for side in SIDES:
            found: list[float] = []
            for at_ms in range(0, length_ms, step_ms * STEPS_AT_ONCE):
                pcm = await tape.read(side, at_ms, min(length_ms, at_ms + step_ms * STEPS_AT_ONCE))
                samples = np.abs(np.frombuffer(pcm, np.int16).astype(np.int32))
                steps = np.array_split(samples, max(1, len(pcm) // 2 * 1000 // tape.label.rate_hz // step_ms))
                found += [round(float(step.max(initial=0)) / 32768, 3) for step in steps]
            levels[side] = found
        return Outline(tape.label, step_ms, levels)
    finally:
        tape.close()
