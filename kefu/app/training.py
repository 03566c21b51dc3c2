"""Train the reader on the skills' examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from kefu.app.models import Models, Version
from kefu.app.plugins import needing
from kefu.app.readers import open_reader
from kefu.core.errors import BadConfig
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, Progress, Term, TrainableReader
from kefu.core.ports.records import Records
from kefu.service.skills.catalog import Catalog


def examples_of(catalog: Catalog) -> list[Example]:
    """All labelled sentences of all skills, with what is known of their tone."""
    return [
        Example(text, intent, language, skill.tones.get(intent, ""))
        for skill in catalog.skills.values()
        for language, pairs in skill.examples.items()
        for intent, text in pairs
    ]


def foreign_of(catalog: Catalog) -> list[Example]:
    """The sentences that no skill serves, which teach a reader to doubt."""
    return [Example(text, OUT_OF_SCOPE, language) for language, texts in catalog.foreign.items() for text in texts]


def tone_of(catalog: Catalog) -> list[Example]:
    """The sentences that teach how a message sounds."""
    return [Example(text, "", language, heading) for language, pairs in catalog.tone.items() for heading, text in pairs]


def fit_reader(
    use: str, settings: Mapping[str, object], examples: Sequence[Example], progress: Progress
) -> TrainableReader:
    """A reader of this kind that has learned from these sentences."""
    reader = open_reader(use, settings)
    with needing("encoder"):
        reader.fit(examples, progress)
    return reader


def train_model(
    catalog: Catalog,
    use: str,
    models: Path,
    settings: Mapping[str, object],
    *,
    progress: Progress,
    now: datetime,
) -> Version:
    """Train and save as a new version, which is not served before it is promoted."""
    examples = examples_of(catalog)
    if not examples:
        raise BadConfig("There is nothing to learn from: no skill has an examples.zh.txt or examples.en.txt.")
    tone = tone_of(catalog)
    reader = fit_reader(use, settings, [*examples, *foreign_of(catalog), *tone], progress)
    return Models(models).keep(reader, use, [*examples, *tone], now)


def load_model(models: Path, settings: Mapping[str, object]) -> TrainableReader:
    """The model served; raises `ModelMissing` when there is none."""
    kept = Models(models)
    return kept.open(kept.current(), settings)


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
