"""LUIS JSON (schema 2 to 7): utterances with places in UTF-16 code units, the last one included."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Mark, Name, Pattern, Sentence, Written, lacks
from kefu.ai.training.formats.document import Document, texts, to_json, want
from kefu.ai.training.formats.language import language_of_code, locale_of, name_with_language
from kefu.ai.training.formats.units import from_units, to_units

NAME = "luis"
VERSION = "7.0.0"


def claims(document: Document) -> bool:
    """Whether this is an application of LUIS."""
    return document.kind == "json" and isinstance(document.data, dict) and "luis_schema_version" in document.data


def read(documents: Sequence[Document]) -> Loaded:
    """Read utterances, closed lists and regular expressions."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    patterns: list[Pattern] = []
    losses: list[Loss] = []
    for document in documents:
        data = document.data
        language = language_of_code(want(document, data, "culture", str, ""))
        for utterance in want(document, data, "utterances", list, []):
            text, place = want(document, utterance, "text", str), document.place(utterance.line)
            marks = []
            for entity in want(document, utterance, "entities", list, []):
                mark = _mark(document, entity, text)
                marks.append(mark)
                if entity.get("children"):
                    losses.append(Loss(place, text, f"the parts of {mark.kind} are not taken"))
            intent = want(document, utterance, "intent", str)
            sentences.append(Sentence(text, intent, language, tuple(marks), place))
        names += [
            Name(
                want(document, entry, "name", str),
                want(document, part, "canonicalForm", str),
                tuple(texts(document, part, "list")),
            )
            for entry in want(document, data, "closedLists", list, [])
            for part in want(document, entry, "subLists", list, [])
        ]
        patterns += [
            Pattern(want(document, entry, "name", str), want(document, entry, "regexPattern", str))
            for entry in want(document, data, "regex_entities", list, [])
        ]
        losses += [
            Loss(document.path, f"{len(data[key])} {key}", "kefu has nothing like them")
            for key in ("patterns", "phraselists", "model_features", "composites")
            if data.get(key)
        ]
    return Loaded(Corpus(tuple(sentences), tuple(names), tuple(patterns)), tuple(losses))


def _mark(document: Document, entity: dict[str, object], text: str) -> Mark:
    start = from_units(text, want(document, entity, "startPos", int))
    end = from_units(text, want(document, entity, "endPos", int) + 1)
    return Mark(start, end, want(document, entity, "entity", str), None, want(document, entity, "role", str, ""))


def write(corpus: Corpus) -> Written:
    """One application for each language."""
    losses = [loss for sentence in corpus.sentences for loss in lacks(sentence, role=True)]
    losses += [
        Loss("", one.value, "LUIS keeps names by kind; this one has none") for one in corpus.names if not one.kind
    ]
    files = {}
    for language, part in corpus.by_language().items():
        lists: dict[str, list[object]] = {}
        for name in part.names:
            if name.kind:
                entry = {"canonicalForm": name.value, "list": list(name.spellings)}
                lists.setdefault(name.kind, []).append(entry)
        roles: dict[str, set[str]] = {}
        for mark in (mark for sentence in part.sentences for mark in sentence.marks):
            roles.setdefault(mark.kind, set()).update({mark.role} - {""})
        given = {*lists, *(pattern.kind for pattern in part.patterns)}
        data = {
            "luis_schema_version": VERSION,
            "versionId": "0.1",
            "name": "kefu",
            "culture": locale_of(language),
            "intents": [{"name": intent} for intent in part.by_intent()],
            "entities": [{"name": kind, "roles": sorted(roles[kind])} for kind in roles if kind not in given],
            "closedLists": [
                {"name": kind, "subLists": entries, "roles": sorted(roles.get(kind, ()))}
                for kind, entries in lists.items()
            ],
            "regex_entities": [
                {"name": one.kind, "regexPattern": one.expression, "roles": sorted(roles.get(one.kind, ()))}
                for one in part.patterns
            ],
            "utterances": [_utterance(sentence) for sentence in part.sentences],
        }
        files[name_with_language("luis", language, "json")] = to_json(data)
    return Written(files, tuple(losses))


def _utterance(sentence: Sentence) -> dict[str, object]:
    entities = [
        {
            "entity": mark.kind,
            "startPos": to_units(sentence.text, mark.start),
            "endPos": to_units(sentence.text, mark.end) - 1,
            **({"role": mark.role} if mark.role else {}),
        }
        for mark in sentence.marks
    ]
    return {"text": sentence.text, "intent": sentence.intent, "entities": entities}
