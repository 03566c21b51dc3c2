"""What was found, part by part, as a folder of Parquet files that any tool for tables reads.

results/
├── about.json       what the run is about: another one is not mixed in
├── lock             held by the process that works
├── journal.jsonl    a line for each finished part: its key, file, rows
└── parts/*.parquet  what was found, one file a part
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from kefu.core.errors import BadConfig, BadInput
from kefu.core.ports.batch import Columns, Part

Kinds = Mapping[str, str]
"""Columns by name with the type of Arrow that they have: `string`, `int32`, `float32`, `date32`; `string[]` lists."""


@dataclass(slots=True)
class MemoryJournal:
    """Keeps everything in memory, for what is small or is written elsewhere."""

    found: dict[str, Columns] = field(default_factory=dict)

    def finished(self) -> Sequence[str]:
        """The parts that were kept."""
        return list(self.found)

    def keep(self, part: Part[Any], found: Columns) -> None:
        """Keep a part."""
        self.found[part.key] = found


@dataclass(slots=True)
class ParquetJournal:
    """A folder of results. A part is finished once its line stands in the journal, which follows its file."""

    folder: Path
    kinds: Kinds
    file: IO[bytes]
    files: dict[str, str] = field(default_factory=dict)

    def finished(self) -> Sequence[str]:
        """The parts that are in the folder."""
        return list(self.files)

    def keep(self, part: Part[Any], found: Columns) -> None:
        """Write a part's file, then its line; each reaches the disk before the next step."""
        import pyarrow as pa
        from pyarrow import parquet

        schema = pa.schema([(name, _type(kind)) for name, kind in self.kinds.items()])
        table = pa.table({name: found[name] for name in self.kinds}, schema=schema)
        name = f"{len(self.files):06}.parquet"
        place = self.folder / "parts" / name
        making = place.with_suffix(".making")
        with making.open("wb") as out:
            parquet.write_table(table, out, compression="zstd")
            _to_disk(out)
        making.replace(place)
        self.file.write(json.dumps({"key": part.key, "file": name, "rows": table.num_rows}).encode() + b"\n")
        _to_disk(self.file)
        self.files[part.key] = name

    def tables(self) -> Iterator[Any]:
        """The results as tables of Arrow, one a part, in the order in which they were finished."""
        from pyarrow import parquet

        for name in self.files.values():
            yield parquet.read_table(self.folder / "parts" / name)


@contextmanager
def open_journal(folder: Path, kinds: Kinds, about: Mapping[str, object]) -> Iterator[ParquetJournal]:
    """Open a folder of results, a new one or that of a run to go on with.

    `about` is all that the results depend on. Raises `BadInput` where the folder holds results of something else, or
    another process works in it; `BadConfig` where pyarrow is missing.
    """
    import fcntl

    if find_spec("pyarrow") is None:
        raise BadConfig('Results as Parquet need the extra: pip install "kefu[insight]".')
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadInput(f"Another run works in {folder}; wait for it, or choose another folder.") from error
        _check(folder / "about.json", {"kinds": dict(kinds), **about})
        files = _read(folder / "journal.jsonl")
        for left in (folder / "parts").iterdir():
            if left.name not in files.values():
                left.unlink()
        with (folder / "journal.jsonl").open("ab") as file:
            yield ParquetJournal(folder, kinds, file, files)


def _check(file: Path, about: Mapping[str, object]) -> None:
    wanted = json.loads(json.dumps(about, ensure_ascii=False))
    if not file.exists():
        file.write_text(json.dumps(wanted, ensure_ascii=False, indent=1), "utf-8")
    elif (before := json.loads(file.read_text("utf-8"))) != wanted:
        changed = sorted(name for name in {*before, *wanted} if before.get(name) != wanted.get(name))
        raise BadInput(
            f"{file.parent} holds results of another run ({', '.join(changed)} differ): choose another folder."
        )


def _read(file: Path) -> dict[str, str]:
    """The finished parts. A line that was torn by a power failure is cut off, and its part is done again."""
    if not file.exists():
        return {}
    whole, end, _ = file.read_bytes().rpartition(b"\n")
    with file.open("r+b") as journal:
        journal.truncate(len(whole) + len(end))
    return {one["key"]: one["file"] for one in map(json.loads, whole.splitlines())}


def _type(kind: str) -> Any:  # noqa: ANN401 - a type of Arrow
    import pyarrow as pa

    if kind.endswith("[]"):
        return pa.list_(pa.type_for_alias(kind.removesuffix("[]")))
    return pa.type_for_alias(kind)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
