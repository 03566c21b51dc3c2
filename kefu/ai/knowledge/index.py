"""The index of passages: tantivy, fed with words that we cut, in a folder or in memory.

Every term begins with the language of its article, so that a language is a filter that costs nothing and
no language changes the weights of the other's words.
"""

from __future__ import annotations

import math
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
import tantivy

from kefu.ai.knowledge.sentences import split_sentences
from kefu.ai.knowledge.terms import Terms, pieces_of, sounds_of, take_apart, words_of
from kefu.ai.text.normal import normalise
from kefu.core.articles import Article, Passage
from kefu.core.errors import Conflict
from kefu.core.nouns import Language

FORMAT = "2"
"""Changes with the fields or terms: an index of another format is thrown away, since it can be made again."""

Field = Literal["body", "title", "question", "pieces", "sounds"]
FIELDS: tuple[Field, ...] = ("body", "title", "question", "pieces", "sounds")

WRITER_BYTES = 64_000_000
MOST_PREPARED = 4096
"""Passages that are kept taken apart, some 5 kB each."""

MOST_WEIGHTS = 1 << 16
"""Terms of a field whose weights are remembered."""

SENTENCE = "\n"
"""Stands between sentences among the words of a body."""


class Entry(msgspec.Struct, array_like=True):
    """What the index keeps of a passage: whose it is, its question or else its heading, the words of its sentences."""

    article: str
    number: int
    language: Language
    unit: str
    body: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage taken apart.

    `unit` is its question, or else title and heading; `counts` how often each word stands anywhere in it, `length` how
    many there are; `sentences` the sets of words of the unit and of each sentence, `characters` those of their
    characters; `pieces` and `sounds` are the unit's, weighed, of length 1. `place` tells passages of one snapshot
    apart.
    """

    entry: Entry
    unit: Terms
    counts: dict[str, int]
    length: int
    sentences: tuple[frozenset[str], ...]
    characters: tuple[frozenset[str], ...]
    pieces: dict[str, float]
    sounds: dict[str, float]
    place: tuple[int, int]


def unit_of(article: Article, passage: Passage) -> str:
    """What a passage is about, as its writer says: the question that it answers, or title and heading."""
    return passage.question or f"{article.title} › {passage.heading}".strip(" ›")


class PassageIndex:
    """Passages that can be put, dropped and looked at; one writer at a time, any number of readers."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._writing = threading.Lock()
        self._schema = _schema()
        self._index = self._open()
        self._index.config_reader("manual")
        self._index.reload()
        self._snapshot = Snapshot(self._schema, self._index.searcher())

    @property
    def snapshot(self) -> Snapshot:
        """The passages as they are now; it does not change any more."""
        return self._snapshot

    def put(self, articles: Sequence[Article]) -> None:
        """Add or replace articles."""
        latest = {article.id: article for article in articles}
        if latest:
            documents = (
                _document(article, passage, is_first=at == 0)
                for article in latest.values()
                for at, passage in enumerate(article.passages)
            )
            self._change(latest, documents)

    def drop(self, ids: Sequence[str]) -> None:
        """Take articles out."""
        if ids:
            self._change(ids, ())

    def close(self) -> None:
        """Let go of the files; what is still searching keeps its snapshot."""
        with self._writing:
            self._index = tantivy.Index(self._schema)

    def _change(self, gone: Iterable[str], new: Iterable[tantivy.Document]) -> None:
        with self._writing:
            try:
                writer = self._index.writer(WRITER_BYTES, 1)
            except ValueError as error:
                raise Conflict(
                    f"The index in {self._folder} is being written by another process; give each process a folder."
                ) from error
            for article_id in gone:
                writer.delete_documents_by_term("article", article_id)
            for document in new:
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._snapshot = Snapshot(self._schema, self._index.searcher())

    def _open(self) -> tantivy.Index:
        if self._folder is None:
            return tantivy.Index(self._schema)
        mark = self._folder / "format"
        if not mark.is_file() or mark.read_text("utf-8") != FORMAT:
            return self._anew()
        try:
            return tantivy.Index.open(str(self._folder))
        except ValueError:  # damaged: it is derived, so it is made again
            return self._anew()

    def _anew(self) -> tantivy.Index:
        folder = self._folder or Path()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        index = tantivy.Index(self._schema, str(folder))
        (folder / "format").write_text(FORMAT, "utf-8")
        return index


