"""How Chinese characters sound: what a typist or a speech recogniser confuses."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from kefu.ai.text.folder import Parts, pack_array, unpack_array

FIRST, LAST = 0x4E00, 0x9FFF
LONGEST_SYLLABLE = 6
INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class Sounds:
    """A table of characters to syllables, without tones.

    What many speakers do not tell apart is one syllable: zh/z, ch/c, sh/s and a final
    ng/n. A syllable is held as one private character, so that the sound of a text is a
    text of the same length; what is not a Chinese character sounds as itself.
    """

    def __init__(self, codes: np.ndarray) -> None:
        self.codes = codes
        self._table = {FIRST + at: 0xE000 + int(code) for at, code in enumerate(codes) if code}

    def of(self, text: str) -> str:
        """The sound of a text: as many characters as the text has."""
        return text.translate(self._table)

    def pack(self) -> Parts:
        """The table as a file, 42 kB."""
        return {"sounds.npy": pack_array(self.codes)}

    @classmethod
    def unpack(cls, parts: Parts) -> Sounds:
        """A table from its file."""
        return cls(unpack_array(parts["sounds.npy"]))


@cache
def build_sounds() -> Sounds:
    """Make the table from pypinyin's single readings; 0.1 s and 14 MB, so only when training or searching."""
    number = _numbers()
    return Sounds(np.array([number[reading] for reading in _readings()], dtype=np.uint16))


def read_pinyin(letters: str) -> str:
    """The sound of Chinese written in Latin letters without tones (`tuikuan`), as `Sounds.of`; empty if it is none.

    Of several ways to cut it, the one with the fewest syllables. Shorter than two syllables is no pinyin.
    """
    number = _numbers()
    ways: list[list[int] | None] = [[]]
    for end in range(1, len(letters) + 1):
        cuts = (
            [*before, number[syllable]]
            for start in range(max(0, end - LONGEST_SYLLABLE), end)
            if (before := ways[start]) is not None and (syllable := _plain(letters[start:end])) in number and syllable
        )
        ways.append(min(cuts, key=len, default=None))
    best = ways[-1]
    return "".join(chr(0xE000 + code) for code in best) if best and len(best) > 1 else ""


@cache
def _readings() -> tuple[str, ...]:
    from pypinyin.pinyin_dict import pinyin_dict

    return tuple(_plain(pinyin_dict.get(code, "").partition(",")[0]) for code in range(FIRST, LAST + 1))


@cache
def _numbers() -> dict[str, int]:
    return {syllable: at for at, syllable in enumerate(sorted(set(_readings()) - {""}), start=1)} | {"": 0}


def _plain(reading: str) -> str:
    letters = [char for char in unicodedata.normalize("NFD", reading) if not unicodedata.combining(char)]
    syllable = "".join(letters)
    for marked, plain in INITIALS:
        if syllable.startswith(marked):
            syllable = plain + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable
