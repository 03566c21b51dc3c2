"""CLU project JSON (conversational language understanding), the successor of LUIS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Mark, Name, Pattern, Sentence, Written, lacks
from kefu.ai.training.formats.document import Document, texts, to_json, want
from kefu.ai.training.formats.language import language_of_code, locale_of
from kefu.ai.training.formats.units import from_units, to_units

NAME = "clu"
VERSION = "2023-04-01"


def claims(document: Document) -> bool:
    """Whether this is a CLU project."""
    data = document.data
    return document.kind == "json" and isinstance(data, dict) and "projectFileVersion" in data and "assets" in data


def read(documents: Sequence[Document]) -> Loaded:
    """Read utterances, lists and regular expressions."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    patterns: list[Pattern] = []
    losses: list[Loss] = []
    for document in documents:
        assets = want(document, document.data, "assets", dict)
        usual = want(document, want(document, document.data, "metadata", dict, {}), "language", str, "")
        for utterance in want(document, assets, "utterances", list, []):
            text, place = want(document, utterance, "text", str), document.place(utterance.line)
            language = language_of_code(want(document, utterance, "language", str, usual))
            marks = tuple(_mark(document, one, text) for one in want(document, utterance, "entities", list, []))
            sentences.append(Sentence(text, want(document, utterance, "intent", str), language, marks, place))
        for entity in want(document, assets, "entities", list, []):
            kind = want(document, entity, "category", str)
            for part in want(document, want(document, entity, "list", dict, {}), "sublists", list, []):
                spelt = [
                    text
                    for one in want(document, part, "synonyms", list, [])
                    for text in texts(document, one, "values")
                ]
                names.append(Name(kind, want(document, part, "listKey", str), tuple(dict.fromkeys(spelt))))
            patterns += [
                Pattern(kind, want(document, part, "regexPattern", str))
                for part in want(document, want(document, entity, "regex", dict, {}), "expressions", list, [])
            ]
            if entity.get("prebuilts"):
                losses.append(
                    Loss(document.place(entity.line), kind, "what the vendor finds by itself is not in the file")
                )
    return Loaded(Corpus(tuple(sentences), tuple(names), tuple(dict.fromkeys(patterns))), tuple(losses))


def _mark(document: Document, entity: Mapping[str, object], text: str) -> Mark:
    offset = want(document, entity, "offset", int)
    start, end = from_units(text, offset), from_units(text, offset + want(document, entity, "length", int))
    return Mark(start, end, want(document, entity, "category", str))


def write(corpus: Corpus) -> Written:
    """One project for all languages."""
    losses = [loss for sentence in corpus.sentences for loss in lacks(sentence)]
    losses += [
        Loss("", one.value, "CLU keeps names by kind; this one has none") for one in corpus.names if not one.kind
    ]
    languages = list(corpus.by_language())
    kinds = {mark.kind for sentence in corpus.sentences for mark in sentence.marks}
    kinds |= {name.kind for name in corpus.names} | {pattern.kind for pattern in corpus.patterns}
    usual = locale_of(languages[0])
    assets = {
        "projectKind": "Conversation",
        "intents": [{"category": intent} for intent in corpus.by_intent()],
        "entities": [_entity(kind, corpus, languages) for kind in sorted(kinds - {""})],
        "utterances": [_utterance(sentence) for sentence in corpus.sentences],
    }
    metadata = {
        "projectKind": "Conversation",
        "projectName": "kefu",
        "language": usual,
        "multilingual": len(languages) > 1,
    }
    head = {"projectFileVersion": VERSION, "stringIndexType": "Utf16CodeUnit"}
    return Written({"clu.json": to_json({**head, "metadata": metadata, "assets": assets})}, tuple(losses))


def _entity(kind: str, corpus: Corpus, languages: Sequence[str]) -> dict[str, object]:
    named = [name for name in corpus.names if name.kind == kind]
    expressions = [one.expression for one in corpus.patterns if one.kind == kind]
    made: dict[str, object] = {"category": kind, "compositionSetting": "combineComponents"}
    if named:
        made["list"] = {
            "sublists": [
                {
                    "listKey": name.value,
                    "synonyms": [{"language": locale_of(code), "values": list(name.spellings)} for code in languages],
                }
                for name in named
            ]
        }
    if expressions:
        made["regex"] = {
            "expressions": [
                {"regexKey": f"{kind}{number}", "language": locale_of(code), "regexPattern": expression}
                for code in languages
                for number, expression in enumerate(expressions, start=1)
            ]
        }
    return made


def _utterance(sentence: Sentence) -> dict[str, object]:
    entities = []
    for mark in sentence.marks:
        start, end = to_units(sentence.text, mark.start), to_units(sentence.text, mark.end)
        entities.append({"category": mark.kind, "offset": start, "length": end - start})
    return {
        "text": sentence.text,
        "intent": sentence.intent,
        "language": locale_of(sentence.language),
        "dataset": "Train",
        "entities": entities,
    }
