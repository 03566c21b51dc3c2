"""Examples as they were read before, kept in a file: a changed example does not have the others read again."""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from itertools import count
from pathlib import Path

import numpy as np

from kefu.ai.kept import read_kept, write_kept
from kefu.ai.text.folder import pack_json, unpack_json
from kefu.ai.text.mood import Mood
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.sound import Sounds
from kefu.ai.text.spans import Taught
from kefu.ai.text.tone_features import Remark
from kefu.ai.text.words import Word
from kefu.core.ports.reader import Example, Progress

MOST = 50_000
"""Examples that are kept; of twelve words they take 100 MB."""

KEY_BYTES = 16
LIBRARIES = ("rjieba", "opencc")
"""What cuts and folds a text beside the code and the lists of this package."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example as it was read; `kinds` are those of what is marked in it, `remark` is None without a tone."""

    phrase: Phrase
    taught: Taught
    kinds: tuple[str, ...]
    remark: Remark | None


class LessonMemory:
    """Reads by looking up first. Without a file it only reads.

    A file that is missing, damaged or of another edition is as good as an empty one. Several
    processes may use it at the same time: each replaces it whole, and the last one stays. Kept is
    what was read now and before, or only what was read now where there is no room for both.
    """

    def __init__(self, file: Path | None, sounds: Sounds) -> None:
        self._file = file
        self._maker = f"lessons-{_edition()}-{hashlib.sha256(sounds.codes.tobytes()).hexdigest()[:KEY_BYTES]}"

    def lessons(
        self, examples: Sequence[Example], read: Callable[[Example], Lesson], progress: Progress
    ) -> list[Lesson]:
        """What `read` makes of each example, which depends on its text and on whether it has a tone alone.

        The lessons share the names of features, of which one in twenty is new.
        """
        shelf, keys = self._load(), [_key(example) for example in examples]
        found = shelf.lessons(keys)
        names = {name: name for name in shelf.names} if found else {}
        fresh = []
        for number, (key, example) in enumerate(zip(keys, examples, strict=True), start=1):
            if key not in found:
                found[key] = _sharing(read(example), names)
                fresh.append(key)
            progress("features", number, len(examples))
        if self._file and fresh:
            kept = fresh
            if len(shelf) + len(fresh) > MOST:
                shelf, kept = Shelf(), list(found)[:MOST]
            for key in kept:
                shelf.put(key, found[key])
            write_kept(self._file, self._maker, shelf.pack())
        return [found[key] for key in keys]

    def _load(self) -> Shelf:
        kept = read_kept(self._file, self._maker)
        try:
            return Shelf.unpack(kept) if kept else Shelf()
        except (KeyError, ValueError, TypeError):
            return Shelf()


