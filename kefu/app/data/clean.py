"""Do what a person decided about the findings of a check: delete, move or rewrite sentences; and take it back.

The person works in a spreadsheet, so the table comes back in whatever a spreadsheet made of
it: other encodings and separators, columns moved, rows sorted or taken out. Pandas reads it.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from kefu.ai.text.marks import parse_marks
from kefu.app.data.lock import KEPT, write_whole, writing
from kefu.core.errors import BadInput, NotFound
from kefu.service.skills.parse import NAME

if TYPE_CHECKING:
    from pandas import DataFrame

Deed = Literal["delete", "move", "rewrite"]
DEEDS: tuple[Deed, ...] = get_args(Deed)
"""What the column `do` may say; an empty one leaves the sentence as it is. `to` is the intent or the new text."""

WORDS = {"删除": "delete", "移动": "move", "改写": "rewrite"}

ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
"""How spreadsheets write: Excel in China writes CSV in GB18030."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row that says what to do: the sentence is known by its place and its text."""

    row: int
    do: Deed
    place: str
    text: str
    to: str


@dataclass(slots=True)
class Cleaning:
    """What a cleaning will write, and an account of it: `done` (what, place) and `refused` (row, why)."""

    skills: Path
    files: dict[Path, str] = field(default_factory=dict)
    done: list[tuple[Deed, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_choices(table: Path) -> tuple[list[Choice], list[tuple[int, str]]]:
    """The rows of a table of findings that say what to do, and those that can't be read (row, why).

    Rows count as a spreadsheet counts them: the heads are row 1. Raises `BadInput` for a file that
    is no such table.
    """
    frame = _frame(table)
    missing = [name for name in ("do", "place", "text") if name not in frame.columns]
    if missing:
        raise BadInput(f"{table} has no column {' and '.join(missing)}; it must come from `kefu data check --report`.")
    if "to" not in frame.columns:
        frame["to"] = ""
    chosen = frame[frame["do"].str.strip() != ""]
    choices, unreadable = [], []
    for at, do, place, text, to in chosen[["do", "place", "text", "to"]].itertuples(name=None):
        row, deed = int(at) + 2, WORDS.get(do.strip(), do.strip().lower())
        if deed not in DEEDS:
            unreadable.append((row, f"do = {do!r} is none of {', '.join(DEEDS)}"))
        elif deed != "delete" and not to.strip():
            unreadable.append((row, f"{deed} needs the column `to`: the {'intent' if deed == 'move' else 'new text'}"))
        else:
            choices.append(Choice(row, deed, place.strip(), text, to.strip()))
    return choices, unreadable


def _frame(table: Path) -> DataFrame:
    import pandas as pd

    if table.suffix.lower() in (".xlsx", ".xlsm"):
        try:
            return pd.read_excel(table, dtype=str, keep_default_na=False, engine="openpyxl")
        except (ValueError, OSError, KeyError) as error:
            raise BadInput(f"{table} can't be read as a workbook: {error}.") from error
    content = table.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return pd.read_csv(io.StringIO(text), sep=None, engine="python", dtype=str, keep_default_na=False)
        except (ValueError, pd.errors.ParserError) as error:
            raise BadInput(f"{table} can't be read as a table: {error}.") from error
    raise BadInput(f"{table} is no text in UTF-8, GB18030 or UTF-16; save it as CSV or XLSX.")


def plan_cleaning(skills: Path, choices: Sequence[Choice]) -> Cleaning:
    """What doing these would write; a line that is another one by now is refused, not guessed."""
    plan = Cleaning(skills)
    by_file: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        by_file[choice.place.rpartition(":")[0]].append(choice)
    for name, chosen in sorted(by_file.items()):
        path = skills / name
        if not name or ".." in Path(name).parts or not path.is_file():
            plan.refused += [(one.row, f"there is no file {name!r} in {skills}") for one in chosen]
            continue
        before = path.read_text("utf-8")
        lines: list[str | None] = [*before.splitlines()]
        moved = list(_carry_out(chosen, lines, plan))
        after = with_sentences([line for line in lines if line is not None], moved)
        if after != before:
            plan.files[path] = after
    return plan


def _carry_out(choices: Sequence[Choice], lines: list[str | None], plan: Cleaning) -> Iterator[tuple[str, str]]:
    """Change lines in place; yields (intent, line) for what moves."""
    for choice in choices:
        number = choice.place.rpartition(":")[2]
        at = int(number) - 1 if number.isdigit() else -1
        line = lines[at] if 0 <= at < len(lines) else None
        if line is None or parse_marks(line.strip()).text.strip() != choice.text.strip():
            plan.refused.append((choice.row, f"{choice.place} holds another sentence by now; check again"))
            continue
        if choice.do == "move" and not NAME.match(choice.to):
            plan.refused.append((choice.row, f"{choice.to!r} is no name of an intent"))
            continue
        lines[at] = choice.to if choice.do == "rewrite" else None
        plan.done.append((choice.do, choice.place))
        if choice.do == "move":
            yield choice.to, line.strip()


def with_sentences(lines: Sequence[str], moved: Sequence[tuple[str, str]]) -> str:
    """A file's text with sentences (intent, line) put at the end of their intents' sections.

    A section that isn't there is made. Lines are written without their ends.
    """
    out = list(lines)
    for intent, line in moved:
        head = f"[{intent}]"
        begin = next((at for at, one in enumerate(out) if one.strip() == head), None)
        if begin is None:
            out += ["", head, line]
            continue
        end = next((at for at in range(begin + 1, len(out)) if _is_head(out[at])), len(out))
        while end > begin + 1 and not out[end - 1].strip():
            end -= 1
        out.insert(end, line)
    return "\n".join(out) + "\n"


def _is_head(line: str) -> bool:
    said = line.strip()
    return said.startswith("[") and said.endswith("]") and bool(NAME.match(said[1:-1]))


def carry_out(plan: Cleaning, now: datetime) -> None:
    """Write the files of a plan; what they were is kept first."""
    if not plan.files:
        return
    kept = _keeping(plan.skills) / f"{now:%Y%m%d-%H%M%S-%f}"
    kept.mkdir(parents=True)
    before = {
        path.relative_to(plan.skills).as_posix(): path.read_text("utf-8") if path.is_file() else ""
        for path in plan.files
    }
    after = {path.relative_to(plan.skills).as_posix(): text for path, text in plan.files.items()}
    (kept / "files.json").write_text(json.dumps({"before": before, "after": after}, ensure_ascii=False), "utf-8")
    for path, text in plan.files.items():
        write_whole(path, text)


def undo(skills: Path) -> list[str]:
    """Take the latest cleaning back; the files that were changed.

    Raises `NotFound` when there is none, `BadInput` when a file was changed since.
    """
    with writing(skills):
        return _undo(skills)


def _undo(skills: Path) -> list[str]:
    kept = sorted(_keeping(skills).glob("*/files.json"))
    if not kept:
        raise NotFound("There is no cleaning to take back.")
    files = json.loads(kept[-1].read_text("utf-8"))
    for name, after in files["after"].items():
        if not (skills / name).is_file() or (skills / name).read_text("utf-8") != after:
            raise BadInput(f"{skills / name} was changed since; its text before is in {kept[-1]}.")
    for name, before in files["before"].items():
        write_whole(skills / name, before)
    kept[-1].unlink()
    kept[-1].parent.rmdir()
    return list(files["before"])


def can_undo(skills: Path) -> bool:
    """Whether there is a cleaning to take back."""
    return any(_keeping(skills).glob("*/files.json"))


def _keeping(skills: Path) -> Path:
    return skills.parent / KEPT
