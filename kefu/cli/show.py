"""How commands show things: progress, tables, errors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from kefu.core.errors import KefuError
    from kefu.core.ports.reader import Progress

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


def chinese() -> bool:
    """Whether the terminal's language is Chinese."""
    return (os.environ.get("LC_ALL") or os.environ.get("LANG", "")).lower().startswith("zh")


def say(en: str, zh: str) -> None:
    """A sentence in the terminal's language, shown as it is: brackets are no markup in it."""
    text = zh if chinese() else en
    console.print("\n".join(map(_shown, text.split("\n"))), soft_wrap=True, markup=False)


def plain(text: str) -> str:
    """A text from outside without what a terminal or rich would act upon."""
    return escape(_shown(text))


def fail(error: KefuError) -> None:
    """One error, with its code."""
    lines = "\n".join(map(plain, error.message.split("\n")))
    problems.print(f"[bold red]✗[/] {lines} [dim]({error.code})[/]", soft_wrap=True)


def _shown(line: str) -> str:
    return "".join(char if char.isprintable() else "·" for char in line)


def as_json(value: object) -> None:
    """Print for a machine to read."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar for each kind of work that the callback names; nothing when quiet or not a terminal.

    With `KEFU_PROGRESS=lines` in the environment, lines of JSON on stderr for the program that waits.
    """
    if os.environ.get("KEFU_PROGRESS") == "lines":
        yield _as_lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=problems, disable=quiet or not problems.is_terminal) as bars:
        tasks: dict[str, int] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield advance


def _as_lines() -> Progress:
    shown: dict[str, int] = {}

    def advance(what: str, done: int, total: int) -> None:
        share = 100 * done // max(1, total)
        if shown.get(what) != share:
            shown[what] = share
            line = {"what": what, "done": done, "total": total}
            sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stderr.flush()

    return advance