class Shelf:
    """Lessons in little room: a line of JSON for each, and its counted features as numbers.

    Each has two stretches of `places` (numbers of features) and `times` (how often each stands
    there): its phrase's and its remark's. `begins` says where stretches begin.
    """

    def __init__(self) -> None:
        self._rows: dict[bytes, int] = {}
        self._lines: list[bytes] = []
        self._names: defaultdict[str, int] = defaultdict(count().__next__)
        self._begins, self._places, self._times = array("q", [0]), array("i"), array("i")

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def names(self) -> Iterable[str]:
        """The names of all features, in the order of their numbers."""
        return self._names

    def put(self, key: bytes, lesson: Lesson) -> None:
        """Add a lesson."""
        self._rows[key] = len(self._lines)
        self._lines.append(pack_json(_told(lesson)))
        for counts in (lesson.phrase.counts, lesson.remark.counts if lesson.remark else Counter()):
            self._places.extend(map(self._names.__getitem__, counts))
            self._times.extend(counts.values())
            self._begins.append(len(self._places))

    def lessons(self, keys: Iterable[bytes]) -> dict[bytes, Lesson]:
        """The lessons of those keys that are here; they share the names of their features."""
        names = list(self._names)
        return {key: self._lesson(self._rows[key], names) for key in keys if key in self._rows}

    def _lesson(self, row: int, names: Sequence[str]) -> Lesson:
        text, seen, words, bare, spans, kinds, tone = unpack_json(self._lines[row])
        own = _words(text, words)
        taught = Taught(text, own if bare is None else _words(text, bare), tuple(tuple(span) for span in spans))
        remark = None
        if tone:
            sentiment, urgency, anger, weights, listed = tone
            mood = Mood(sentiment, urgency, anger, tuple(weights))
            remark = Remark(self._counts(2 * row + 1, names), np.array(listed, np.float32), mood)
        return Lesson(Phrase(seen, self._counts(2 * row, names), own), taught, tuple(kinds), remark)

    def _counts(self, stretch: int, names: Sequence[str]) -> Counter[str]:
        here = slice(self._begins[stretch], self._begins[stretch + 1])
        counts: Counter[str] = Counter()
        dict.update(counts, zip(map(names.__getitem__, self._places[here]), self._times[here], strict=True))
        return counts

    def pack(self) -> dict[str, np.ndarray]:
        """The shelf as arrays."""
        names = pack_json(list(self._names))
        return {
            "keys": np.frombuffer(b"".join(self._rows), np.uint8),
            "lines": np.frombuffer(b"\n".join(self._lines), np.uint8),
            "names": np.frombuffer(names, np.uint8),
            "begins": np.array(self._begins),
            "places": np.array(self._places),
            "times": np.array(self._times),
        }

    @classmethod
    def unpack(cls, arrays: Mapping[str, np.ndarray]) -> Shelf:
        """The shelf of these arrays; raises KeyError or ValueError when they do not fit together."""
        found = cls()
        keys, lines = arrays["keys"].tobytes(), arrays["lines"].tobytes()
        found._rows = {keys[at : at + KEY_BYTES]: at // KEY_BYTES for at in range(0, len(keys), KEY_BYTES)}
        found._lines = lines.split(b"\n") if lines else []
        for name in unpack_json(arrays["names"].tobytes()):
            found._names[name]  # asking numbers it
        begins, places, times = (arrays[name] for name in ("begins", "places", "times"))
        fits = len(begins) == 2 * len(found._lines) + 1 and begins[-1] == len(places) == len(times)
        if not fits or len(found._rows) != len(found) or places.max(initial=-1) >= len(found._names):
            raise ValueError("the arrays are not of one shelf")
        for stretch, values in ((found._begins, begins[1:]), (found._places, places), (found._times, times)):
            stretch.frombytes(values.astype(stretch.typecode).tobytes())
        return found


def _sharing(lesson: Lesson, names: dict[str, str]) -> Lesson:
    """A lesson that has the names of its features in common with others."""

    def shared(counts: Counter[str]) -> Counter[str]:
        return Counter({names.setdefault(name, name): count for name, count in counts.items()})

    phrase, remark = lesson.phrase, lesson.remark
    return replace(
        lesson,
        phrase=replace(phrase, counts=shared(phrase.counts)),
        remark=replace(remark, counts=shared(remark.counts)) if remark else None,
    )


def _told(lesson: Lesson) -> list[object]:
    """A lesson as JSON, but for what is counted."""
    phrase, taught, remark = lesson.phrase, lesson.taught, lesson.remark
    bare = None if taught.words == phrase.words else _cuts(taught.words)
    tone: list[object] = []
    if remark:
        mood = remark.mood
        tone = [mood.sentiment, mood.urgency, mood.anger, mood.words, remark.listed.tolist()]
    return [taught.text, phrase.text, _cuts(phrase.words), bare, taught.spans, lesson.kinds, tone]


def _cuts(words: Sequence[Word]) -> list[tuple[int, int, str, str]]:
    return [(word.start, word.end, word.tag, word.kind) for word in words]


def _words(text: str, cuts: Sequence[tuple[int, int, str, str]]) -> tuple[Word, ...]:
    return tuple(Word(text[start:end], tag, start, end, kind) for start, end, tag, kind in cuts)


def _key(example: Example) -> bytes:
    """What a lesson depends on: the language of an example is not among it."""
    text = f"{bool(example.tone):d}{example.text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=KEY_BYTES).digest()


@cache
def _edition() -> str:
    """Names the code, lists and libraries that texts are read with."""
    digest = hashlib.sha256()
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.is_file():
            digest.update(file.read_bytes())
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    digest.update("\n".join([*libraries, unicodedata.unidata_version]).encode())
    return digest.hexdigest()[:KEY_BYTES]
