"""What a project teaches its extraction model: marked files, and what colleagues marked at the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from kefu.ai.extract.files import read_marked
from kefu.ai.extract.marked import Marked
from kefu.app.extraction.models import Card, Extractors
from kefu.app.plugins import needing
from kefu.core.errors import BadConfig, BadInput
from kefu.core.ports.extractor import Extractor
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory
from kefu.service.insight.extracts import extracts_of, message_of

if TYPE_CHECKING:
    from kefu.ai.extract.training import Learned

ENDINGS = (".jsonl", ".json", ".txt", ".bio", ".conll", ".bmes")
"""Files of these names are read; of which form they are is told by what stands in them."""


def read_files(place: Path) -> list[Marked]:
    """The marked texts in a file, or in all files of a folder; raises `BadInput` with file and line."""
    files = sorted(file for file in place.rglob("*") if file.suffix in ENDINGS) if place.is_dir() else [place]
    found: list[Marked] = []
    for file in files:
        try:
            found += read_marked(str(file), file.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{file} can't be read ({error}); save it as UTF-8.") from error
    return found


async def taught_at_desk(store: Memory, zone: tzinfo, served: Extractor | None) -> list[Marked]:
    """The messages that colleagues put right, as they stand since: their marks, and the served model's beside these.

    Personal data never gets into training data: a message that holds some is left out.
    """
    found: list[Marked] = []
    for conversation_id, number in await store.judged_messages():
        events = await store.events(conversation_id, number - 1)
        message = message_of(events, number, "", "zh")
        if message is None or message.said.personal:
            continue
        named = served.find([message.said.text])[0] if served else ()
        rows = extracts_of(message, named, served.version if served else "", zone)
        own = [row for row in rows if row.kind and (row.who or (served and row.maker == served.version))]
        found.append(Marked(message.said.text, tuple((row.start, row.end, row.kind) for row in own)))
    return found


async def train_extractor(
    texts: Sequence[Marked],
    extractors: Extractors,
    *,
    seed: int,
    progress: Progress,
    now: datetime,
    encoder: Path | None = None,
) -> Card:
    """Train and save as a new version, which is not served before it is promoted; `encoder` is the folder of one.

    Raises `BadInput` where there is too little to learn from, `BadConfig` without PyTorch.
    """
    learned = await asyncio.to_thread(_learn, texts, seed, progress, encoder)
    return extractors.keep(learned, len(texts), now)


def _learn(texts: Sequence[Marked], seed: int, progress: Progress, encoder: Path | None) -> Learned:
    try:
        from kefu.ai.extract.context import Context
        from kefu.ai.extract.training import learn
    except ImportError as error:
        raise BadConfig(
            f"Training needs a package that is not installed ({error}): pip install 'kefu[deep]'. "
            "Serving a trained model needs kefu[encoder] alone."
        ) from error
    with needing("encoder"):
        context = Context.of(encoder) if encoder else None
    return learn(texts, seed=seed, progress=progress, context=context)