class Snapshot:
    """The index at one moment: counts, weights, candidates. Thread-safe."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self.schema = schema
        self.searcher = searcher
        self.size = searcher.num_docs
        self.mean_length = _mean_length(searcher) if self.size else 1.0
        self.rarest = math.log(1 + self.size) + 1
        """The weight of a word that no passage holds."""
        self._weights: dict[tuple[str, Language], dict[str, float]] = {}
        self._prepared: dict[tuple[int, int], Candidate] = {}
        self._vocabularies: dict[str, list[str]] = {}

    def count(self, field: Field, term: str) -> int:
        """How many passages hold a term (with its language) in a field; deleted ones count until they are merged."""
        return self.searcher.doc_freq(field, term)

    def weight(self, field: Field, language: Language, term: str) -> float:
        """The inverse document frequency of a term, smoothed: 1 for one that stands everywhere."""
        known = self._known(field, language)
        found = known.get(term)
        if found is None:
            count = self.count(field, language + term)
            found = known[term] = max(1.0, self.rarest - math.log(1 + count))
        return found

    def word_weight(self, language: Language, word: str) -> float:
        """The weight of a word wherever it stands."""
        known = self._known("", language)
        found = known.get(word)
        if found is None:
            found = known[word] = min(self.weight(field, language, word) for field in ("body", "title", "question"))
        return found

    def _known(self, field: str, language: Language) -> dict[str, float]:
        """The weights in a field, or in all, that were looked up already."""
        known = self._weights.setdefault((field, language), {})
        if len(known) > MOST_WEIGHTS:
            known.clear()
        return known

    def vocabulary(self, prefix: str) -> list[str]:
        """All words of bodies, titles and questions that begin so, with their language."""
        found = self._vocabularies.get(prefix)
        if found is None:
            terms = (self.searcher.terms_with_prefix(field, prefix) for field in ("body", "title", "question"))
            found = self._vocabularies[prefix] = sorted({term for field in terms for term, _ in field})
        return found

    def best(self, query: tantivy.Query, limit: int) -> list[Candidate]:
        """The passages that match best."""
        found = self.searcher.search(query, limit, count=False).hits
        return [self.candidate(address) for _, address in found]

    def candidate(self, address: tantivy.DocAddress) -> Candidate:
        """A passage by its place in the index."""
        place = address.segment_ord, address.doc
        known = self._prepared.get(place)
        if known is None:
            if len(self._prepared) >= MOST_PREPARED:
                self._prepared.clear()
            known = self._prepared[place] = self._prepare(self.searcher.doc(address), place)
        return known

    def article(self, article_id: str) -> Article:
        """A whole article; the index keeps it with its first passage."""
        term = tantivy.Query.term_query(self.schema, "head", article_id, "basic")
        address = self.searcher.search(term, 1, count=False).hits[0][1]
        whole: bytes = self.searcher.doc(address)["whole"][0]
        return msgspec.json.decode(whole, type=Article)

    def articles(self) -> list[Article]:
        """All articles, in no order; as slow as there are many."""
        found = self.searcher.search(tantivy.Query.all_query(), max(1, self.size), count=False).hits
        documents = (self.searcher.doc(address) for _, address in found)
        return [msgspec.json.decode(whole, type=Article) for one in documents for whole in one.get_all("whole")]

    def _prepare(self, document: tantivy.Document, place: tuple[int, int]) -> Candidate:
        entry = _ENTRY.decode(document["entry"][0])
        unit = take_apart(entry.unit)
        sentences = [frozenset(unit.words), *(frozenset(one.split()) for one in entry.body.split(SENTENCE))]
        counts: dict[str, int] = {}
        for word in (*unit.words, *entry.body.split()):
            counts[word] = counts.get(word, 0) + 1
        weigh = partial(self.unit_vector, entry.language)
        length = sum(counts.values())
        vectors = weigh("pieces", unit.pieces), weigh("sounds", unit.sounds)
        characters = tuple(frozenset("".join(one)) for one in sentences)
        return Candidate(entry, unit, counts, length, tuple(sentences), characters, *vectors, place)

    def unit_vector(self, language: Language, field: Field, counts: Mapping[str, float]) -> dict[str, float]:
        """Counts as weights of length 1; a count under 1 is a doubtful term."""
        known, weigh = self._known(field, language), self.weight
        weights = {
            term: (known.get(term) or weigh(field, language, term)) * (1 + math.log(count) if count > 1 else count)
            for term, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}


_ENTRY = msgspec.msgpack.Decoder(Entry)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("article", "head", "audience", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    for name in ("length", "valid_from", "valid_until"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("entry", "whole"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def _document(article: Article, passage: Passage, *, is_first: bool) -> tantivy.Document:
    unit = unit_of(article, passage)
    body = SENTENCE.join(" ".join(words_of(one)) for one in split_sentences(passage.text))
    plain_unit, plain_body = normalise(unit).text, normalise(passage.text).text
    headed, asked = words_of(f"{article.title} {passage.heading}"), words_of(passage.question)
    document = tantivy.Document()
    document.add_text("article", article.id)
    document.add_text("audience", article.audience)
    document.add_text("language", article.language)
    pieces = [*pieces_of(plain_unit), *pieces_of(plain_body, singles=False)]
    terms = (body.split(), headed, asked, pieces, sounds_of(plain_unit))
    for field, found in zip(FIELDS, terms, strict=True):
        document.add_text(field, " ".join(article.language + term for term in found))
    document.add_integer("length", len(terms[0]) + len(asked or headed))
    if article.valid_from:
        document.add_integer("valid_from", article.valid_from.toordinal())
    if article.valid_until:
        document.add_integer("valid_until", article.valid_until.toordinal())
    entry = Entry(article.id, passage.number, article.language, unit, body, bool(passage.question))
    document.add_bytes("entry", msgspec.msgpack.encode(entry))
    if is_first:
        document.add_text("head", article.id)
        document.add_bytes("whole", msgspec.json.encode(article))
    return document


def _mean_length(searcher: tantivy.Searcher) -> float:
    found = searcher.aggregate(tantivy.Query.all_query(), {"mean": {"avg": {"field": "length"}}})
    return float(found["mean"]["value"] or 1.0)
