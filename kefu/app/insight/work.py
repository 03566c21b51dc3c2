"""The parts of mining that run anywhere: find topics in a sample, give each text of a part its topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from kefu.ai.text.folder import Parts
from kefu.ai.text.words import HAN
from kefu.ai.topics.model import SAMPLE, TopicModel, is_drawn
from kefu.ai.topics.space import Terms, terms_of
from kefu.app.batch import Columns, Part
from kefu.app.readers import open_encoder

Text = tuple[str, str]
"""A text with the intent that it was read as, or none."""

KINDS = {"topic": "int32", "closeness": "float32"}
"""The columns that a part is given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoder that reads beside the words: its plug-in and folder, and the languages that it can read.

    Workers open it by this name, so on a cluster the folder must be the same everywhere.
    """

    use: str
    folder: str
    languages: tuple[str, ...]

    def vectors(self, texts: Sequence[Text]) -> np.ndarray:
        """Vectors (n_texts, dimensions), zeros for a text in another language."""
        encoder = open_encoder(self.use, self.folder)
        mine = [at for at, (text, _) in enumerate(texts) if ("zh" if HAN.search(text) else "en") in self.languages]
        found = np.zeros((len(texts), encoder.dimensions), np.float32)
        for start in range(0, len(mine), TOGETHER):
            some = mine[start : start + TOGETHER]
            found[some] = encoder.encode([texts[at][0] for at in some])
        return found


TOGETHER = 256
"""Texts that an encoder reads at once."""


@dataclass(frozen=True, slots=True)
class Placing:
    """The work of one part: the topic of each text. It carries the model, so that a cluster needs no common folder."""

    parts: Parts
    key: str
    encoder: Reading | None = None

    def __call__(self, texts: Sequence[Text]) -> Columns:
        """`topic` (a number, -1: none) and `closeness` of each text."""
        model = _opened(self.key) or _open(self.key, self.parts)
        extra = self.encoder.vectors(texts) if self.encoder and model.extra else None
        found = model.place([_terms(one) for one in texts], extra)
        return {"topic": found.topics, "closeness": found.closeness}


_MODELS: dict[str, TopicModel] = {}


def _opened(key: str) -> TopicModel | None:
    return _MODELS.get(key)


def _open(key: str, parts: Parts) -> TopicModel:
    """Unpack a model once in a process; an earlier one is let go."""
    _MODELS.clear()
    return _MODELS.setdefault(key, TopicModel.unpack(parts))


def placing(model: TopicModel | Parts, encoder: Reading | None = None) -> Placing:
    """The work that places texts by a model."""
    parts = model.pack() if isinstance(model, TopicModel) else model
    return Placing(parts, blake2b(b"".join(parts.values()), digest_size=8).hexdigest(), encoder)


def find_topics(texts: Iterable[Text], total: int, encoder: Reading | None = None) -> TopicModel:
    """Find topics in a sample of some texts; `total` is how many there are. Bounded memory, whatever their number."""
    share = SAMPLE / max(total, 1)
    drawn = [one for number, one in enumerate(texts) if share >= 1 or is_drawn(f"{number}:{one[0]}", share)]
    return topics_of(drawn, encoder)


def topics_of(texts: Sequence[Text], encoder: Reading | None = None) -> TopicModel:
    """Find topics in these texts."""
    extra = encoder.vectors(texts) if encoder and texts else None
    return TopicModel.find([_terms(one) for one in texts], extra)


def parts_of(texts: Iterable[Text], size: int) -> Iterator[Part[list[Text]]]:
    """Texts in parts, read as they are wanted."""
    some: list[Text] = []
    number = 0
    for one in texts:
        some.append(one)
        if len(some) == size:
            yield Part(f"{number:06}", some, len(some))
            some, number = [], number + 1
    if some:
        yield Part(f"{number:06}", some, len(some))


def _terms(one: Text) -> Terms:
    text, intent = one
    return terms_of(text, ((intent, 1.0),) if intent else ())
