"""The files of a folder, with what its `knowledge.toml` says of them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.app.library.articles import KNOWN, Properties, properties_of
from kefu.core.errors import BadConfig, BadInput, TooLarge

SAID = "knowledge.toml"
"""What a folder says of the files in it and below; what a file says of itself goes before."""
MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: its place on disk, what its articles are said to come from, what its folders say of it."""

    path: Path
    source: str
    within: Properties


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not brought in, and why."""

    source: str
    reason: str


def walk(root: Path) -> tuple[list[Found], list[Skipped]]:
    """All files of a folder, or the one that is named; links are passed over, so nothing outside comes in.

    Raises `BadConfig` for a `knowledge.toml` that is wrong, `BadInput` when nothing is there.
    """
    if not root.exists():
        raise BadInput(f"There is no {root}; name a file or a folder.")
    if root.is_file():
        within = said_by(root.parent, Properties())
        return [Found(root, f"folder:{root.parent.resolve().name}/{root.name}", within)], []
    base = root.resolve()
    found: list[Found] = []
    skipped: list[Skipped] = []
    below: dict[Path, Properties] = {}
    for folder, folders, names in os.walk(base):
        here = Path(folder)
        below[here] = said_by(here, below.get(here.parent, Properties()))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = here / name
            source = f"folder:{base.name}/{path.relative_to(base).as_posix()}"
            if name.startswith((".", "~$")) or name == SAID:
                continue
            if path.is_symlink() or not path.is_file():
                skipped.append(Skipped(source, "is a link; put the file itself here."))
                continue
            found.append(Found(path, source, below[here]))
        skipped += (
            Skipped(f"folder:{base.name}/{(here / name).relative_to(base).as_posix()}", "is a link to a folder.")
            for name in folders
            if (here / name).is_symlink()
        )
        if len(found) > MOST_FILES:
            raise TooLarge(f"{root} has more than {MOST_FILES:,} files; bring in one part after the other.")
    return found, skipped


def said_by(folder: Path, within: Properties) -> Properties:
    """What a folder says, over what the one above says."""
    file = folder / SAID
    if not file.is_file():
        return within
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file}: not valid TOML: {error}.") from error
    for name in table:
        if name not in KNOWN:
            raise BadConfig(f"{file}: unknown key {name!r}; there are {', '.join(sorted(KNOWN))}.")
    return properties_of({name: _plain(value) for name, value in table.items()}, within)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
