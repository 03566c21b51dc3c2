"""Put the benches' figures into the pages that show them: `python tools/figures.py`; with `--check` only compare.

A row of the table names its figure in a comment: `<!--turn: SQLite, 64 customers: turns-->`
is that figure of bench/turn/results.json. Its cell holds the value, in brackets the
baseline of the same run where there is one, and a dash while nobody has measured it. The command
is the figure's own, or else that of its bench.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "README.zh.md",
    *(
        f"docs/{language}/explain/{page}.md"
        for language in ("en", "zh")
        for page in ("understanding", "the-promise", "knowledge")
    ),
    *(
        f"docs/{language}/how-to/{page}.md"
        for language in ("en", "zh")
        for page in (
            "read-the-reports",
            "facts-from-conversations",
            "predict-and-act",
            "run-big-batches",
            "what-customers-tell-you",
        )
    ),
)
ROW = re.compile(r"(<!--([\w-]+): (.+?)-->)[^|]*\| `[^`]*` \|")
UNITS = {"ratio": "", "1/s": "/s"}
UNMEASURED = "–"


def fill(text: str, benches: Path) -> str:
    """The text with every figure as its bench has it."""

    def row(found: re.Match[str]) -> str:
        mark, bench, name = found.groups()
        file = benches / bench / "results.json"
        if not file.is_file():
            return re.sub(r"-->[^|]*\|", f"--> {UNMEASURED} |", found[0])
        results = json.loads(file.read_text("utf-8"))
        figure = next((one for one in results["figures"] if one["name"] == name), None)
        command = (figure or {}).get("command", results["command"])
        return f"{mark} {cell(figure) if figure else UNMEASURED} | `{command}` |"

    return ROW.sub(row, text)


def cell(figure: dict[str, Any]) -> str:
    """A value with its unit, and its baseline in brackets."""
    value, baseline, unit = figure["value"], figure.get("baseline"), figure["unit"]
    return written(value, unit) + (f" ({written(baseline, unit)})" if baseline is not None else "")


def written(value: float, unit: str) -> str:
    """A number with three significant digits, and its unit."""
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {UNITS.get(unit, unit)}".strip()


def main() -> int:
    """Fill the pages, or with --check say where they differ; exit code 1 when they do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=Path, default=ROOT, help="the repository (default: this one)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    stale = False
    for page in (options.root / name for name in PAGES if (options.root / name).is_file()):
        before = page.read_text("utf-8")
        after = fill(before, options.root / "bench")
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
            if options.check and old != new:
                print(f"{page.name}: {old}\n   should be {new}")
                stale = True
        if not options.check and after != before:
            page.write_text(after, "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
