"""Which of many names share a piece with a text: an index of pairs of characters and of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import OSA

PIECE = re.compile(r"[a-z0-9][a-z0-9+#.]*|[^\W\da-z_]+")
STOP = frozenset(
    "a an and at by for from in into my of on or out the to up with your 的 和 与 1 2 3 4 5 6 7 8 9 0".split()
)
SHORTEST_WORD = 5
"""Shorter Latin words are too easily another word."""

MOST_COUNTED = 1024
"""How many names are counted, those of rare pieces first, to find which share the most."""

MOST_SHARED = 4096
"""A piece in more names than this tells nothing; of its names only so many are looked at."""


Piece = tuple[str, int, int]
"""A piece with its place: `text[start:end]`."""


def pieces_of(text: str) -> Iterator[Piece]:
    """The pieces of a normalised text with their places: Latin words, pairs of other letters."""
    for match in PIECE.finditer(text):
        run, at = match.group(), match.start()
        if run.isascii():
            piece = run.rstrip(".")
            if piece not in STOP:
                yield piece, at, at + len(piece)
        else:
            for offset in range(len(run) - 1):
                yield run[offset : offset + 2], at + offset, at + offset + 2


class PieceIndex:
    """Pieces to the numbers of the names that hold them, in two arrays: 12 bytes for each pair."""

    def __init__(self, names: Sequence[str]) -> None:
        codes: dict[str, int] = {}
        pairs = [
            (codes.setdefault(piece, len(codes)), number)
            for number, name in enumerate(names)
            for piece in {piece for piece, _, _ in pieces_of(name)}
        ]
        self._codes = codes
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        table = table[np.argsort(table[:, 0], kind="stable")]
        self._begins = np.searchsorted(table[:, 0], np.arange(len(codes) + 1))
        self._names = table[:, 1].astype(np.int32)
        self._near = {
            shorter: piece
            for piece in codes
            if len(piece) >= SHORTEST_WORD and piece.isascii() and piece.isalpha()
            for shorter in _shortened(piece)
        }

    def names_with(self, piece: str) -> np.ndarray:
        """The numbers of the names with this piece, ascending (n,)."""
        code = self._codes.get(piece)
        if code is None:
            return self._names[:0]
        return self._names[self._begins[code] : self._begins[code + 1]]

    def runs(self, pieces: Sequence[Piece]) -> Iterator[tuple[int, int, np.ndarray]]:
        """The longest stretches of a text whose pieces all stand in one name, with those names' numbers."""
        start = end = -1
        owners = self._names[:0]
        for piece, at, to in pieces:
            hits = self.names_with(piece)
            if owners.size and at <= end + 1 and hits.size:
                both = _common(owners, hits)
                if both.size:
                    end, owners = to, both
                    continue
            if owners.size:
                yield start, end, owners
            start, end, owners = at, to, hits
        if owners.size:
            yield start, end, owners

    def likeliest(self, pieces: Sequence[Piece], most: int) -> list[int]:
        """The names that share the most pieces with a text, rare pieces first in question."""
        shared: Counter[int] = Counter()
        looked_at = 0
        for owners in sorted((self.names_with(piece) for piece, _, _ in pieces), key=len):
            looked_at += owners.size
            if looked_at > MOST_COUNTED:
                break
            shared.update(owners.tolist())
        return [name for name, _ in shared.most_common(most)]

    def misspelt(self, pieces: Sequence[Piece]) -> Iterator[tuple[int, int, str]]:
        """Latin words one letter away from a word of the names, with the word that may be meant."""
        for piece, start, end in pieces:
            if len(piece) < SHORTEST_WORD or not piece.isascii() or not piece.isalpha() or piece in self._codes:
                continue
            for shorter in _shortened(piece):
                near = self._near.get(shorter)
                if near and near[0] == piece[0] and OSA.distance(piece, near) == 1:
                    yield start, end, near
                    break


def _shortened(word: str) -> set[str]:
    """A word and all that is left of it without one letter: two words that share one are alike."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _common(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What two ascending arrays share, in time that follows the shorter one."""
    if left.size > right.size:
        left, right = right, left
    if left.size > MOST_SHARED:
        left = left[:MOST_SHARED]
    at = np.searchsorted(right, left)
    at[at == right.size] = 0
    shared: np.ndarray = left[right[at] == left]
    return shared
