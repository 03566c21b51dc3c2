"""Names from the records, found in a text: exact, as they sound, misspelt, or in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
"""Partial similarity (0-100) from which a typo is thought of at all."""

SHORTEST_SOUND = 3
SHORTEST_TYPO = 4
LONG_NAME = 9
"""Names of so many characters may have two typos."""

LEAST_ADDED = 3
"""By so many characters a misspelt name must be longer than a whole name in it."""

SCORES = {"exact": 1.0, "sound": 0.9, "typo": 0.85, "part": 0.7, "shared part": 0.6}


@dataclass(frozen=True, slots=True)
class Manner:
    """How customers speak of a kind of thing, learned from the marked examples.

    `heads` are words that end a mention and name the kind of thing (课, course);
    `plain` are pieces that belong to requests, not to names (学习, progress).
    """

    heads: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()


class Wordings:
    """Written forms, each with the one thing that it means, or None where several things share it."""

    def __init__(self, forms: Iterable[tuple[str, str]]) -> None:
        self._meaning: dict[str, str | None] = {}
        for form, value in forms:
            self._meaning[form] = value if self._meaning.get(form, value) == value else None
        sizes: dict[str, set[int]] = {}
        for form in self._meaning:
            sizes.setdefault(form[:2], set()).add(len(form))
        self._sizes = {beginning: sorted(lengths, reverse=True) for beginning, lengths in sizes.items()}

    def find(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """Where forms stand in a text, the longest at each place, and what they mean."""
        for start in range(len(text) - 1):
            for size in self._sizes.get(text[start : start + 2], ()):
                form = text[start : start + size]
                end = start + len(form)  # a form longer than what is left must not reach past the text
                if form in self._meaning and _stands_alone(text, start, end):
                    yield start, end, self._meaning[form]
                    break


class Names:
    """The names of one kind, by spelling, by sound and by pieces."""

    def __init__(self, kind: str, terms: Sequence[Term], sounds: Sounds | None) -> None:
        pairs = [
            (name, term.value)
            for term in terms
            for written in (term.text, *term.aliases)
            if len(name := normalise(written).text.strip()) >= 2
        ]
        self.kind = kind
        self.spellings = [name for name, _ in pairs]
        self.values = [value for _, value in pairs]
        self.by_spelling = Wordings(pairs)
        self.by_sound = Wordings(
            (sounds.of(name), value)
            for name, value in pairs
            if sounds is not None and len(name) >= SHORTEST_SOUND and HAN.match(name)
        )
        self.pieces = PieceIndex(self.spellings)


class Lexicon:
    """All names, ready to be searched for; immutable, so thread-safe.

    100,000 names take 1.8 s of CPU to index and 43 MB. Searching a sentence costs 50 µs, or
    150 µs among 100,000 names, because only names that share a piece with it are compared.
    """

    def __init__(self, lexicons: Mapping[str, Sequence[Term]], sounds: Sounds | None, manner: Manner) -> None:
        self._sounds = sounds
        self._manner = manner
        self._all = [Names(kind, terms, sounds) for kind, terms in lexicons.items() if terms]

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """Every mention in a normalised text with its words; names that may both be meant overlap."""
        sound = self._sounds.of(text) if self._sounds and text else ""
        edges = {word.start for word in words} | {word.end for word in words} | {0, len(text)}
        pieces = list(pieces_of(text)) if self._all else []
        found: list[Found] = []
        for names in self._all if text else ():
            whole = [Found(names.kind, *place, SCORES["exact"]) for place in names.by_spelling.find(text)]
            whole += [Found(names.kind, *place, SCORES["sound"]) for place in names.by_sound.find(sound)]
            rough = [*self._misspelt(names, text, pieces), *self._in_part(names, text, pieces, edges)]
            found += whole + [one for one in rough if all(_may_stand(one, other) for other in whole)]
        return found

    def _misspelt(self, names: Names, text: str, pieces: Sequence[Piece]) -> Iterator[Found]:
        """A whole name with one typo, two in long ones; digits and other-sounding characters are no typo."""
        for at in names.pieces.likeliest(pieces, MOST_COMPARED):
            name = names.spellings[at]
            if not SHORTEST_TYPO <= len(name) <= len(text) + 1 or name in text:
                continue
            place = fuzz.partial_ratio_alignment(name, text, score_cutoff=LEAST_ALIKE)
            if place is None:
                continue
            allowed = 2 if len(name) >= LONG_NAME else 1
            start, end, distance = _closest(name, text, (place.dest_start, place.dest_end), allowed)
            if 0 < distance <= allowed and self._same_but_typo(text[start:end], name):
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
        after = text[end : end + 1]
        is_told = len(values) == 1 and n_hits <= MOST_CHECKED and not (after.isascii() and after.isalnum())
        value, how = (next(iter(values)), "part") if is_told else (None, "shared part")
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


def _closest(name: str, text: str, near: tuple[int, int], most: int) -> tuple[int, int, int]:
    """The stretch of a text that is nearest to a name, with its distance: a slip may add a character or drop one."""
    first, last = near
    stretches = [
        (start, end)
        for start in range(max(0, first - most), first + most + 1)
        for end in range(last - most, min(len(text), last + most) + 1)
        if abs(end - start - len(name)) <= 1 and _stands_alone(text, start, end)
    ]
    distances = ((OSA.distance(text[start:end], name, score_cutoff=most), start, end) for start, end in stretches)
    distance, start, end = min(distances, default=(most + 1, first, last))
    return start, end, distance


def _leaves_out(core: str, name: str) -> bool:
    """Whether a text is a name with something left out: python入门 for python 编程入门."""
    rest = iter(name)
    return all(char in rest for char in core)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a stretch is not cut out of a Latin word or a number."""
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isascii() and text[at].isascii() and text[at - 1 : at + 1].isalnum()


def _may_stand(rough: Found, whole: Found) -> bool:
    """Whether a rough find may stand beside a whole name: apart, or misspelt and much longer."""
    if rough.start >= whole.end or whole.start >= rough.end:
        return True
    is_inside = rough.start <= whole.start and whole.end <= rough.end
    added = rough.end - rough.start - (whole.end - whole.start)
    return is_inside and rough.score > SCORES["part"] and added >= LEAST_ADDED
