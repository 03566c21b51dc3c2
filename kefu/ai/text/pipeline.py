"""`spacy.v1`: a spaCy pipeline of a company's own, from a folder.

Its text categoriser (`textcat` or `textcat_multilabel`) gives intents, `ner`, `entity_ruler` and
`span_ruler` give entities, a tagger or morphologizer the words with their tags. Everything else is kefu's.
Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from kefu.ai.text.borrowed import Borrowed, Judged, weigh
from kefu.ai.text.classifier import split
from kefu.ai.text.folder import Parts, pack_json, unpack_json
from kefu.ai.text.found import Found, resolve
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.reading import LONGEST, TextReader
from kefu.core.errors import BadConfig
from kefu.core.nouns import Entity, Language, Reading, Token
from kefu.core.ports.reader import Progress, TrainableReader

NAME = "spacy.v1"
PIPELINE, SETTINGS = "pipeline.bin", "pipeline.json"
CATEGORISERS = ("textcat", "textcat_multilabel")
TAGGERS = ("tagger", "morphologizer")
SPANS = "ruler"
"""The key under which a span_ruler puts what it found."""


class Pipeline(Borrowed):
    """Runs the pipeline one text at a time, because its vocabulary grows while it reads."""

    def __init__(self, nlp: Any, name: str) -> None:  # noqa: ANN401 - spaCy is an extra
        super().__init__()
        self._lock = Lock()
        self._words: frozenset[str] = frozenset()
        self._open(nlp, name)

    def _open(self, nlp: Any, name: str) -> None:  # noqa: ANN401
        labels = [label for pipe in CATEGORISERS if pipe in nlp.pipe_names for label in nlp.get_pipe(pipe).labels]
        if len(labels) < 2 or len(set(labels)) < len(labels):
            raise BadConfig(f"{name}: the pipeline needs a textcat with two different labels or more.")
        self._nlp, self._labels = nlp, labels

    @property
    def labels(self) -> Sequence[str]:
        """The labels of the text categoriser."""
        return self._labels

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn certainty, and which words the examples hold."""
        self._words = frozenset(word for phrase in phrases for word in split(phrase.text, "words"))
        super().fit(phrases, intents, foreign, progress)

    def judge(self, text: str) -> Judged:
        """The categories' probabilities; those of `textcat_multilabel` are made to sum to 1."""
        words = split(text, "words")
        known = sum(word in self._words for word in words) / max(1, len(words))
        cats = self.read(text).cats
        return weigh(np.maximum([cats[label] for label in self._labels], 1e-9), known)

    def read(self, text: str) -> Any:  # noqa: ANN401
        """The pipeline's document of a text."""
        sound = text.encode("utf-8", "replace").decode()  # half a character becomes "?", so that places stay
        with self._lock:
            return self._nlp(sound)

    @property
    def tags(self) -> bool:
        """Whether the pipeline tells parts of speech."""
        return any(pipe in self._nlp.pipe_names for pipe in TAGGERS)

    def pack(self) -> Parts:
        """The pipeline with its settings and what was learned."""
        told = {"config": self._nlp.config, "certainty": self._beta.tolist(), "words": sorted(self._words)}
        return {PIPELINE: self._nlp.to_bytes(), SETTINGS: pack_json(told)}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
        import spacy

        told = unpack_json(parts[SETTINGS])
        nlp = spacy.util.load_model_from_config(told["config"], auto_fill=False).from_bytes(parts[PIPELINE])
        self._open(nlp, "the model")
        self._beta, self._words = np.array(told["certainty"]), frozenset(told["words"])


class PipelineReader(TextReader):
    """kefu's reading, with the entities and words of the pipeline in it."""

    def __init__(self, pipeline: Pipeline, settings: Mapping[str, object]) -> None:
        super().__init__(NAME, pipeline, settings)
        self._pipeline = pipeline

    def read(self, text: str, language: Language | None = None) -> Reading:
        """Understand a text; where an entity of kefu and one of the pipeline overlap, the longer stands."""
        reading = super().read(text, language)
        if not text.strip() or not reading.tokens:
            return reading
        document = self._pipeline.read(text[:LONGEST])
        entities = merge(text, reading.entities, [*document.ents, *document.spans.get(SPANS, ())])
        words = [word for word in document if not word.is_space]
        tokens = tuple(Token(word.text, word.tag_ or word.pos_, word.idx, word.idx + len(word.text)) for word in words)
        return replace(reading, entities=entities, tokens=tokens if self._pipeline.tags else reading.tokens)


def merge(text: str, own: Sequence[Entity], spans: Sequence[Any]) -> tuple[Entity, ...]:
    """Entities of kefu with spaCy's spans, whose value is their id where they have one, else what is written."""
    found = [Found(one.kind, one.start, one.end, one.value, one.score, one.unit) for one in own]
    found += [
        Found(one.label_.casefold(), one.start_char, one.end_char, one.ent_id_ or one.id_ or one.text) for one in spans
    ]
    return tuple(
        Entity(one.kind, text[one.start : one.end], one.value, one.start, one.end, one.score, one.unit)
        for one in resolve(found)
    )


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with the pipeline in the folder `settings["pipeline"]`; raises `BadConfig` when there is none."""
    import spacy

    if not settings.get("pipeline"):
        raise BadConfig("kefu.toml: spacy.v1 needs the folder of a pipeline: [reader] pipeline.")
    folder = Path(str(settings["pipeline"]))
    if not (folder / "config.cfg").is_file():
        raise BadConfig(f"{folder} holds no spaCy pipeline (no config.cfg); save one there with nlp.to_disk.")
    try:
        nlp = spacy.load(folder)
    except (OSError, ValueError, ImportError) as error:
        raise BadConfig(f"{folder}: spaCy can't load the pipeline: {error}") from error
    return PipelineReader(Pipeline(nlp, str(folder)), settings)
