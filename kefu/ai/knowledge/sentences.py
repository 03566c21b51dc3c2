"""Sentences of a text, never cut in two."""

from __future__ import annotations

import re

END = re.compile(
    r"(?<=[。！？!?；])[”’」』）)\"']*\s*(?![”’」』）)\"'。！？!?])|(?<=[.…])[\"')\]]*(?:\s+(?=[\"'(\[]?[A-Z\d\u3400-\u9fff])|(?=\n)|$)|\n+"
)
"""Where a sentence may end: after a full stop and before something that can begin one, or at a line's end."""

ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|no|nos|fig|approx|mr|mrs|ms|dr|prof|st|inc|ltd|co|jr|sr|u\.s|u\.k|a\.m|p\.m)|\b[A-Z]|^\s*\d{1,2})\.$",
    re.IGNORECASE | re.MULTILINE,
)
"""What ends with a full stop and no sentence does; the number of a list item, too."""


def split_sentences(text: str) -> list[str]:
    """The sentences of a plain text in order, without blank ones; a line is never joined with the next."""
    found: list[str] = []
    begin = 0
    for match in END.finditer(text):
        piece = text[begin : match.end()]
        if "\n" not in match.group() and ABBREVIATION.search(piece.rstrip()) and match.end() < len(text):
            continue
        found.append(piece.strip())
        begin = match.end()
    found.append(text[begin:].strip())
    return [sentence for sentence in found if sentence]
