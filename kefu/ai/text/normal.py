"""One normal form for every way to write a text, with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from kefu.ai.text.numerals import find_numerals

REPEAT = re.compile(r"([^\d\s零〇幺一二三四五六七八九])\1{2,}|\s{2,}")
ADDRESS = re.compile(r"[!-~]*(?:@|://|www\.)[!-~]+")
"""E-mail and web addresses, where a letter may stand three times."""

INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
QUOTES = {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"'}


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text.

    Character `i` of `text` stands for `original[starts[i]:ends[i]]`; several characters
    may stand for the same stretch (三百二 became 320).
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original; `start < end`."""
        return self.starts[start], self.ends[end - 1]

    def slice(self, start: int, end: int) -> str:
        """What the customer wrote for `text[start:end]`."""
        return self.original[self.starts[start] : self.ends[end - 1]] if start < end else ""


def normalise(original: str) -> Normal:
    """Fold width, case and script, drop what is invisible, shorten repeats, write numbers in digits.

    Width is folded character by character (NFKC), so that nothing is reordered; a
    combining mark joins its base or is dropped. Emoji stay: they carry the tone. Never
    raises; about 10 µs for a short sentence.
    """
    text, starts, ends = _fold(original)
    text = _simplify(text)
    kept = [m.span() for m in ADDRESS.finditer(text)] if "@" in text or "www." in text or "://" in text else []
    edits = [
        (m.start(), m.end(), _shortened(m))
        for m in REPEAT.finditer(text)
        if not any(start <= m.start() < end for start, end in kept)
    ]
    text, starts, ends = edit(text, starts, ends, edits)
    text, starts, ends = edit(text, starts, ends, list(find_numerals(text)))
    return Normal(original, text, tuple(starts), tuple(ends))


def _shortened(run: re.Match[str]) -> str:
    return run[1] * 2 if run[1] else "\n" if "\n" in run[0] else " "


def _fold(original: str) -> tuple[str, list[int], list[int]]:
    pieces = list(map(_folded, original))
    text = "".join(pieces)
    if len(text) == len(original) and "" not in pieces and not any(map(unicodedata.combining, text)):
        return text, list(range(len(text))), list(range(1, len(text) + 1))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, folded in enumerate(pieces):
        if folded and unicodedata.combining(folded[0]):
            joined = unicodedata.normalize("NFC", chars[-1] + folded) if chars else ""
            if len(joined) == 1:
                chars[-1], ends[-1] = joined, at + 1
            continue
        chars += folded
        starts += [at] * len(folded)
        ends += [at + 1] * len(folded)
    return "".join(chars), starts, ends


@lru_cache(maxsize=1 << 15)
def _folded(char: str) -> str:
    if char.isspace():
        return "\n" if char in "\n\r\u2028\u2029" else " "
    category = unicodedata.category(char)
    if category in INVISIBLE or (category in ("Me", "Mn") and not unicodedata.combining(char)):
        return ""
    folded = unicodedata.normalize("NFKC", char).casefold()
    return QUOTES.get(folded, folded)


@cache
def _to_simplified() -> object:
    import opencc

    return opencc.OpenCC("t2s")


def _simplify(text: str) -> str:
    """Traditional to simplified characters; phrases first, single characters where lengths differ."""
    if text.isascii():
        return text
    convert = _to_simplified().convert  # type: ignore[attr-defined]
    simple: str = convert(text)
    if len(simple) == len(text):
        return simple
    return "".join(one if len(one := convert(char)) == 1 else char for char in text)


def edit(
    text: str, starts: list[int], ends: list[int], edits: list[tuple[int, int, str]]
) -> tuple[str, list[int], list[int]]:
    """Replace stretches; every new character stands for the whole stretch that it replaces."""
    if not edits:
        return text, starts, ends
    out: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    at = 0
    for start, end, new in [*edits, (len(text), len(text), "")]:
        out += text[at:start], new
        new_starts += starts[at:start] + [starts[start] if new else 0] * len(new)
        new_ends += ends[at:start] + [ends[end - 1] if new else 0] * len(new)
        at = end
    return "".join(out), new_starts, new_ends
