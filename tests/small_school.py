"""The sample school with few learners and a reader that needs no training, for tests of its models."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from kefu.cli import commands


def run(*arguments: str) -> Result:
    """Run a command in English; what it trains reads by the nearest examples."""
    env = {"LANG": "en_GB.UTF-8", "KEFU__READER__USE": "nearest.v1"}
    return CliRunner(env=env).invoke(commands, arguments)


def make_school(home: Path, kept: int = 1000, *, trained: bool = True) -> Path:
    """A school with its first model, trained on so many examples of each intent and language."""
    for command in (("init", str(home), "--learners", "60", "--quiet"), ("train", str(home), "--quiet"))[: 1 + trained]:
        done = run(*command)
        assert done.exit_code == 0, done.output
        if command[0] == "init":
            thin(home, kept)
    return home


def add(school: Path, skill: str, *sentences: str) -> None:
    """Give the last intent of a skill more examples in Chinese."""
    with (school / "skills" / skill / "examples.zh.txt").open("a", encoding="utf-8") as file:
        file.writelines(f"{sentence}\n" for sentence in sentences)


def thin(school: Path, kept: int) -> None:
    """Keep so many examples of each intent and language."""
    for file in (school / "skills").glob("*/examples.*.txt"):
        lines, count = [], 0
        for line in file.read_text("utf-8").splitlines():
            count = 0 if line.startswith("[") and line.endswith("]") else count + 1
            if count <= kept:
                lines.append(line)
        file.write_text("\n".join(lines) + "\n", "utf-8")
