"""Rows of features as a matrix: numbers as they are, texts as codes, what is missing as not a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.core.nouns import Row

MOST_VALUES = 50
"""Values of a text that get a code, the commonest first; all others share one."""

RARE = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """The features by name, and the codes of those that are texts."""

    names: tuple[str, ...]
    codes: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Columns:
        """The columns of rows that all have the same features."""
        names = tuple(rows[0]) if rows else ()
        texts = [name for name in names if any(isinstance(row[name], str) for row in rows)]
        codes = {
            name: {value: code for code, (value, _) in enumerate(_counted(rows, name).most_common(MOST_VALUES))}
            for name in texts
        }
        return cls(names, codes)

    @property
    def texts(self) -> list[int]:
        """The places of the features that are texts."""
        return [place for place, name in enumerate(self.names) if name in self.codes]

    def matrix(self, rows: Sequence[Row]) -> np.ndarray:
        """The rows as float64 (n_rows, n_features)."""
        found = np.full((len(rows), len(self.names)), np.nan)
        for place, name in enumerate(self.names):
            codes = self.codes.get(name)
            for number, row in enumerate(rows):
                value = row.get(name)
                if value is None:
                    continue
                if codes is not None:
                    found[number, place] = codes.get(str(value), RARE)
                elif isinstance(value, int | float):
                    found[number, place] = value
        return found


def _counted(rows: Sequence[Row], name: str) -> Counter[str]:
    return Counter(str(row[name]) for row in rows if row[name] is not None)
