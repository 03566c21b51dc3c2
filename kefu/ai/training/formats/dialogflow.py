"""Dialogflow ES, an unpacked export: `intents/X_usersays_LANG.json`, `entities/Y_entries_LANG.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kefu.ai.training.corpus import (
    Corpus,
    Loaded,
    Loss,
    Mark,
    Name,
    Pattern,
    Sentence,
    Written,
    lacks,
    put_together,
    take_apart,
)
from kefu.ai.training.formats.document import Document, texts, to_json, want
from kefu.ai.training.formats.language import language_of_code
from kefu.core.ports.reader import OUT_OF_SCOPE

NAME = "dialogflow"
SAYS = re.compile(r"(?:^|.*/)intents/(.+)_usersays_([\w-]+)\.json$", re.DOTALL)
ENTRIES = re.compile(r"(?:^|.*/)entities/(.+)_entries_([\w-]+)\.json$", re.DOTALL)
DESCRIPTION = re.compile(r"(?:^|.*/)(intents|entities)/(.+)\.json$", re.DOTALL)
IGNORED = "@sys.ignore"
LOCALES = {"zh": "zh-cn", "en": "en"}


def claims(document: Document) -> bool:
    """Whether this file belongs to an export: its place says so, and what stands in it."""
    data = document.data
    if document.kind != "json":
        return False
    if SAYS.match(document.path) or ENTRIES.match(document.path):
        return isinstance(data, list)
    if DESCRIPTION.match(document.path):
        return isinstance(data, dict) and bool({"responses", "isEnum", "isRegexp"} & set(data))
    return isinstance(data, dict) and ("supportedLanguages" in data or set(data) == {"version"})


def read(documents: Sequence[Document]) -> Loaded:
    """Read what users say, and the entries of entities."""
    described = {
        (match[1], match[2]): document
        for document in documents
        if (match := DESCRIPTION.match(document.path)) and isinstance(document.data, dict)
    }
    sentences: list[Sentence] = []
    names: list[Name] = []
    patterns: list[Pattern] = []
    losses: list[Loss] = []
    for document in documents:
        if match := SAYS.match(document.path):
            about = described.get(("intents", match[1]))
            intent = want(about, about.data, "name", str, match[1]) if about else match[1]
            intent = OUT_OF_SCOPE if about and about.data.get("fallbackIntent") else intent
            sentences += _sentences(document, intent, language_of_code(match[2]), losses)
        elif match := ENTRIES.match(document.path):
            about = described.get(("entities", match[1]))
            kind = want(about, about.data, "name", str, match[1]) if about else match[1]
            is_pattern = bool(about and about.data.get("isRegexp"))
            for entry in document.data:
                value = want(document, entry, "value", str)
                if is_pattern:
                    patterns.append(Pattern(kind, value))
                else:
                    spelt = tuple(text for text in texts(document, entry, "synonyms") if text != value)
                    names.append(Name(kind, value, spelt))
    answering = [one for (what, _), one in described.items() if what == "intents" and _answers(one)]
    if answering:
        losses.append(Loss("intents", f"responses of {len(answering)} intents", "write them into replies.*.toml"))
    # One entity is listed once for each language of the export.
    corpus = Corpus(tuple(sentences), tuple(dict.fromkeys(names)), tuple(dict.fromkeys(patterns)))
    return Loaded(corpus, tuple(losses))


def _answers(document: Document) -> bool:
    return any(one.get("messages") for one in want(document, document.data, "responses", list, []))


def _sentences(document: Document, intent: str, language: str, losses: list[Loss]) -> list[Sentence]:
    found = []
    for said in document.data:
        place = document.place(getattr(said, "line", 1))
        pieces: list[tuple[str, Mark | None]] = []
        for piece in want(document, said, "data", list):
            text, meta = want(document, piece, "text", str), want(document, piece, "meta", str, IGNORED)
            kind = meta.removeprefix("@")
            alias = want(document, piece, "alias", str, "")
            role = alias if alias != kind.rpartition(".")[2] else ""
            pieces.append((text, None if meta == IGNORED else Mark(0, 0, kind, None, role)))
        text, marks = put_together(pieces)
        if said.get("isTemplate"):
            losses.append(Loss(place, text, "a template, not a sentence"))
        else:
            found.append(Sentence(text, intent, language, marks, place))
    return found


def write(corpus: Corpus) -> Written:
    """An export that Dialogflow ES restores; intents come without responses."""
    losses = [loss for sentence in corpus.sentences for loss in lacks(sentence, role=True)]
    languages = [LOCALES.get(language, language) or "en" for language in corpus.by_language()]
    files = {
        "package.json": to_json({"version": "1.0.0"}),
        "agent.json": to_json({"language": languages[0], "supportedLanguages": languages[1:]}),
    }
    taken: set[str] = set()
    for intent, sentences in corpus.by_intent().items():
        stem = _file_name(intent, taken)
        is_fallback = intent == OUT_OF_SCOPE
        about = {"name": intent, "auto": True, "responses": [], "fallbackIntent": is_fallback}
        files[f"intents/{stem}.json"] = to_json(about)
        for language, part in Corpus(tuple(sentences)).by_language().items():
            said = [_said(sentence) for sentence in part.sentences]
            files[f"intents/{stem}_usersays_{LOCALES.get(language, language) or 'en'}.json"] = to_json(said)
    taken = set()
    kinds: dict[str, list[Mapping[str, object]]] = {}
    for name in corpus.names:
        if name.kind:
            kinds.setdefault(name.kind, []).append({"value": name.value, "synonyms": [name.value, *name.spellings]})
        else:
            losses.append(Loss("", name.value, "Dialogflow keeps names by kind; this one has none"))
    expressions: dict[str, list[Mapping[str, object]]] = {}
    for pattern in corpus.patterns:
        expressions.setdefault(pattern.kind, []).append({"value": pattern.expression, "synonyms": []})
    for is_pattern, table in ((False, kinds), (True, expressions)):
        for kind, entries in table.items():
            stem = _file_name(kind, taken)
            files[f"entities/{stem}.json"] = to_json({"name": kind, "isEnum": False, "isRegexp": is_pattern})
            for code in languages:
                files[f"entities/{stem}_entries_{code}.json"] = to_json(entries)
    return Written(files, tuple(losses))


def _file_name(name: str, taken: set[str]) -> str:
    stem = plain = re.sub(r"[^\w -]", "_", name)[:80].strip() or "_"
    number = 1
    while stem.casefold() in taken:
        number += 1
        stem = f"{plain}-{number}"
    taken.add(stem.casefold())
    return stem


def _said(sentence: Sentence) -> dict[str, object]:
    data = []
    for text, mark in take_apart(sentence):
        marked = {}
        if mark:
            marked = {"meta": f"@{mark.kind}", "alias": mark.role or mark.kind.rpartition(".")[2]}
        data.append({"text": text, **marked, "userDefined": mark is not None})
    return {"data": data, "isTemplate": False, "count": 0}
