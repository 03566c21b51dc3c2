"""Snips YAML: documents of intents (`[slot:entity](text)`) and of entities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kefu.ai.training.corpus import (
    Corpus,
    Loaded,
    Loss,
    Mark,
    Name,
    Sentence,
    Written,
    lacks,
    put_together,
    take_apart,
)
from kefu.ai.training.formats.document import Document, to_yaml, want
from kefu.ai.training.formats.language import language_of, name_with_language

NAME = "snips-yaml"
SLOT = re.compile(r"\[([^\]:(]+)(?::([^\]()]+))?\](?:\(([^)]*)\))?")


def claims(document: Document) -> bool:
    """Whether this file holds documents of Snips."""
    return (
        document.kind == "yaml"
        and bool(document.data)
        and all(isinstance(one, dict) and one.get("type") in ("intent", "entity") for one in document.data)
    )


def read(documents: Sequence[Document]) -> Loaded:
    """Read intents and entities."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    losses: list[Loss] = []
    for document in documents:
        for part in document.data:
            name = want(document, part, "name", str)
            if part["type"] == "entity":
                names += _names(document, part, name)
                continue
            slots = {
                want(document, slot, "name", str): want(document, slot, "entity", str)
                for slot in want(document, part, "slots", list, [])
            }
            for written in want(document, part, "utterances", list, []):
                place = document.place(getattr(written, "line", part.line))
                if any(match[3] is None for match in SLOT.finditer(written)):
                    losses.append(Loss(place, written, "a slot without a text: write one in"))
                    continue
                text, marks = put_together(_pieces(written, slots))
                sentences.append(Sentence(text, name, language_of(document.path), marks, place))
    return Loaded(Corpus(tuple(sentences), tuple(names)), tuple(losses))


def _names(document: Document, part: Mapping[str, object], kind: str) -> Iterator[Name]:
    for value in want(document, part, "values", list, []):
        spellings = [str(text) for text in (value if isinstance(value, list) else [value])]
        if spellings:
            yield Name(kind, spellings[0], tuple(spellings[1:]))


def _pieces(written: str, slots: Mapping[str, str]) -> Iterator[tuple[str, Mark | None]]:
    at = 0
    for match in SLOT.finditer(written):
        yield written[at : match.start()], None
        slot = match[1].strip()
        kind = (match[2] or slots.get(slot, slot)).strip()
        yield match[3], Mark(0, 0, kind, None, slot if slot != kind else "")
        at = match.end()
    yield written[at:], None


def write(corpus: Corpus) -> Written:
    """One `snips.yaml` for each language."""
    files: dict[str, str] = {}
    losses = [loss for sentence in corpus.sentences for loss in lacks(sentence, role=True)]
    losses += [Loss("", one.expression, "Snips has no regular expressions") for one in corpus.patterns]
    losses += [
        Loss("", one.value, "Snips keeps names by kind; this one has none") for one in corpus.names if not one.kind
    ]
    for language, part in corpus.by_language().items():
        made: list[object] = []
        for intent, sentences in part.by_intent().items():
            utterances = []
            for sentence in sentences:
                written = _noted(sentence)
                if written is None:
                    why = "can't be written in Snips' notation, which has no escapes"
                    losses.append(Loss(sentence.place, sentence.text, why))
                else:
                    utterances.append(written)
            made.append({"type": "intent", "name": intent, "utterances": utterances})
        for kind in dict.fromkeys(name.kind for name in part.names if name.kind):
            values = [
                [name.value, *name.spellings] if name.spellings else name.value
                for name in part.names
                if name.kind == kind
            ]
            made.append({"type": "entity", "name": kind, "values": values})
        files[name_with_language("snips", language, "yaml")] = to_yaml(made)
    return Written(files, tuple(losses))


def _noted(sentence: Sentence) -> str | None:
    written = "".join(
        f"[{mark.role or mark.kind}:{mark.kind}]({piece})" if mark else piece for piece, mark in take_apart(sentence)
    )
    if any(match[3] is None for match in SLOT.finditer(written)):
        return None
    text, marks = put_together(_pieces(written, {}))
    same = [(m.start, m.end, m.kind, m.role) for m in marks] == [
        (m.start, m.end, m.kind, "" if m.role == m.kind else m.role) for m in sorted(sentence.marks)
    ]
    return written if same and text == sentence.text else None
