"""Tables of a TOML file as text: one is put in, changed, moved or taken out, and every other line stays as it is.

A table is found by its head line; the comments right above belong to it. What a change must come to is
checked by whoever asks for it, since a file can be written in ways that no head line shows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A table `[teams.x]` or an entry of `[[rules]]`, by lines: its comments, its head, where the next thing begins."""

    path: tuple[str, ...]
    begin: int
    head: int
    end: int


def blocks_of(text: str, root: str, *, listed: bool) -> list[Block]:
    """The entries of `[[root]]`, or else the tables under `[root.*]`, in the order of the file.

    Comments above the first are of all of them, so they are no part of it.
    """
    lines = text.splitlines(keepends=True)
    heads = [(number, *found) for number, line in enumerate(lines) if (found := _head(line))]
    blocks: list[Block] = []
    for place, (number, path, is_entry) in enumerate(heads):
        if path[0] != root or is_entry != listed or len(path) != (1 if listed else 2):
            continue
        others = (at for at, other, _ in heads[place + 1 :] if other[: len(path)] != path or (listed and other == path))
        following = next(others, None)
        end = len(lines) if following is None else _with_comments(lines, following)
        blocks.append(Block(path, _with_comments(lines, number) if blocks else number, number, end))
    return blocks


def changed(text: str, block: Block, head: str, values: Values) -> str:
    """The text with other values in a block; comments stay where keys can be changed one by one."""
    lines = text.splitlines(keepends=True)
    old = "".join(lines[block.head : block.end])
    new = _changed(old, block.path, head, values).rstrip() + (old[len(old.rstrip()) :] or "\n")
    return "".join([*lines[: block.head], new, *lines[block.end :]])


def put_in(text: str, blocks: Sequence[Block], at: int, head: str, values: Values) -> str:
    """The text with a new table at a place among its like, or behind the last of them, or at the end."""
    lines, fresh = text.splitlines(keepends=True), f"{head}\n{_keys(values)}"
    if 0 <= at < len(blocks):
        begin = blocks[at].begin
        return "".join([*lines[:begin], f"{fresh}\n", *lines[begin:]])
    end = blocks[-1].end if blocks else len(lines)
    body, rest = "".join(lines[:end]).rstrip(), "".join(lines[end:])
    return "\n".join(filter(None, (f"{body}\n" if body else "", fresh, rest)))


def without(text: str, block: Block) -> str:
    """The text without a block and its own comments."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: block.begin], *lines[block.end :]])


def swapped(text: str, one: Block, other: Block) -> str:
    """The text with two blocks, the earlier one first, in each other's place."""
    lines = text.splitlines(keepends=True)
    first, second = ("".join(lines[block.begin : block.end]) for block in (one, other))
    gap, last = (part[len(part.rstrip()) :] or "\n" for part in (first, second))
    moved = f"{second.rstrip()}{gap}{''.join(lines[one.end : other.begin])}{first.rstrip()}{last}"
    return "".join([*lines[: one.begin], moved, *lines[other.end :]])


def same(old: object, new: object) -> bool:
    """Whether two values mean the same in a table: a date is its text, a single value the list that holds it."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in new)
    if isinstance(old, list) or isinstance(new, list):
        ones, others = _listed(old), _listed(new)
        return len(ones) == len(others) and all(map(same, ones, others))
    if isinstance(old, bool) or isinstance(new, bool) or isinstance(old, Mapping) or isinstance(new, Mapping):
        return old is new
    return str(old) == str(new) or (isinstance(old, int | float) and isinstance(new, int | float) and old == new)


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON can hold
    """A value of a table for JSON: dates as texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def quoted(name: str) -> str:
    """A key as it is written: bare where it can be."""
    return name if name and name.isascii() and name.replace("-", "").replace("_", "").isalnum() else _value(name)


def _head(line: str) -> tuple[tuple[str, ...], bool] | None:
    """The path of a head line and whether it begins an entry of a list; None for any other line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        found: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path, is_list = [], False
    while isinstance(found, Mapping | list) and found:
        is_list = isinstance(found, list)
        if isinstance(found, list):
            found = found[0]
        else:
            (key,) = found
            path.append(key)
            found = found[key]
    return (tuple(path), is_list) if path else None


def _with_comments(lines: Sequence[str], number: int) -> int:
    """Where the comments right above a line begin."""
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number


def _changed(old: str, path: Sequence[str], head: str, values: Values) -> str:
    """A block with other values; its comments stay where its keys can be changed one by one."""
    import tomlkit

    document = tomlkit.parse(old)
    table: Any = document
    for name in path:
        table = table[name]
    table = table[0] if isinstance(table, list) else table
    _update(table, values)
    changed = tomlkit.dumps(document)
    try:
        read: Any = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        read = {}
    for name in path:
        read = read.get(name, {})
    read = read[0] if isinstance(read, list) else read
    return changed if same(read, values) else f"{head}\n{_keys(values)}"


def _update(table: Any, values: Values) -> None:  # noqa: ANN401 - a table of tomlkit
    import tomlkit

    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        if key in table and isinstance(table[key], Mapping) and isinstance(value, Mapping):
            _update(table[key], value)
        elif key not in table or not same(table[key], value):
            table[key] = tomlkit.value(_value(value))


def _keys(values: Values) -> str:
    return "".join(f"{quoted(key)} = {_value(value)}\n" for key, value in values.items())


def _value(value: object) -> str:
    """A value on one line; a list of tables on one line each."""
    import tomlkit

    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{quoted(str(key))} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        if any(isinstance(one, Mapping) for one in value):
            return "[\n" + "".join(f"  {_value(one)},\n" for one in value) + "]"
        return f"[{', '.join(map(_value, value))}]"
    return tomlkit.item(value).as_string()


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
