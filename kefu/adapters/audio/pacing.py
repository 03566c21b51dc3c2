"""Lets sound out by the clock: exact frames of 20 ms, whatever pieces it was made in.

Whoever plays hands audio over as fast as it comes and waits where seconds are queued; the other end gets a frame when
its time has come, so what is cleared was never sent. What was sent is taken as heard.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from kefu.core.ports.line import FRAME_MS, Played

QUEUED_MS = 2000
"""How much may be queued before whoever plays has to wait."""

LATE_S = 0.2
"""A clock that fell further behind (a busy machine) begins anew instead of sending a burst."""

ECHO_S = 2.0
"""How long an other end that has marks may keep one back."""

TOLD_FRAMES = 10
"""How often it is told how far a piece got."""


@dataclass(slots=True)
class Piece:
    """A piece of speech in the queue: what of it waits, how much was sent."""

    mark: str
    waiting: bytearray = field(default_factory=bytearray)
    sent_ms: int = 0
    last: bool = False


class Pacer:
    """The queue of one line, and the task that empties it.

    `send(frame, mark)` carries a frame, `told` hears how far pieces got, `begins` and `ends` are called around a piece.
    A line whose other end keeps a queue of its own may be `ahead_ms` of the clock. `misses` counts frames that left
    a whole frame late while there was something to say.
    """

    def __init__(
        self,
        rate_hz: int,
        send: Callable[[bytes, str], Awaitable[None]],
        told: Callable[[Played], None],
        *,
        begins: Callable[[str], Awaitable[None]] | None = None,
        ends: Callable[[str], Awaitable[None]] | None = None,
        ahead_ms: int = 0,
    ) -> None:
        self.frame_bytes = rate_hz * 2 * FRAME_MS // 1000
        self._send, self._told, self._begins, self._ends = send, told, begins, ends
        self._ahead_s = ahead_ms / 1000
        self._pieces: deque[Piece] = deque()
        self._queued = 0
        self._begun = ""
        self._more, self._room = asyncio.Event(), asyncio.Event()
        self.misses = self.frames = 0

    async def play(self, mark: str, pcm: bytes, *, last: bool = False) -> None:
        """Queue more of a piece; waits while much is queued, and no longer once it was cleared."""
        if not self._pieces or self._pieces[-1].mark != mark:
            self._pieces.append(Piece(mark))
        piece = self._pieces[-1]
        piece.waiting += pcm
        piece.last = piece.last or last
        self._queued += len(pcm)
        self._more.set()
        while self._queued > QUEUED_MS // FRAME_MS * self.frame_bytes and piece in self._pieces:
            self._room.clear()
            await self._room.wait()

    def clear(self) -> str:
        """Drop all that was not sent; returns the mark of what was being sent."""
        mark = self._pieces[0].mark if self._pieces else ""
        if self._pieces:
            self._told(Played(mark, self._pieces[0].sent_ms))
        self._pieces.clear()
        self._queued = 0
        self._begun = ""
        self._room.set()
        return mark

    async def run(self) -> None:
        """Send until cancelled."""
        due = monotonic() - self._ahead_s
        while True:
            if not self._ready():
                self._more.clear()
                await self._more.wait()
                due = max(due, monotonic() - self._ahead_s)
                continue
            late = monotonic() - due
            if late < 0:
                await asyncio.sleep(-late)
                continue
            self.misses += late > self._ahead_s + FRAME_MS / 1000
            due = monotonic() if late > self._ahead_s + LATE_S else due
            due += FRAME_MS / 1000
            await self._step()

    def _ready(self) -> bool:
        """Whether a whole frame waits, or the rest of a piece."""
        if not self._pieces:
            return False
        first = self._pieces[0]
        return len(first.waiting) >= self.frame_bytes or first.last or len(self._pieces) > 1

    async def _step(self) -> None:
        piece = self._pieces[0]
        if self._begins and self._begun != piece.mark:
            self._begun = piece.mark
            await self._begins(piece.mark)
        frame = bytes(piece.waiting[: self.frame_bytes])
        if frame and piece in self._pieces:
            del piece.waiting[: len(frame)]
            self._queued -= len(frame)
            piece.sent_ms += FRAME_MS
            self.frames += 1
            await self._send(frame.ljust(self.frame_bytes, b"\0"), piece.mark)
        self._room.set()
        over = not piece.waiting and (piece.last or len(self._pieces) > 1)
        if over and self._pieces and self._pieces[0] is piece:
            self._pieces.popleft()
            if self._ends:
                await self._ends(piece.mark)
            self._told(Played(piece.mark, piece.sent_ms, done=True))
        elif piece.sent_ms // FRAME_MS % TOLD_FRAMES == 0:
            self._told(Played(piece.mark, piece.sent_ms))


class Echoes:
    """Marks that the other end sends back once it has played a piece; who does not is believed after a while."""

    def __init__(self, told: Callable[[Played], None]) -> None:
        self._told = told
        self._sent: dict[str, tuple[int, asyncio.TimerHandle]] = {}
        self._ms: dict[str, int] = {}

    def progress(self, played: Played) -> None:
        """How much of a piece was sent, by the clock."""
        self._ms = {played.mark: played.heard_ms}

    def sent(self, mark: str) -> None:
        """All of a piece was sent."""
        length_ms = self._ms.get(mark, 0)
        timer = asyncio.get_running_loop().call_later(length_ms / 1000 + ECHO_S, self.heard, mark, length_ms)
        self._sent[mark] = (length_ms, timer)

    def heard(self, mark: str, heard_ms: int | None = None, *, done: bool = True) -> None:
        """The other end has played a piece, up to a time or (None) all of it; nothing for one that was cleared."""
        if not done:
            self._told(Played(mark, heard_ms or 0))
        elif mark in self._sent:
            length_ms, timer = self._sent.pop(mark)
            timer.cancel()
            self._told(Played(mark, length_ms if heard_ms is None else heard_ms, done=True))

    def forget(self) -> None:
        """What was sent and not played yet will never be."""
        for _, timer in self._sent.values():
            timer.cancel()
        self._sent.clear()


class Frames:
    """Pieces of any length as exact frames; half a frame waits for its rest."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._waiting = bytearray()

    def push(self, pcm: bytes) -> list[bytes]:
        """The frames that became whole."""
        self._waiting += pcm
        whole = len(self._waiting) // self._frame_bytes * self._frame_bytes
        frames = [bytes(self._waiting[at : at + self._frame_bytes]) for at in range(0, whole, self._frame_bytes)]
        del self._waiting[:whole]
        return frames
