"""What a customer will ask next, from what they asked before: counts of what followed, the longest history first.

Source: Witten and Bell, The zero-frequency problem, IEEE Transactions on Information Theory 37 (1991): how far a
history is trusted follows from how often it was met and how many different things followed it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kefu.core.errors import ModelMissing

LONGEST = 3
"""Earlier questions that count."""

FILE = "sequence.json"


@dataclass(slots=True)
class NextQuestion:
    """What followed each history of at most `LONGEST` questions."""

    followed: dict[tuple[str, ...], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def fit(self, sequences: Sequence[Sequence[str]]) -> None:
        """Learn from what customers asked, each in their order."""
        self.followed = defaultdict(Counter)
        for asked in sequences:
            for place, name in enumerate(asked):
                for length in range(min(place, LONGEST) + 1):
                    self.followed[tuple(asked[place - length : place])][name] += 1

    def predict(self, asked: Sequence[str]) -> list[tuple[str, float]]:
        """Every question with the probability that it comes next, if any comes, likeliest first."""
        usual = self.followed.get((), Counter())
        total = sum(usual.values())
        found = {name: count / total for name, count in usual.items()}
        for length in range(1, min(LONGEST, len(asked)) + 1):
            counts = self.followed.get(tuple(asked[-length:]))
            if not counts:
                break
            met = sum(counts.values())
            trust = met / (met + len(counts))
            found = {name: trust * counts[name] / met + (1 - trust) * share for name, share in found.items()}
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    def save(self, folder: Path) -> None:
        """Write the counts."""
        rows = [[list(history), dict(counts)] for history, counts in self.followed.items()]
        (folder / FILE).write_text(json.dumps(rows, ensure_ascii=False), "utf-8")

    def load(self, folder: Path) -> None:
        """Read the counts. Raises `ModelMissing` when the file is missing or damaged."""
        try:
            rows = json.loads((folder / FILE).read_text("utf-8"))
            self.followed = defaultdict(Counter, {tuple(history): Counter(counts) for history, counts in rows})
        except (OSError, ValueError, TypeError) as error:
            raise ModelMissing(f"{folder / FILE} is missing or damaged; run kefu predict train.") from error
