"""The sample school with few learners and a reader that needs no training, for tests of its models."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from click.testing import CliRunner, Result

from kefu.cli import commands


def run(*arguments: str) -> Result:
    """Run a command in English; what it trains reads by the nearest examples."""
    env = {"LANG": "en_GB.UTF-8", "KEFU__READER__USE": "nearest.v1"}
    return CliRunner(env=env).invoke(commands, arguments)


def make_school(home: Path, kept: int = 6, *, trained: bool = True) -> Path:
    """A school with its first model, trained on so many examples of each intent and language; made once a process."""
    return Path(shutil.copytree(_made(kept, trained=trained), home))


@cache
def _made(kept: int, *, trained: bool) -> Path:
    """The school that is copied."""
    folder = Path(tempfile.mkdtemp(prefix="kefu-school-"))
    atexit.register(shutil.rmtree, folder)
    home = folder / "school"
    if trained:
        done = run("train", str(make_school(home, kept, trained=False)), "--quiet")
    else:
        done = run("init", str(home), "--learners", "60", "--quiet")
        thin(home, kept)
    assert done.exit_code == 0, done.output
    return home


def add(school: Path, skill: str, *sentences: str) -> None:
    """Give the last intent of a skill more examples in Chinese."""
    with (school / "skills" / skill / "examples.zh.txt").open("a", encoding="utf-8") as file:
        file.writelines(f"{sentence}\n" for sentence in sentences)


def thin(school: Path, kept: int) -> None:
    """Keep so many examples of each intent and language, and twice as many sentences of each tone."""
    for pattern, most in (("*/examples.*.txt", kept), ("tone.*.txt", 2 * kept)):
        for file in (school / "skills").glob(pattern):
            lines, count = [], 0
            for line in file.read_text("utf-8").splitlines():
                count = 0 if line.startswith("[") and line.endswith("]") else count + 1
                if count <= most:
                    lines.append(line)
            file.write_text("\n".join(lines) + "\n", "utf-8")
