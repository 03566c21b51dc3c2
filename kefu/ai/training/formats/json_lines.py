"""JSON Lines: an object a line, with text, label, and perhaps language and entities."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Mark, Sentence, Written
from kefu.ai.training.formats.csv_table import COLUMNS
from kefu.ai.training.formats.document import Document, want
from kefu.ai.training.formats.language import language_of, language_of_code
from kefu.core.errors import BadInput

NAME = "jsonl"


def claims(document: Document) -> bool:
    """Whether every line is an object."""
    return document.kind == "lines"


def read(documents: Sequence[Document]) -> Loaded:
    """Read the lines; raises `BadInput` with file and line."""
    sentences = []
    for document in documents:
        for line, entry in document.data:
            found = {
                name: next((entry[key] for key in known if isinstance(entry.get(key), str)), None)
                for name, known in COLUMNS.items()
            }
            if found["text"] is None or found["label"] is None:
                raise BadInput(f'{document.place(line)}: needs a text under "text" and one under "label".')
            marks = tuple(_mark(document, one) for one in want(document, entry, "entities", list, []))
            language = language_of_code(found["language"] or "") or language_of(document.path)
            sentences.append(Sentence(found["text"], found["label"], language, marks, document.place(line)))
    return Loaded(Corpus(tuple(sentences)))


def _mark(document: Document, entity: Mapping[str, object]) -> Mark:
    value = want(document, entity, "value", str) if entity.get("value") is not None else None
    start, end = want(document, entity, "start", int), want(document, entity, "end", int)
    role, group = want(document, entity, "role", str, ""), want(document, entity, "group", str, "")
    return Mark(start, end, want(document, entity, "entity", str), value, role, group)


def write(corpus: Corpus) -> Written:
    """One `examples.jsonl` for all languages; names have no place in it."""
    lines = []
    for sentence in corpus.sentences:
        entry: dict[str, object] = {"text": sentence.text, "label": sentence.intent}
        if sentence.language:
            entry["language"] = sentence.language
        if sentence.marks:
            entry["entities"] = [_entity(mark) for mark in sentence.marks]
        lines.append(json.dumps(entry, ensure_ascii=False) + "\n")
    losses = [Loss("", name.value, "names have no place in JSON Lines") for name in corpus.names]
    losses += [Loss("", one.expression, "patterns have no place in JSON Lines") for one in corpus.patterns]
    return Written({"examples.jsonl": "".join(lines)}, tuple(losses))


def _entity(mark: Mark) -> dict[str, object]:
    parts = {"start": mark.start, "end": mark.end, "entity": mark.kind}
    return parts | {name: part for name in ("value", "role", "group") if (part := getattr(mark, name))}
