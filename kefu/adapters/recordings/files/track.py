"""One track of a call on its way to the file: pieces of half a second, held back and masked where need be. Pure."""

from __future__ import annotations

from collections.abc import Iterator

PIECE_MS = 500
"""What is written at once."""

LAG_MS = 500
"""How far behind the sound writing stays: a detector says that speech began up to 200 ms after it did."""

LONGEST_HOLD_MS = 60_000

NEAR_MS = 60
"""Pieces that come so close together were meant to touch: clocks jitter."""

Piece = tuple[int, bytes]
"""A number from 0 on, and its samples."""


class Track:
    """The sound of one side at `rate_hz`, from the first moment that is not written yet."""

    def __init__(self, rate_hz: int) -> None:
        self._per_ms = rate_hz // 1000 * 2
        self._sound = bytearray()
        self._next = 0
        self._held: int | None = None
        self._masks: list[tuple[int, int]] = []

    def add(self, at_ms: int, pcm: bytes) -> None:
        """Sound that begins at a moment; what comes before the end of the track follows on."""
        gap_ms = at_ms - self._end_ms
        if gap_ms > NEAR_MS:
            self._sound += bytes(gap_ms * self._per_ms)
        self._sound += pcm[: len(pcm) // 2 * 2]

    def hold(self, from_ms: int | None) -> None:
        """Keep back what comes from then on, or nothing."""
        self._held = from_ms

    def mask(self, from_ms: int, to_ms: int) -> None:
        """Silence a stretch of what is not written yet, and of what is still to come."""
        self._masks.append((from_ms, to_ms))

    def ready(self) -> Iterator[Piece]:
        """What may be written by now."""
        until_ms = self._end_ms - LAG_MS
        if self._held is not None:
            forgotten_ms = self._end_ms - LONGEST_HOLD_MS
            if forgotten_ms > self._held:
                self.mask(self._held, forgotten_ms)
                self._held = forgotten_ms
            until_ms = min(until_ms, self._held)
        yield from self._take(until_ms // PIECE_MS)

    def rest(self) -> Iterator[Piece]:
        """What is left at the end; what is held then was never read, and becomes silence."""
        if self._held is not None:
            self.mask(self._held, self._end_ms)
        whole = -(-self._end_ms // PIECE_MS)
        self._sound += bytes((whole - self._next) * self._size - len(self._sound))
        yield from self._take(whole)

    def _take(self, until: int) -> Iterator[Piece]:
        while self._next < until:
            piece = silenced(self._sound[: self._size], self._next * PIECE_MS, self._masks, self._per_ms)
            del self._sound[: self._size]
            yield self._next, piece
            self._next += 1
        written_ms = self._next * PIECE_MS
        self._masks = [mask for mask in self._masks if mask[1] > written_ms]

    @property
    def _size(self) -> int:
        return PIECE_MS * self._per_ms

    @property
    def _end_ms(self) -> int:
        return self._next * PIECE_MS + len(self._sound) // self._per_ms


def silenced(pcm: bytes | bytearray, from_ms: int, masks: list[tuple[int, int]], per_ms: int) -> bytes:
    """Samples that begin at `from_ms`, with exact zeros in each of the masks (from, to) in milliseconds."""
    sound = bytearray(pcm)
    for mask in masks:
        begin, end = (min(max(0, (edge - from_ms) * per_ms), len(sound)) for edge in mask)
        sound[begin:end] = bytes(max(0, end - begin))
    return bytes(sound)
