"""Text from bytes whose character set nobody tells."""

from __future__ import annotations

import codecs

from kefu.core.errors import BadInput

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSES = ("gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252")

USUAL = frozenset(
    "的一是不了在有我他这为之来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家用发天如然"
    "作方成者多日都三小二无同么经法当起与好看学进种将还分此心前面又定见只主没公从您请课退款问答案：，。？！、；（）《》「」“”"
    "這個來們說國時會後對過發無麼經當與學進種將還見沒從請課開關於為您款問題"
)
"""Characters that Chinese text is full of, simplified and traditional: what is decoded wrongly has few."""

SAMPLE = 50_000
"""Characters by which guesses are compared."""

LEAST_SCORE = 0.5
"""From here on a guess counts as text: some half of its characters are usual ones in either language."""


def decode_text(name: str, content: bytes, declared: str = "") -> str:
    r"""The text of a file: by its mark, as declared, as UTF-8, else by the guess that reads most like text.

    Line ends become `\n`. Raises `BadInput` for what is no text in any of the known character sets.
    """
    text = _decode(content, declared)
    if text is None or "\0" in text:
        raise BadInput(f"{name} is no text that can be read; save it as UTF-8, or give it the ending of its kind.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes, declared: str) -> str | None:
    for mark, charset in MARKS:
        if content.startswith(mark):
            return _strict(content, charset)
    for charset in (declared, "utf-8"):
        if charset and (text := _strict(content, charset)) is not None and "\0" not in text:
            return text
    guesses = [text for charset in GUESSES if (text := _strict(content, charset)) is not None]
    best = max(guesses, key=_score, default=None)
    return best if best is not None and _score(best) >= LEAST_SCORE else None


def _strict(content: bytes, charset: str) -> str | None:
    wider = "gb18030" if charset.lower() in ("gb2312", "gbk", "gb_2312-80", "x-gbk") else charset
    try:
        return content.decode(wider)
    except (UnicodeDecodeError, LookupError):
        return None


def _score(text: str) -> float:
    """How much a text looks like one, up to 1: usual characters count, impossible ones count against it."""
    sample = text[:SAMPLE]
    good = sum(char in USUAL or " " <= char <= "~" or char in "\n\r\t" for char in sample)
    bad = sum(not (char.isprintable() or char.isspace()) for char in sample)
    # A Chinese text holds many characters that are not among the usual ones: they count half.
    han = sum("\u4e00" <= char <= "\u9fff" and char not in USUAL for char in sample)
    return (good + han / 3 - 4 * bad) / max(1, len(sample))
