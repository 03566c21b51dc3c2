"""Mines a file of texts of any size, outside any store: topics as JSON, the topic of every text as Parquet."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.ai.text.folder import fingerprint, read_folder, write_folder
from kefu.ai.text.words import HAN
from kefu.ai.topics.model import SAMPLE, TopicModel, is_drawn
from kefu.ai.topics.names import name_topics
from kefu.app.batch import Columns, Engine, Part, open_journal
from kefu.app.insight.work import KINDS, Placing, Text, find_topics, parts_of, placing
from kefu.core.errors import BadInput
from kefu.core.ports.reader import Progress

MAKER = "topics.v1"
ROWS = {"row": "int64", **KINDS}
SHOWN = 5
"""Texts that are shown of each topic, the most typical ones."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The work of a part with the number of its first text."""

    place: Placing

    def __call__(self, task: tuple[int, Sequence[Text]]) -> Columns:
        """`row`, `topic` and `closeness` of each text."""
        first, texts = task
        return {"row": range(first, first + len(texts)), **self.place(texts)}


def mine_texts(file: Path, folder: Path, engine: Engine, part_texts: int, progress: Progress) -> list[dict[str, Any]]:
    """Find topics in a file and place every text; returns the topics, largest first, as `topics.json` has them.

    The file is read three times and never held. A run that was broken off goes on where it was, with the topics that
    it had found. Raises `BadInput` where the file can't be read, or the folder holds something else.
    """
    total = sum(1 for _ in read_texts(file))
    if not total:
        raise BadInput(f"{file} holds no text.")
    model = _model(file, total, folder / "model", progress)
    work = Numbered(placing(model))
    about = {"file": file.name, "texts": total, "part_texts": part_texts, "model": fingerprint(model.pack())}
    parts = (
        Part(part.key, (number * part_texts, part.task), part.size)
        for number, part in enumerate(parts_of(read_texts(file), part_texts))
    )
    sizes: dict[int, int] = defaultdict(int)
    with open_journal(folder, ROWS, about) as journal:
        engine.run(parts, work, journal, progress, total)
        for table in journal.tables():
            for topic in table.column("topic").to_pylist():
                sizes[topic] += 1
    topics = _described(file, total, model, sizes)
    (folder / "topics.json").write_text(json.dumps(topics, ensure_ascii=False, indent=1), "utf-8")
    return topics


def read_texts(file: Path) -> Iterator[Text]:
    """The texts of a file, one after the other: `.txt` has one a line, `.jsonl`, `.csv` and `.parquet` a column `text`.

    A column `intent`, where there is one, says what each was read as.
    """
    try:
        match file.suffix:
            case ".txt":
                with file.open(encoding="utf-8") as lines:
                    yield from ((line.strip(), "") for line in lines if line.strip())
            case ".jsonl":
                with file.open(encoding="utf-8") as lines:
                    yield from (_text(json.loads(line)) for line in lines if line.strip())
            case ".csv":
                with file.open(encoding="utf-8-sig", newline="") as rows:
                    yield from map(_text, csv.DictReader(rows))
            case ".parquet":
                yield from _parquet(file)
            case _:
                raise BadInput(f"{file}: texts can be read from .txt, .jsonl, .csv and .parquet.")
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"{file}: can't be read: {error!r}. It needs a column text.") from error


def _parquet(file: Path) -> Iterator[Text]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(file).iter_batches():
        yield from map(_text, batch.to_pylist())


def _text(row: Any) -> Text:  # noqa: ANN401 - a row of somebody's file
    return str(row["text"]), str(row.get("intent") or "")


def _model(file: Path, total: int, place: Path, progress: Progress) -> TopicModel:
    """The topics of this file: those of the run before, or new ones."""
    if (place / "manifest.json").exists():
        return TopicModel.unpack(read_folder(place, MAKER))
    progress("topics", 0, 1)
    model = find_topics(read_texts(file), total)
    place.mkdir(parents=True, exist_ok=True)
    write_folder(place, MAKER, model.pack())
    progress("topics", 1, 1)
    return TopicModel.unpack(model.pack())


def _described(file: Path, total: int, model: TopicModel, sizes: dict[int, int]) -> list[dict[str, Any]]:
    """Names and typical texts of each topic, by the sample."""
    share = SAMPLE / total
    drawn = [one for number, one in enumerate(read_texts(file)) if share >= 1 or is_drawn(f"{number}:{one[0]}", share)]
    placed = placing(model)(drawn)
    members: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for (text, _), topic, closeness in zip(drawn, placed["topic"], placed["closeness"], strict=True):
        members[int(topic)].append((-float(closeness), text))
    numbers = sorted((number for number in sizes if number >= 0), key=lambda number: -sizes[number])
    texts = {number: [text for _, text in sorted(members[number])] for number in numbers}
    names = {
        language: name_topics([[text for text in texts[n] if bool(HAN.search(text)) == chinese] for n in numbers])
        for language, chinese in (("zh", True), ("en", False))
    }
    return [
        {
            "topic": number,
            "family": int(model.families[number]),
            "texts": sizes[number],
            "names": {language: list(found[place]) for language, found in names.items()},
            "typical": list(dict.fromkeys(texts[number]))[:SHOWN],
        }
        for place, number in enumerate(numbers)
    ]
