"""Pages whose code is run: files are written, commands are executed, output is compared.

In a page, ```toml file=PATH writes a file, ```sh run executes with bash, and ```text output
must appear in what the commands before it printed (`…` stands for anything).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```\w+ (run|output|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "```sh run" in path.read_text("utf-8"))
LIMIT_S = 120


class Reader:
    """Follows a page in a folder of its own, as a reader would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._marker = folder.with_suffix(".cwd")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEFU", "COVERAGE"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**kept, "PATH": path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
        self.printed = ""

    def write(self, name: str, text: str) -> None:
        """Write a file; files that belong to a folder make it."""
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def run(self, commands: str) -> None:
        """Run commands; where they lead, the page goes on."""
        script = f"set -euo pipefail\n{commands}\npwd > '{self._marker}'\n"
        done = subprocess.run(
            ["/bin/bash", "-c", script], cwd=self._folder, env=self._environment, timeout=LIMIT_S,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        self.printed = done.stdout
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        self._folder = Path(self._marker.read_text("utf-8").strip())

    def expect(self, text: str) -> None:
        """What was printed must hold this."""
        wanted = ".*".join(re.escape(part.strip()) for part in text.split("…"))
        assert re.search(wanted, self.printed, re.DOTALL), f"expected {text!r} in\n{self.printed}"


@pytest.mark.e2e
@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT / "docs").as_posix())
def test_a_reader_who_follows_the_page_gets_there(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder)
    for kind, file, text in BLOCK.findall(page.read_text("utf-8")):
        if file:
            reader.write(file, text)
        elif kind == "run":
            reader.run(text)
        else:
            reader.expect(text)


def test_something_is_run_in_both_languages() -> None:
    assert {path.parent.parent.name for path in PAGES} == {"en", "zh"}
