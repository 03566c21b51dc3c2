"""Cues: small words that steer a dialogue, by rules in `cues.*.txt`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

CLAUSE_END = re.compile(r"[!?;。、~\n]+|[,.]+(?!\d)|(?<!\d)[,.]+|(?<=[\u3400-\u9fff]) ")
SECTION = re.compile(r"\[(\w+)(?: (\w+))?\]")
OVER = {"stay": "person", "mind": "cancel"}
"""The first of two cues leaves no room for the second."""

FIRST_CLAUSE_ONLY = frozenset(("affirm", "more"))


@cache
def _rules() -> dict[tuple[str, str], re.Pattern[str]]:
    """(cue, place) to one pattern; polite words and particles are folded into `whole` patterns."""
    lines: dict[tuple[str, str], list[str]] = {}
    for language in ("zh", "en"):
        section = ("", "")
        for line in (files(__package__) / f"cues.{language}.txt").read_text("utf-8").splitlines():
            header = SECTION.fullmatch(line)
            if header:
                section = (header[1], header[2] or "")
            elif line and not line.startswith("#"):
                lines.setdefault(section, []).append(line)
    polite, particle = ("|".join(lines.pop((name, ""))) for name in ("polite", "particle"))
    rules = {("polite", "whole"): re.compile(rf"(?:(?:{polite})[ ']*)*")}
    for (cue, place), patterns in lines.items():
        body = "|".join(patterns)
        whole = rf"(?:(?:{polite})\s*)*?(?:(?:{body})(?:\s*(?:{particle}))*+\s*){{1,2}}"
        rules[cue, place] = re.compile(whole if place == "whole" else rf"(?:{body})")
    return rules


def find_cues(text: str) -> frozenset[str]:
    """The cues in a normalised text: `affirm`, `deny`, `cancel`, `mind`, `correct`, `person`, `stay`, `more`.

    A yes counts only as the first thing that is said, and not together with a no.
    """
    rules = _rules()
    clauses = [part for part in (piece.strip() for piece in CLAUSE_END.split(text)) if part]
    clauses = [clause for clause in clauses if not rules["polite", "whole"].fullmatch(clause)] or clauses
    cues = set()
    for (cue, place), pattern in rules.items():
        if cue in cues or place == "never":
            continue
        if place == "whole":
            looked_at = clauses[:1] if cue in FIRST_CLAUSE_ONLY else clauses
            said = any(len(clause) < 60 and pattern.fullmatch(clause) for clause in looked_at)
        else:
            said = bool(pattern.match(text.lstrip()) if place == "start" else pattern.search(text))
        withheld = rules.get((cue, "never"))
        if said and not (withheld and withheld.search(text)):
            cues.add(cue)
    cues -= {"polite"} | {weaker for stronger, weaker in OVER.items() if stronger in cues}
    if cues & {"deny", "cancel", "correct"}:
        cues.discard("affirm")
    return frozenset(cues)
