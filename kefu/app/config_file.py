"""Writes single values into kefu.toml; comments, order and everything else stay as they are.

One writer at a time in all processes: commands and the desk.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kefu.app.config import variable_of
from kefu.core.errors import BadConfig


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Wait until nobody else writes the files of a project's configuration; not for use within itself."""
    import fcntl

    descriptor = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_text(file: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it; who may read it stays as it was."""
    making = file.with_name(f".{file.name}")
    making.write_text(text, "utf-8")
    if file.exists():
        making.chmod(file.stat().st_mode)
    making.replace(file)


def write_values(home: Path, values: Mapping[str, object]) -> None:
    """Set dotted keys (`promise.mode`) in the kefu.toml of a project, all of them or none.

    Raises `BadConfig` where the environment decides one of them, or the file has no place for it.
    """
    with writing(home):
        _write_values(home / "kefu.toml", values)


def _write_values(file: Path, values: Mapping[str, object]) -> None:
    import tomlkit

    text = file.read_text("utf-8")
    for key, value in values.items():
        refuse_environment(key)
        text = _with(text, key, tomlkit.item(value).as_string())
    written = tomllib.loads(text)
    for key, value in values.items():
        table, _, name = key.rpartition(".")
        if written.get(table, {}).get(name) != value:
            raise BadConfig(f"{file}: {key} can't be written; set [{table}] {name} = {value!r} by hand.")
    write_text(file, text)


def refuse_environment(key: str) -> None:
    """Raise `BadConfig` where the environment decides a key, so that nothing in a file does."""
    if (variable := variable_of(key)) in os.environ:
        raise BadConfig(f"The environment variable {variable} decides {key}; change it there.")


def _with(text: str, key: str, value: str) -> str:
    """The text with one value; a new one stands first in its table, since what follows a table may explain the next."""
    import tomlkit

    section, _, name = key.rpartition(".")
    document = tomlkit.parse(text)
    head = re.search(rf"^\[{re.escape(section)}\][^\n]*(\n|\Z)", text, re.MULTILINE)
    if head and name not in document.get(section, {}):
        return f"{text[: head.end()].rstrip()}\n{name} = {value}\n{text[head.end() :]}"
    table = document.setdefault(section, tomlkit.table())
    table[name] = tomlkit.value(value)
    return tomlkit.dumps(document)
