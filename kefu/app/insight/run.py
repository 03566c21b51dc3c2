"""A run of mining on its way: the topics that it found, and how far it has placed messages among them.

.insight/
├── model/     the topics' centres (`topics.v1`)
└── run.json   their names and ids, the time that is mined, the place behind the last message that was placed
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from msgspec import json as typed

from kefu.ai.text.folder import Parts, read_folder, write_folder
from kefu.core.errors import ModelMissing
from kefu.core.ports.insight import Place, Topic

MAKER = "topics.v1"
FOLDER = ".insight"
FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Run:
    """Topics found `at` a time, `ids` by their number in the model, in messages from `since` to before `until`.

    `read` messages were placed so far, `placed` of them in a topic; the last one stands at `after`. `is_rest`: only
    messages that came after an earlier run are placed.
    """

    at: datetime
    since: datetime
    until: datetime
    model: Parts
    topics: Sequence[Topic]
    ids: Sequence[str]
    after: Place | None = None
    read: int = 0
    placed: int = 0
    is_rest: bool = False
    is_done: bool = False

    def save(self, folder: Path, *, with_model: bool = False, is_done: bool = False) -> None:
        """Keep how far it is; the model once, in the beginning."""
        folder.mkdir(exist_ok=True)
        if with_model:
            (folder / FILE).unlink(missing_ok=True)
            shutil.rmtree(folder / "model", ignore_errors=True)
            (folder / "model").mkdir()
            write_folder(folder / "model", MAKER, self.model)
        making = folder / f"{FILE}.making"
        making.write_bytes(typed.encode(replace(self, model={}, is_done=is_done)))
        making.replace(folder / FILE)


def open_run(folder: Path) -> Run | None:
    """The latest run; None where there was none, or where it can't be read any more."""
    try:
        run = typed.decode((folder / FILE).read_bytes(), type=Run)
        return replace(run, model=read_folder(folder / "model", MAKER))
    except (OSError, ValueError, ModelMissing):
        return None
