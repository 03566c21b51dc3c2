"""Names from the records, found in a text: exact, as they sound, misspelt, or in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein

from kefu.ai.text.found import Found
from kefu.ai.text.normal import normalise
from kefu.ai.text.pieces import Piece, PieceIndex, pieces_of
from kefu.ai.text.sound import Sounds
from kefu.ai.text.words import HAN, Word
from kefu.core.ports.reader import Term

MOST_CHECKED = 64
"""How many names that share a piece with the text are looked at."""

MOST_COMPARED = 12
"""How many names are tried for a typo."""

LEAST_ALIKE = 70

SHORTEST_SOUND = 3
SHORTEST_TYPO = 4
LONG_NAME = 9
"""Names of so many characters may have two typos."""

SCORES = {"exact": 1.0, "sound": 0.9, "typo": 0.85, "part": 0.7, "shared part": 0.6}


@dataclass(frozen=True, slots=True)
class Manner:
    """How customers speak of a kind of thing, learned from the marked examples.

    `heads` are words that end a mention and name the kind of thing (课, course);
    `plain` are pieces that belong to requests, not to names (学习, progress).
    """

    heads: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()


@dataclass(slots=True)
class Names:
    """The names of one kind, indexed by spelling, by sound and by pieces."""

    kind: str
    spellings: list[str]
    values: list[str]
    by_spelling: dict[str, str | None] = field(default_factory=dict)
    by_sound: dict[str, str | None] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sound_lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    pieces: PieceIndex = field(default_factory=lambda: PieceIndex([]))


class Lexicon:
    """All names, ready to be searched for; immutable, so thread-safe.

    100,000 names take about 2 s to index and some 60 MB; searching a sentence costs tens of
    microseconds whatever their number, because only names that share a piece are compared.
    """

    def __init__(self, lexicons: Mapping[str, Sequence[Term]], sounds: Sounds | None, manner: Manner) -> None:
        self._sounds = sounds
        self._manner = manner
        self._all = [self._index(kind, terms) for kind, terms in lexicons.items() if terms]

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """Every mention in a normalised text with its words; names that may both be meant overlap."""
        sound = self._sounds.of(text) if self._sounds and text else ""
        edges = {word.start for word in words} | {word.end for word in words} | {0, len(text)}
        pieces = list(pieces_of(text)) if self._all else []
        found: list[Found] = []
        for names in self._all if text else ():
            whole = list(_matches(names, "exact", text, names.by_spelling, names.lengths))
            if sound:
                whole += _matches(names, "sound", sound, names.by_sound, names.sound_lengths)
            rough = [*self._misspelt(names, text, pieces), *self._in_part(names, text, pieces, edges)]
            found += whole + [one for one in rough if not any(_overlap(one, other) for other in whole)]
        return found

    def _index(self, kind: str, terms: Sequence[Term]) -> Names:
        names = Names(kind, [], [])
        for term in terms:
            for written in (term.text, *term.aliases):
                name = normalise(written).text.strip()
                if len(name) >= 2:
                    names.spellings.append(name)
                    names.values.append(term.value)
                    _enter(names.by_spelling, name, term.value)
                    if self._sounds and len(name) >= SHORTEST_SOUND and HAN.match(name):
                        _enter(names.by_sound, self._sounds.of(name), term.value)
        names.lengths = _lengths(names.by_spelling)
        names.sound_lengths = _lengths(names.by_sound)
        names.pieces = PieceIndex(names.spellings)
        return names

    def _misspelt(self, names: Names, text: str, pieces: Sequence[Piece]) -> Iterator[Found]:
        """A whole name with one typo, two in long ones; digits and other-sounding characters are no typo."""
        for at in names.pieces.likeliest(pieces, MOST_COMPARED):
            name = names.spellings[at]
            if not SHORTEST_TYPO <= len(name) <= len(text) + 1 or name in text:
                continue
            place = fuzz.partial_ratio_alignment(name, text, score_cutoff=LEAST_ALIKE)
            if place is None:
                continue
            start, end = place.dest_start, place.dest_end
            written = text[start:end]
            allowed = 2 if len(name) >= LONG_NAME else 1
            distance = OSA.distance(written, name, score_cutoff=allowed)
            if not 0 < distance <= allowed or not _stands_alone(text, start, end):
                continue
            if self._same_but_typo(written, name):
                yield Found(names.kind, start, end, names.values[at], SCORES["typo"] - distance / 100)

    def _same_but_typo(self, written: str, name: str) -> bool:
        if sorted(written) == sorted(name):
            return True
        for step in Levenshtein.opcodes(written, name):
            old, new = written[step.src_start : step.src_end], name[step.dest_start : step.dest_end]
            if step.tag != "equal" and any(char.isdigit() for char in old + new):
                return False
            if step.tag == "replace" and not (old + new).isascii() and not self._sound_alike(old, new):
                return False
        return True

    def _sound_alike(self, left: str, right: str) -> bool:
        return self._sounds is not None and self._sounds.of(left) == self._sounds.of(right)

    def _in_part(self, names: Names, text: str, pieces: Sequence[Piece], edges: set[int]) -> Iterator[Found]:
        """Mentions like 英语课 for 英语口语入门: words of a name, then perhaps a word for its kind."""
        for run_start, run_end, hits in names.pieces.runs(pieces):
            start, end = self._to_edges(text, run_start, run_end, edges)
            core = text[start:end]
            likely = hits[:MOST_CHECKED].tolist()
            owners = [at for at in likely if core in names.spellings[at]]
            owners = owners or [at for at in likely if _leaves_out(core, names.spellings[at])]
            if owners and self._tells(core):
                yield self._mention(names, text, (start, end), owners, len(hits))
        for start, end, piece in names.pieces.misspelt(pieces):
            hits = names.pieces.names_with(piece)
            if self._tells(text[start:end]) and self._tells(piece):
                yield self._mention(names, text, (start, end), hits.tolist(), len(hits))

    def _to_edges(self, text: str, start: int, end: int, edges: set[int]) -> tuple[int, int]:
        """Shorten a stretch to whole words; a word for the kind may complete the last (英语课 is one word)."""
        start = min((edge for edge in edges if edge >= start), default=start)
        if end not in edges and end + self._head(text, end) not in edges:
            end = max((edge for edge in edges if edge < end), default=start)
        return start, max(start, end)

    def _mention(self, names: Names, text: str, core: tuple[int, int], owners: Sequence[int], n_hits: int) -> Found:
        """One thing if just one has this piece in its names; 日语n3 is not the course 日语n2."""
        start, end = core
        values = {names.values[at] for at in owners}
        single = len(values) == 1 and n_hits <= MOST_CHECKED and not text[end : end + 1].isdigit()
        single = single and not (text[end : end + 1].isascii() and text[end : end + 1].isalpha())
        value, how = (next(iter(values)), "part") if single else (None, "shared part")
        return Found(names.kind, start, end + self._head(text, end), value, SCORES[how])

    def _head(self, text: str, at: int) -> int:
        """The length of a word for the kind of thing that stands at this place, blanks included."""
        blanks = len(text[at:]) - len(text[at:].lstrip(" "))
        found = [len(head) for head in self._manner.heads if text.startswith(head, at + blanks)]
        return blanks + max(found) if found else 0

    def _tells(self, core: str) -> bool:
        """Whether a piece of a name is more than everyday words."""
        if len(core) < 2 or core in self._manner.heads:
            return False
        return any(piece not in self._manner.plain for piece, _, _ in pieces_of(core))


def _enter(index: dict[str, str | None], name: str, value: str) -> None:
    """One name of several things stands for none of them."""
    index[name] = value if index.get(name, value) == value else None


def _lengths(names: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """For each two first characters, how long the names are that begin so, longest first."""
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[:2], set()).add(len(name))
    return {beginning: tuple(sorted(sizes, reverse=True)) for beginning, sizes in found.items()}


def _matches(
    names: Names, how: str, text: str, index: Mapping[str, str | None], lengths: Mapping[str, tuple[int, ...]]
) -> Iterator[Found]:
    for start in range(len(text) - 1):
        for size in lengths.get(text[start : start + 2], ()):
            written = text[start : start + size]
            if written in index and _stands_alone(text, start, start + size):
                yield Found(names.kind, start, start + size, index[written], SCORES[how])
                break


def _leaves_out(core: str, name: str) -> bool:
    """Whether a text is a name with something left out: python入门 for python 编程入门."""
    rest = iter(name)
    return all(char in rest for char in core)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a stretch is not cut out of a Latin word or a number."""
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isascii() and text[at].isascii() and text[at - 1 : at + 1].isalnum()


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
