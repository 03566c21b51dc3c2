"""How Chinese characters sound: what a typist or a speech recogniser confuses."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from kefu.ai.text.folder import Parts, pack_array, unpack_array

FIRST, LAST = 0x4E00, 0x9FFF
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
    """Make the table from pypinyin's single readings; 0.1 s and 14 MB, so only when training."""
    from pypinyin.pinyin_dict import pinyin_dict

    readings = [_plain(pinyin_dict.get(code, "").partition(",")[0]) for code in range(FIRST, LAST + 1)]
    number = {syllable: at for at, syllable in enumerate(sorted(set(readings) - {""}), start=1)} | {"": 0}
    return Sounds(np.array([number[reading] for reading in readings], dtype=np.uint16))


def _plain(reading: str) -> str:
    letters = [char for char in unicodedata.normalize("NFD", reading) if not unicodedata.combining(char)]
    syllable = "".join(letters)
    for marked, plain in INITIALS:
        if syllable.startswith(marked):
            syllable = plain + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable
