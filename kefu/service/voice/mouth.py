"""What a call says: replies cut into pieces, what of them was heard, and where to go on after an interruption."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.core.nouns import Language
from kefu.service.voice.orders import Hush, Order, Speak
from kefu.service.voice.signals import Reply

AHEAD = 2
"""Pieces that are handed over at once, so that none is waited for between two."""

LONGEST: dict[Language, int] = {"zh": 60, "en": 160}
"""Characters of a piece: short enough for a first sound soon, long enough for a voice's melody."""

USUAL_MS: dict[Language, float] = {"zh": 220.0, "en": 65.0}
"""How long a character takes, where a piece's sound is not known yet."""

SENTENCE = re.compile(r"(?<=[。！？!?；;\n])|(?<=[.])(?=\s)")
CLAUSE = re.compile(r"(?<=[，、,:：])")
WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Aloud:
    """How much of a reply was heard in the end."""

    reply: Reply
    heard: str

    @property
    def whole(self) -> bool:
        """Whether that was all of it."""
        return self.heard == self.reply.text


@dataclass(slots=True)
class Piece:
    """A stretch of a reply that is spoken in one go; `from_ms` is where it was begun the last time."""

    reply: Reply
    text: str
    last: bool
    mark: str = ""
    from_ms: float = 0.0
    length_ms: float = 0.0
    heard_ms: float = 0.0
    done: bool = False

    @property
    def heard(self) -> str:
        """As much of the text as was heard."""
        if self.done:
            return self.text
        length = self.length_ms or len(self.text) * USUAL_MS[self.reply.language]
        return heard_part(self.text, self.heard_ms / length)


class Mouth:
    """Says replies one after the other; every piece is handed over under a new mark."""

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._told: list[Piece] = []
        self._number = 0
        self._stopped = False

    @property
    def speaks(self) -> bool:
        """Whether something is being said, or would be had it not been stopped."""
        return bool(self._pieces)

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped in the middle."""
        return self._stopped

    @property
    def must_be_heard(self) -> bool:
        """Whether what is being said may not be interrupted."""
        return bool(self._pieces) and self._pieces[0].reply.uninterruptible

    def say(self, reply: Reply) -> None:
        """Say something after all that waits."""
        texts = list(cut(reply.text, reply.language))
        for place, text in enumerate(texts, start=1):
            self._pieces.append(Piece(reply, text, place == len(texts)))

    def go_on(self) -> list[Order]:
        """Hand over what may be handed over now."""
        orders: list[Order] = []
        if not self._stopped:
            for piece in list(self._pieces)[:AHEAD]:
                if not piece.mark:
                    self._number += 1
                    piece.mark = f"m{self._number}"
                    orders.append(Speak(piece.mark, piece.text, piece.reply.language, piece.from_ms))
        return orders

    def made(self, mark: str, length_ms: float) -> None:
        """The length of a piece became known."""
        for piece in self._pieces:
            if piece.mark == mark:
                piece.length_ms = length_ms

    def listened(self, mark: str, heard_ms: float, *, done: bool) -> list[Aloud]:
        """A piece was heard so far; returns the replies that came to their end by it."""
        for piece in self._pieces:
            if piece.mark == mark:
                piece.heard_ms = max(piece.heard_ms, piece.from_ms + heard_ms)
                piece.done = piece.done or done
        finished = []
        while self._pieces and self._pieces[0].done:
            piece = self._pieces.popleft()
            self._told.append(piece)
            if piece.last:
                finished.append(self._outcome())
        if not self._pieces:
            self._stopped = False
        return finished

    def stop(self) -> list[Order]:
        """Silence at once; what was being said may go on later."""
        self._stopped = True
        return [Hush(piece.mark) for piece in list(self._pieces)[:1] if piece.mark]

    def resume(self, overlap_ms: float) -> list[Order]:
        """Go on where it was stopped, a little earlier."""
        self._stopped = False
        for piece in self._pieces:
            piece.mark = ""
            piece.from_ms = max(piece.heard_ms - overlap_ms, 0.0)
        return self.go_on()

    def abandon(self) -> list[Aloud]:
        """Give up all that was not heard yet; returns how much of each reply was. Stop first where it sounds."""
        outcomes = []
        while self._pieces:
            piece = self._pieces.popleft()
            self._told.append(piece)
            if piece.last:
                outcomes.append(self._outcome())
        self._stopped = False
        return outcomes

    def _outcome(self) -> Aloud:
        told, self._told = self._told, []
        heard = ""
        for piece in told:
            heard += piece.heard
            if not piece.done:
                break
        return Aloud(told[-1].reply, heard)


def cut(text: str, language: Language) -> Iterator[str]:
    """A reply in pieces that can be spoken one by one; together they are the reply."""
    held = ""
    for sentence in SENTENCE.split(text):
        parts = [sentence] if len(sentence) <= LONGEST[language] else CLAUSE.split(sentence)
        for part in parts:
            if WORDS.search(held) and WORDS.search(part) and (_ends(held) or len(held + part) > LONGEST[language]):
                yield held
                held = ""
            held += part
    if held:
        yield held


def _ends(text: str) -> bool:
    return text.rstrip()[-1:] in tuple("。！？!?；;.") or text.endswith("\n")


def heard_part(text: str, share: float) -> str:
    """The beginning of a text of which a share was heard: whole words, and never more than was said."""
    place = int(len(text) * min(max(share, 0.0), 1.0))
    if place >= len(text):
        return text
    while place > 0 and text[place - 1].isascii() and text[place].isascii() and _joined(text, place):
        place -= 1
    return text[:place]


def _joined(text: str, place: int) -> bool:
    return text[place - 1].isalnum() and text[place].isalnum()
