"""Bring folders and files into the library; a broken file is reported and skipped, the rest goes in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from kefu.app.config import Config
from kefu.app.library.articles import articles_of
from kefu.app.library.folder import Found, Skipped, walk
from kefu.app.library.intake import LEDGER, Brought, Intake, Report, open_library
from kefu.app.library.reading import Reading, open_reading
from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.reader import Progress

BATCH = 100
"""Files that become one change of the library: what was brought in before an interruption stays."""
FOLDER = "knowledge"
"""The folder of a project that is brought in when it starts."""


async def bring(roots: Sequence[Path], intake: Intake, reading: Reading, progress: Progress, *, prune: bool) -> Report:
    """Bring folders and files in; `prune` takes out what came from a file that is gone from a named folder.

    Raises `BadConfig` for a `knowledge.toml` that is wrong and `BadInput` for a path that is not there, before
    anything was done.
    """
    files: list[Found] = []
    for root in roots:
        found, skipped = await asyncio.to_thread(walk, root)
        files += found
        intake.report.skipped += skipped
    await intake.look()
    progress("files", 0, len(files))
    for at in range(0, len(files), BATCH):
        outcomes = await asyncio.gather(*(_read(one, intake, reading) for one in files[at : at + BATCH]))
        intake.report.skipped += (one for one in outcomes if isinstance(one, Skipped))
        intake.report.unchanged += (one for one in outcomes if isinstance(one, str))
        if batch := [one for one in outcomes if isinstance(one, Brought)]:
            await intake.take(batch)
        progress("files", min(at + BATCH, len(files)), len(files))
    folders = [f"folder:{root.resolve().name}/" for root in roots if root.is_dir()]
    await intake.miss(folders, {one.source for one in files}, prune=prune)
    return intake.report


async def _read(one: Found, intake: Intake, reading: Reading) -> Brought | Skipped | str:
    """A file's articles; its source alone when it is in already."""
    if not reading.can_read(one.path.name):
        return Skipped(one.source, f"is of no kind that is read: {', '.join(reading.endings)}")
    try:
        content = await asyncio.to_thread(one.path.read_bytes)
        mark = sha256(content + repr(one.within).encode()).hexdigest()
        if intake.is_in(one.source, mark):
            return one.source
        written = await reading.read(one.path.name, content)
        return Brought(one.source, mark, articles_of(written, one.source, one.within, intake.now))
    except OSError as error:
        return Skipped(one.source, f"can't be opened: {error.strerror}")
    except (BadInput, TooLarge) as error:
        return Skipped(one.source, error.message)


async def bring_project(config: Config, now: datetime, progress: Progress) -> Report | None:
    """Bring in the project's own folder `knowledge/`; None when it has none."""
    folder = config.home / FOLDER
    if not folder.is_dir():
        return None
    async with open_library(config) as library, open_reading() as reading:
        return await bring([folder], Intake(library, config.home / LEDGER, now), reading, progress, prune=False)
