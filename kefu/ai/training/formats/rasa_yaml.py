"""Rasa YAML, 2.0 to 3.x: `nlu:` with intents, synonyms, regular expressions and lookup tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Pattern, Sentence, Written
from kefu.ai.training.formats.document import Document, Text, to_yaml, want
from kefu.ai.training.formats.language import language_of, name_with_language
from kefu.ai.training.formats.names import lookups_and_synonyms, names_of
from kefu.ai.training.formats.rasa_marks import parse_notation, write_notation

NAME = "rasa-yaml"
KEYS = ("nlu", "stories", "rules", "responses", "domain", "intents")
LEFT = {
    "stories": "kefu has no stories: a skill's steps and the rules of the dialogue take their place",
    "rules": "kefu has no rules of this kind: a skill's steps take their place",
    "responses": "write them into the skill's replies.*.toml",
    "forms": "write them as slots of a skill",
    "slots": "write them as slots of a skill",
    "actions": "write them as the skill's actions.py",
}
VERSION = "3.1"
STRIPPED = "\n\r "


def claims(document: Document) -> bool:
    """Whether this is a file of Rasa's."""
    return (
        document.kind == "yaml"
        and bool(document.data)
        and all(isinstance(one, dict) and any(key in one for key in KEYS) for one in document.data)
    )


def read(documents: Sequence[Document]) -> Loaded:
    """Read `nlu:`; what else the files hold is listed."""
    sentences: list[Sentence] = []
    losses: list[Loss] = []
    tables: list[tuple[str, str, str]] = []
    for document in documents:
        for part in document.data:
            losses += [Loss(document.path, key, why) for key, why in LEFT.items() if part.get(key)]
            for item in want(document, part, "nlu", list, []):
                kind = next((key for key in ("intent", "synonym", "regex", "lookup") if key in (item or ())), None)
                if kind is None:
                    line = getattr(item, "line", 1)
                    losses.append(Loss(document.place(line), "an item of nlu", "no intent, synonym, regex or lookup"))
                    continue
                name = want(document, item, kind, str)
                if kind == "intent":
                    _read_intent(document, item, name, sentences, losses)
                else:
                    tables += [(kind, name, text) for text, _ in _lines(document, item, losses)]
    patterns = tuple(Pattern(name, text) for kind, name, text in tables if kind == "regex")
    return Loaded(Corpus(tuple(sentences), names_of(tables), patterns), tuple(losses))


def _read_intent(
    document: Document, item: dict[str, object], intent: str, sentences: list[Sentence], losses: list[Loss]
) -> None:
    if item.get("metadata"):
        losses.append(Loss(document.path, f"metadata of {intent}", "kefu keeps none"))
    for written, line in _lines(document, item, losses):
        place = document.place(line)
        try:
            text, marks = parse_notation(written)
        except ValueError as error:
            losses.append(Loss(place, written, f"the notation of an entity is wrong ({error})"))
            continue
        sentences.append(Sentence(text, intent, language_of(document.path), marks, place))


def _lines(document: Document, item: dict[str, object], losses: list[Loss]) -> Iterator[tuple[str, int]]:
    """The examples of an item with their lines, whether they stand in one block or in a list."""
    examples = item.get("examples")
    if isinstance(examples, list):
        for example in examples:
            text = want(document, example, "text", str) if isinstance(example, dict) else str(example)
            line = getattr(example.get("text") if isinstance(example, dict) else example, "line", 1)
            if isinstance(example, dict) and set(example) - {"text"}:
                losses.append(Loss(document.place(line), text, f"kefu keeps no {', '.join(set(example) - {'text'})}"))
            yield text.strip(STRIPPED).removeprefix("- "), line
        return
    block = want(document, item, "examples", str, Text(""))
    first = getattr(block, "line", 1)
    for number, line_text in enumerate(block.splitlines()):
        if line_text.startswith("-"):
            yield line_text[1:].strip(STRIPPED), first + number
        elif line_text.strip():
            losses.append(Loss(document.place(first + number), line_text, "an example must begin with '-'"))


def write(corpus: Corpus) -> Written:
    """One `nlu.yml` for each language."""
    files: dict[str, str] = {}
    losses: list[Loss] = []
    for language, part in corpus.by_language().items():
        items = [
            {"intent": intent, "examples": _examples(sentences, losses)}
            for intent, sentences in part.by_intent().items()
        ]
        lookups, synonyms = lookups_and_synonyms(part.names)
        patterns: dict[str, list[str]] = {}
        for pattern in part.patterns:
            patterns.setdefault(pattern.kind, []).append(pattern.expression)
        for key, tables in (("lookup", lookups), ("synonym", synonyms), ("regex", patterns)):
            items += [{key: name, "examples": _block(_on_one_line(texts, losses))} for name, texts in tables.items()]
        files[name_with_language("nlu", language, "yml")] = to_yaml([{"version": VERSION, "nlu": items}], block=True)
    return Written(files, tuple(dict.fromkeys(losses)))


def _examples(sentences: Iterable[Sentence], losses: list[Loss]) -> object:
    """A block of lines as people write it; a list where a sentence has several lines."""
    kept = []
    for sentence in sentences:
        written = write_notation(sentence)
        if written is None or written != written.strip(STRIPPED) or written.startswith("- "):
            losses.append(
                Loss(sentence.place, sentence.text, "can't be written in Rasa's notation, which has no escapes")
            )
        else:
            kept.append(written)
    if all(text.splitlines() == [text] for text in kept):
        return _block(kept)
    return [{"text": text} for text in kept]


def _on_one_line(texts: Iterable[str], losses: list[Loss]) -> list[str]:
    kept = []
    for text in texts:
        if text.splitlines() == [text] == [text.strip(STRIPPED)]:
            kept.append(text)
        else:
            losses.append(Loss("", text, "a name or pattern stands on one line in Rasa's format"))
    return kept


def _block(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in texts)
