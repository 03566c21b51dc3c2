"""The figures in the READMEs are those of the benches: none by hand, none out of date.

A row of the table names its figure in a comment: `<!--turn: SQLite, 64 customers: turns-->`.
Without that figure in bench/turn/results.json the cell must hold a dash.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CELL = re.compile(r"\| *<!-- *(\w+): *(.+?) *--> *([^|]*?) *\| *`([^`]+)` *\|")
UNITS = {"ratio": "", "1/s": "/s"}


def shown(name: str, figure: str) -> tuple[str, str]:
    """(cell, command) of a figure, as the README must show it."""
    file = ROOT / "bench" / name / "results.json"
    if not file.is_file():
        return "–", ""
    results = json.loads(file.read_text("utf-8"))
    found = next((one for one in results["figures"] if one["name"] == figure), None)
    return (written(found["value"], found["unit"]) if found else "–"), results["command"]


def written(value: float, unit: str) -> str:
    """A number with three significant digits, and its unit."""
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {UNITS.get(unit, unit)}".strip()


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_figures_are_those_of_the_benches(page: str) -> None:
    cells = CELL.findall((ROOT / page).read_text("utf-8"))
    assert cells
    wrong = []
    for name, figure, cell, command in cells:
        value, made_by = shown(name, figure)
        if cell != value or (made_by and command != made_by):
            wrong.append(f"{name}: {figure}: write {value} | `{made_by or command}`, not {cell} | `{command}`")
    assert not wrong, "\n".join(wrong)


def test_both_languages_show_the_same_figures() -> None:
    english, chinese = (CELL.findall((ROOT / page).read_text("utf-8")) for page in ("README.md", "README.zh.md"))
    assert english == chinese


def test_numbers_are_written_short() -> None:
    assert [written(1234.5, "1/s"), written(0.12345, "ratio"), written(38.04, "ms")] == ["1,234 /s", "0.123", "38 ms"]
