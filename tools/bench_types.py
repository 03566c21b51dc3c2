"""Check the types of bench/ as strictly as those of kefu/: each bench is a folder of its own with a run.py.

python tools/bench_types.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mypy import build
from mypy.main import process_options
from mypy.modulefinder import BuildSource

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "bench"
IMPORTED = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)


def sources() -> Iterator[BuildSource]:
    """All files: what a neighbour imports has the name that it imports, a program that of its folder and its own."""
    for folder in (BENCH, *sorted(one for one in BENCH.iterdir() if one.is_dir())):
        files = sorted(folder.glob("*.py"))
        imported = {name for file in files for name in IMPORTED.findall(file.read_text("utf-8"))}
        for file in files:
            shared = folder == BENCH or file.stem in imported
            yield BuildSource(str(file), file.stem if shared else f"{folder.name.replace('-', '_')}_{file.stem}")


def main() -> int:
    """Show what is found; 1 if there is anything."""
    found = list(sources())
    _, options = process_options([str(BENCH / "sets.py"), "--config-file", str(ROOT / "pyproject.toml")])
    options.mypy_path = [str(ROOT), *sorted({str(Path(one.path or "").parent) for one in found})]
    try:
        errors = build.build(found, options).errors
    except build.CompileError as error:
        errors = error.messages
    print("\n".join(errors) or f"bench: no issues found in {len(found)} source files")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
