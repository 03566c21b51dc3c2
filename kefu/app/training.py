"""Train the reader on the skills' examples, and keep the models in versions."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kefu.app.plugins import load_plugin
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.ports.reader import Example, Progress, Term, TrainableReader
from kefu.core.ports.records import Records
from kefu.service.skills.catalog import Catalog

KEPT = 3
"""How many versions of a model are kept."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run made."""

    version: str
    folder: Path
    examples: int
    intents: int


def examples_of(catalog: Catalog) -> list[Example]:
    """All labelled sentences of all skills."""
    return [
        Example(text, intent, language)
        for skill in catalog.skills.values()
        for language, pairs in skill.examples.items()
        for intent, text in pairs
    ]


def train_model(
    catalog: Catalog, use: str, models: Path, settings: Mapping[str, object], *, progress: Progress, now: datetime
) -> Trained:
    """Train, save as a new version and make it the current one, atomically."""
    examples = examples_of(catalog)
    if not examples:
        raise BadConfig("There is nothing to learn from: no skill has an examples.zh.txt or examples.en.txt.")
    reader: TrainableReader = load_plugin("readers", use)(settings)
    reader.fit(examples, progress)
    models.mkdir(parents=True, exist_ok=True)
    folder = models / f"{now:%Y%m%d-%H%M%S}-{re.sub(r'[^a-z0-9]', '-', reader.version.lower())[-12:]}"
    making = models / f".making-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    reader.save(making)
    card = {"reader": use, "version": reader.version, "examples": len(examples), "trained": now.isoformat()}
    (making / "card.json").write_text(json.dumps(card, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
    pointer = models / f".current-{os.getpid()}"
    pointer.write_text(folder.name, "utf-8")
    pointer.replace(models / "current")
    versions = sorted(path for path in models.iterdir() if path.is_dir() and not path.name.startswith("."))
    for old in versions[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return Trained(reader.version, folder, len(examples), len({example.intent for example in examples}))


def load_model(use: str, models: Path, settings: Mapping[str, object]) -> TrainableReader:
    """The current model; raises `ModelMissing` when there is none."""
    pointer = models / "current"
    if not pointer.is_file():
        raise ModelMissing(f"There is no trained model in {models}; run `kefu train`.")
    reader: TrainableReader = load_plugin("readers", use)(settings)
    reader.load(models / pointer.read_text("utf-8").strip())
    return reader


async def load_lexicons(catalog: Catalog, records: Mapping[str, Records]) -> dict[str, Sequence[Term]]:
    """Names from the business's records, by kind of entity, as the skills declare them."""
    lexicons: dict[str, Sequence[Term]] = {}
    for skill in catalog.skills.values():
        for kind, query in skill.lexicons.items():
            if kind in lexicons:
                continue
            rows = await records[skill.records].find(skill.queries[query], {})
            columns = [[str(value) for value in row.values() if value is not None] for row in rows]
            lexicons[kind] = [Term(text[1], text[0], tuple(text[2:])) for text in columns if len(text) > 1]
    return lexicons
