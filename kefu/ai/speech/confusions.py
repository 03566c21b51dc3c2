"""What a loop over all phones hears where a phrase is said: how much likelier than where anything else is.

The loop mishears, and always in the same way. The table says which phone is heard for which, how often one is missed
and one too many is heard; `bench/voice/odds.py` counts it on sentences of our own that synthetic voices say.
Source: the usual alignment by dynamic programming, with these logs in place of costs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kefu.core.nouns import Language

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Confusions:
    """Natural logs: of P(heard for a phone) / P(heard anywhere), of P(a phone is missed), of P(one is added)."""

    heard: Mapping[str, Mapping[str, float]]
    missed: Mapping[str, float]
    added: float

    def likely(self, phrase: Sequence[str], loop: Sequence[str]) -> float:
        """How much likelier the loop's phones are where the phrase was said, a log for each phone of the phrase."""
        before = [self.added * at for at in range(len(loop) + 1)]
        for phone in phrase:
            row, missed, now = self.heard[phone], self.missed[phone], [before[0] + self.missed[phone]]
            for at, heard in enumerate(loop):
                now.append(max(before[at] + row[heard], before[at + 1] + missed, now[at] + self.added))
            before = now
        return before[-1] / max(len(phrase), 1)


@cache
def confusions(language: Language) -> Confusions:
    """The table of a language."""
    return read(json.loads(FILE.read_text("ascii"))[language])


def read(table: Mapping[str, Any]) -> Confusions:
    """A table as it is stored: a row of `heard` for each of `phones`."""
    phones = table["phones"]
    heard = {phone: dict(zip(phones, row, strict=True)) for phone, row in zip(phones, table["heard"], strict=True)}
    return Confusions(heard, dict(zip(phones, table["missed"], strict=True)), table["added"])
