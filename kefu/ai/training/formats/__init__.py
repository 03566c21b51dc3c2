"""Training data as other systems keep it: read from their files, written to them.

One module a format, each with `claims`, `read` and `write`, and a neutral list of
sentences between them. Files are texts by their path: nothing here touches a disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Sentence, Written, join
from kefu.ai.training.formats import (
    clu,
    csv_table,
    dialogflow,
    json_lines,
    luis,
    rasa_json,
    rasa_yaml,
    snips_json,
    snips_yaml,
)
from kefu.ai.training.formats.document import Document, open_document
from kefu.core.errors import BadInput


class Format(Protocol):
    """What a module of this package offers."""

    NAME: str

    def claims(self, document: Document) -> bool:
        """Whether a file is of this format, by what stands in it."""

    def read(self, documents: Sequence[Document]) -> Loaded:
        """Read the files of this format."""

    def write(self, corpus: Corpus) -> Written:
        """Write files of this format."""


ALL: tuple[Format, ...] = (
    rasa_yaml,
    rasa_json,
    dialogflow,
    luis,
    clu,
    snips_yaml,
    snips_json,
    csv_table,
    json_lines,
)
FORMATS: Mapping[str, Format] = {one.NAME: one for one in ALL}
"""Every format by its name."""

LONGEST = 10_000
"""Characters of the longest sentence that is taken."""


def read_files(files: Mapping[str, str]) -> tuple[Loaded, tuple[str, ...]]:
    """Read training data, in whatever of the formats each file is; also the names of these formats.

    Raises `BadInput` naming file and line when a file is not well-formed, or when no file
    is of any format.
    """
    documents: dict[str, list[Document]] = {}
    losses: list[Loss] = []
    for path, text in files.items():
        document = open_document(path, text)
        claiming = next((name for name, one in FORMATS.items() if one.claims(document)), None)
        if claiming is None:
            losses.append(Loss(path, "the file", "is of no known format"))
        else:
            documents.setdefault(claiming, []).append(document)
    if not documents:
        raise BadInput(f"{', '.join(files) or 'The folder'}: no training data; known are {', '.join(FORMATS)}.")
    loaded = join([Loaded(Corpus(), tuple(losses)), *(FORMATS[name].read(found) for name, found in documents.items())])
    return _sound(loaded), tuple(documents)


def _sound(loaded: Loaded) -> Loaded:
    """Only sentences that can be kept: with a text, an intent, and marks that lie within the text."""
    kept: list[Sentence] = []
    losses = list(loaded.losses)
    for sentence in loaded.corpus.sentences:
        fault = _fault(sentence)
        if fault:
            losses.append(Loss(sentence.place, sentence.text[:80].encode("utf-8", "replace").decode(), fault))
        else:
            kept.append(sentence)
    return Loaded(Corpus(tuple(kept), loaded.corpus.names, loaded.corpus.patterns), tuple(losses))


def _fault(sentence: Sentence) -> str:
    if not sentence.text.strip() or not sentence.intent.strip():
        return "has no text or no intent"
    if len(sentence.text) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    if any("\ud800" <= char <= "\udfff" for char in sentence.text + sentence.intent):
        return "holds half a character (a surrogate without its other half)"
    at = 0
    for mark in sorted(sentence.marks):
        if not at <= mark.start < mark.end <= len(sentence.text):
            return f"the place of the entity {mark.kind} ({mark.start} to {mark.end}) is outside or overlaps another"
        at = mark.end
    return ""
