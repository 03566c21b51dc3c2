"""Rasa JSON: `rasa_nlu_data` with examples, synonyms, regular expressions and lookup tables."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Mark, Pattern, Sentence, Written
from kefu.ai.training.formats.document import Document, texts, to_json, want
from kefu.ai.training.formats.language import language_of, name_with_language
from kefu.ai.training.formats.names import lookups_and_synonyms, names_of
from kefu.ai.training.formats.rasa_marks import mark_of

NAME = "rasa-json"
EXAMPLES = ("common_examples", "intent_examples", "entity_examples")


def claims(document: Document) -> bool:
    """Whether this is a file of Rasa's."""
    return document.kind == "json" and isinstance(document.data, dict) and "rasa_nlu_data" in document.data


def read(documents: Sequence[Document]) -> Loaded:
    """Read examples and tables."""
    sentences: list[Sentence] = []
    losses: list[Loss] = []
    patterns: list[Pattern] = []
    tables: list[tuple[str, str, str]] = []
    for document in documents:
        data = want(document, document.data, "rasa_nlu_data", dict)
        for example in (one for key in EXAMPLES for one in want(document, data, key, list, [])):
            text, place = want(document, example, "text", str), document.place(example.line)
            if not example.get("intent"):
                losses.append(Loss(place, text, "has no intent"))
                continue
            marks = tuple(_mark(document, entity, text) for entity in want(document, example, "entities", list, []))
            intent = want(document, example, "intent", str)
            sentences.append(Sentence(text, intent, language_of(document.path), marks, place))
        patterns += [
            Pattern(want(document, entry, "name", str), want(document, entry, "pattern", str))
            for entry in want(document, data, "regex_features", list, [])
        ]
        for entry in want(document, data, "entity_synonyms", list, []):
            value = want(document, entry, "value", str)
            tables += [("synonym", value, text) for text in texts(document, entry, "synonyms")]
        for entry in want(document, data, "lookup_tables", list, []):
            kind = want(document, entry, "name", str)
            if isinstance(entry.get("elements"), str):
                losses.append(
                    Loss(document.place(entry.line), f"lookup table {kind}", "its names stand in another file")
                )
            else:
                tables += [("lookup", kind, text) for text in texts(document, entry, "elements")]
    return Loaded(Corpus(tuple(sentences), names_of(tables), tuple(patterns)), tuple(losses))


def _mark(document: Document, entity: dict[str, object], text: str) -> Mark:
    start, end = want(document, entity, "start", int), want(document, entity, "end", int)
    want(document, entity, "entity", str)
    found = mark_of(entity, text[start:end])
    return Mark(start, end, found.kind, found.value, found.role, found.group)


def write(corpus: Corpus) -> Written:
    """One `nlu.json` for each language."""
    files = {}
    for language, part in corpus.by_language().items():
        lookups, synonyms = lookups_and_synonyms(part.names)
        data = {
            "common_examples": [
                {"text": one.text, "intent": one.intent, "entities": [_entity(one, mark) for mark in one.marks]}
                for one in part.sentences
            ],
            "regex_features": [{"name": one.kind, "pattern": one.expression} for one in part.patterns],
            "lookup_tables": [{"name": kind, "elements": names} for kind, names in lookups.items()],
            "entity_synonyms": [{"value": value, "synonyms": names} for value, names in synonyms.items()],
        }
        files[name_with_language("nlu", language, "json")] = to_json({"rasa_nlu_data": data})
    return Written(files)


def _entity(sentence: Sentence, mark: Mark) -> dict[str, object]:
    value = sentence.text[mark.start : mark.end] if mark.value is None else mark.value
    parts = {"start": mark.start, "end": mark.end, "value": value, "entity": mark.kind}
    return {**parts, **({"role": mark.role} if mark.role else {}), **({"group": mark.group} if mark.group else {})}
