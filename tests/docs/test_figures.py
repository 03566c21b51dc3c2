"""The figures in the READMEs are those of the benches: none by hand, none out of date."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CELL = re.compile(r"<!--(.+?)--> ([^|]+) \| `([^`]+)`")


def figures(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "figures.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_readmes_show_what_the_benches_measured() -> None:
    done = figures("--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_languages_show_the_same_figures() -> None:
    english, chinese = (CELL.findall((ROOT / page).read_text("utf-8")) for page in ("README.md", "README.zh.md"))
    assert len(english) > 5
    assert english == chinese


def test_a_stale_figure_is_found_and_mended(tmp_path: Path) -> None:
    stale = {"turn: turns": "7 /s", "turn: share": "1", "turn: own": "2", "none: x": "3"}
    rows = "".join(f"| row | <!--{name}--> {value} | `old` |\n" for name, value in stale.items())
    measured = [
        {"name": "turns", "value": 1234.4, "unit": "1/s", "baseline": 2000},
        {"name": "share", "value": 0.61725, "unit": "ratio"},
        {"name": "own", "value": 5, "unit": "ms", "command": "run --more"},
    ]
    for page in ("README.md", "README.zh.md"):
        (tmp_path / page).write_text(rows, "utf-8")
    (tmp_path / "bench" / "turn").mkdir(parents=True)
    results = tmp_path / "bench" / "turn" / "results.json"
    results.write_text(json.dumps({"command": "run", "figures": measured}), "utf-8")
    assert figures(tmp_path, "--check").returncode == 1
    assert figures(tmp_path).returncode == 0
    assert CELL.findall((tmp_path / "README.zh.md").read_text("utf-8")) == [
        ("turn: turns", "1,234 /s (2,000 /s)", "run"),
        ("turn: share", "0.617", "run"),
        ("turn: own", "5 ms", "run --more"),
        ("none: x", "–", "old"),
    ]
    assert figures(tmp_path, "--check").returncode == 0
