"""Recorded calls heard again by another recogniser: what it makes of what was said, against what was heard then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz.distance import Levenshtein

from kefu.app.config import Config
from kefu.app.listening import Outline, listen, outline
from kefu.app.people.team import Hand
from kefu.app.plugins import load_plugin
from kefu.core.errors import BadInput
from kefu.core.events import CallBegan, CallEnded, Corrected, MessageReceived, Misheard
from kefu.core.nouns import Language
from kefu.core.ports.calls import Call
from kefu.core.ports.recordings import Recordings, Tape
from kefu.core.ports.speech import Expected, Recogniser
from kefu.core.ports.store import Memory, Recorded
from kefu.service.skills.catalog import Catalog
from kefu.service.voice.phrases import Repertoire, expected

BEFORE_MS, AFTER_MS = 300, 500
"""What is heard around a stretch of speech: a beginning is often soft."""

LONGEST_MS = 30_000
CHUNK_MS = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a call in which the customer spoke.

    `heard` is what was made of it then (empty where nothing was); `right` what it really was, by a colleague's
    correction or, without one, by what was heard.
    """

    from_ms: int
    to_ms: int
    heard: str
    right: str


@dataclass(frozen=True, slots=True)
class Again:
    """A piece with what the other recogniser heard, and the errors of both against what is right.

    Errors count characters in Chinese and words in English; a piece that nobody understood has no `units`.
    """

    piece: Piece
    text: str
    units: int
    errors: int
    errors_then: int


@dataclass(frozen=True, slots=True)
class Reheard:
    """A call heard again."""

    call: Call
    language: Language
    pieces: tuple[Again, ...]

    @property
    def rate(self) -> float | None:
        """Errors for each unit now; None where nothing is known to be right."""
        return rate_of(self.pieces)


@dataclass(frozen=True, slots=True)
class Archive:
    """Where recorded calls are, and who listens."""

    store: Memory
    recordings: Recordings
    hand: Hand


def open_recogniser(config: Config, name: str, settings: Mapping[str, str]) -> Recogniser:
    """A recogniser by its name; with the settings of kefu.toml where it is the one named there. Raises as it does."""
    own = config.table("voice.recogniser") if config.values.get("voice.recogniser.use") == name else {}
    recogniser: Recogniser = load_plugin("recognisers", name)({**own, **settings, "home": str(config.home)})
    return recogniser


async def rehear(
    calls: Sequence[Call], archive: Archive, recogniser: Recogniser, catalog: Catalog, now: datetime
) -> list[Reheard]:
    """Hear calls again; those without a recording are left out, and so are those at a rate that it does not hear.

    What it may expect is what was said in these calls, then what may be said at any time: which phrases the dialogue
    expected at a moment is not kept. Each listening is an entry in the audit trail.
    """
    read = [(call, await _pieces(call, archive)) for call in calls]
    said = list(dict.fromkeys(one.right for _, pieces in read for one in pieces if one.right))
    repertoire, most = Repertoire.of(catalog, ()), recogniser.abilities.most_phrases
    done = []
    for call, pieces in read:
        if not pieces:
            continue
        language = call.began.language
        tape = await listen(
            archive.recordings, archive.store, archive.hand, call.conversation_id, call.began.call_id, now=now
        )
        try:
            rate_hz = tape.label.rate_hz
            if rate_hz in recogniser.abilities.rates_hz:
                awaited = expected(None, catalog, repertoire, said, language=language, most=most)
                awaited = replace(awaited, rate_hz=rate_hz)
                heard = [await _hear(one, tape, recogniser, awaited) for one in pieces]
                done.append(Reheard(call, language, tuple(heard)))
        finally:
            tape.close()
    return done


def rate_of(pieces: Sequence[Again], *, then: bool = False) -> float | None:
    """Errors for each unit over some pieces, now or then; None where nothing is known to be right."""
    units = sum(one.units for one in pieces)
    return sum(one.errors_then if then else one.errors for one in pieces) / units if units else None


def errors_in(text: str, right: str, language: Language) -> int:
    """How many words (characters in Chinese) must be changed, added or removed. Source: Levenshtein, 1966."""
    return Levenshtein.distance(units_of(text, language), units_of(right, language))


def units_of(text: str, language: Language) -> list[str]:
    """What errors are counted in: words, or characters in Chinese, without punctuation or case."""
    plain = "".join(char if char.isalnum() else " " for char in text.casefold())
    return list(plain.replace(" ", "")) if language == "zh" else plain.split()


async def _pieces(call: Call, archive: Archive) -> tuple[Piece, ...]:
    """Where the customer spoke; nothing where the call was not recorded."""
    heard = await outline(archive.recordings, call.conversation_id, call.began.call_id)
    if heard is None:
        return ()
    recorded = await archive.store.events(call.conversation_id, call.number - 1)
    return tuple(_spoken(recorded, call.began, heard))


def _spoken(recorded: Sequence[Recorded], began: CallBegan, heard: Outline) -> Iterator[Piece]:
    corrected = {one.event.turn_id: one.event.text for one in recorded if isinstance(one.event, Corrected)}
    last_ms = 0
    for one in recorded:
        event = one.event
        if isinstance(event, CallEnded) and event.call_id == began.call_id:
            return
        if not isinstance(event, MessageReceived | Misheard):
            continue
        at_ms = round((event.at - heard.label.began_at).total_seconds() * 1000)
        stretch = heard.stretch("caller", at_ms)
        # What was typed has no sound of its own: the last one before it is taken already, or long ago.
        if stretch is None or stretch[0] < last_ms or at_ms - stretch[1] > LONGEST_MS // 10:
            continue
        last_ms = stretch[1]
        text = event.text if isinstance(event, MessageReceived) else ""
        begin = max(0, stretch[0] - BEFORE_MS)
        yield Piece(begin, min(stretch[1] + AFTER_MS, begin + LONGEST_MS), text, corrected.get(one.turn_id, text))


async def _hear(piece: Piece, tape: Tape, recogniser: Recogniser, awaited: Expected) -> Again:
    pcm = await tape.read("caller", piece.from_ms, piece.to_ms)
    text = await asyncio.to_thread(_recognise, pcm, recogniser, awaited)
    units = len(units_of(piece.right, awaited.language))
    if not units:
        return Again(piece, text, 0, 0, 0)
    errors = (errors_in(one, piece.right, awaited.language) for one in (text, piece.heard))
    return Again(piece, text, units, *errors)


def _recognise(pcm: bytes, recogniser: Recogniser, awaited: Expected) -> str:
    step = awaited.rate_hz * CHUNK_MS // 1000 * 2
    utterance = recogniser.open(awaited)
    try:
        for start in range(0, len(pcm), step):
            utterance.accept(pcm[start : start + step])
        return utterance.finish().text
    finally:
        utterance.close()


def parse_settings(pairs: Sequence[str]) -> dict[str, str]:
    """Settings as they are written on a command line, `key=value`; raises `BadInput` for others."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise BadInput(f"{pair!r} is no setting; write key=value, such as model=/models/zh.")
        found[key.strip()] = value.strip()
    return found
