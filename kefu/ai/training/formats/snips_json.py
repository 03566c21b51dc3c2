"""Snips JSON: the dataset that `snips generate-dataset` makes."""

from __future__ import annotations

from collections.abc import Sequence

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
from kefu.ai.training.formats.document import Document, texts, to_json, want
from kefu.ai.training.formats.language import language_of_code, name_with_language

NAME = "snips-json"


def claims(document: Document) -> bool:
    """Whether this is a dataset of Snips."""
    data = document.data
    return document.kind == "json" and isinstance(data, dict) and {"intents", "entities", "language"} <= set(data)


def read(documents: Sequence[Document]) -> Loaded:
    """Read intents and entities."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    for document in documents:
        language = language_of_code(want(document, document.data, "language", str))
        for intent, about in want(document, document.data, "intents", dict).items():
            for utterance in want(document, about, "utterances", list):
                pieces: list[tuple[str, Mark | None]] = []
                for piece in want(document, utterance, "data", list):
                    kind, slot = want(document, piece, "entity", str, ""), want(document, piece, "slot_name", str, "")
                    mark = Mark(0, 0, kind, None, slot if slot != kind else "") if kind else None
                    pieces.append((want(document, piece, "text", str), mark))
                text, marks = put_together(pieces)
                sentences.append(Sentence(text, intent, language, marks, document.place(utterance.line)))
        for kind, about in want(document, document.data, "entities", dict).items():
            for entry in want(document, about, "data", list, []):
                spellings = tuple(texts(document, entry, "synonyms"))
                names.append(Name(kind, want(document, entry, "value", str), spellings))
    return Loaded(Corpus(tuple(sentences), tuple(names)))


def write(corpus: Corpus) -> Written:
    """One dataset for each language."""
    losses = [loss for sentence in corpus.sentences for loss in lacks(sentence, role=True)]
    losses += [Loss("", one.expression, "Snips has no regular expressions") for one in corpus.patterns]
    losses += [
        Loss("", one.value, "Snips keeps names by kind; this one has none") for one in corpus.names if not one.kind
    ]
    files = {}
    for language, part in corpus.by_language().items():
        kinds = dict.fromkeys(mark.kind for sentence in part.sentences for mark in sentence.marks)
        kinds |= dict.fromkeys(name.kind for name in part.names if name.kind)
        data = {
            "language": language or "en",
            "intents": {
                intent: {"utterances": [{"data": _data(sentence)} for sentence in sentences]}
                for intent, sentences in part.by_intent().items()
            },
            "entities": {
                kind: {}
                if kind.startswith("snips/")
                else {
                    "data": [{"value": n.value, "synonyms": list(n.spellings)} for n in part.names if n.kind == kind],
                    "use_synonyms": True,
                    "automatically_extensible": True,
                    "matching_strictness": 1.0,
                }
                for kind in kinds
            },
        }
        files[name_with_language("snips", language, "json")] = to_json(data)
    return Written(files, tuple(losses))


def _data(sentence: Sentence) -> list[dict[str, str]]:
    return [
        {"text": piece, **({"entity": mark.kind, "slot_name": mark.role or mark.kind} if mark else {})}
        for piece, mark in take_apart(sentence)
    ]
