"""The parts of mining that run anywhere: find topics in a sample, give each text of a part its topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from kefu.ai.text.folder import Parts
from kefu.ai.topics.model import SAMPLE, TopicModel, is_drawn
from kefu.ai.topics.space import Terms, terms_of
from kefu.app.batch import Columns, Part

Text = tuple[str, str]
"""A text with the intent that it was read as, or none."""

KINDS = {"topic": "int32", "closeness": "float32"}
"""The columns that a part is given."""


@dataclass(frozen=True, slots=True)
class Placing:
    """The work of one part: the topic of each text. It carries the model, so that a cluster needs no common folder."""

    parts: Parts
    key: str

    def __call__(self, texts: Sequence[Text]) -> Columns:
        """`topic` (a number, -1: none) and `closeness` of each text."""
        model = _opened(self.key) or _open(self.key, self.parts)
        found = model.place([_terms(one) for one in texts])
        return {"topic": found.topics, "closeness": found.closeness}


_MODELS: dict[str, TopicModel] = {}


def _opened(key: str) -> TopicModel | None:
    return _MODELS.get(key)


def _open(key: str, parts: Parts) -> TopicModel:
    """Unpack a model once in a process; an earlier one is let go."""
    _MODELS.clear()
    return _MODELS.setdefault(key, TopicModel.unpack(parts))


def placing(model: TopicModel) -> Placing:
    """The work that places texts by a model."""
    parts = model.pack()
    return Placing(parts, blake2b(b"".join(parts.values()), digest_size=8).hexdigest())


def find_topics(texts: Iterable[Text], total: int, count: int = 0) -> TopicModel:
    """Find topics in a sample of some texts; `total` is how many there are. Bounded memory, whatever their number."""
    share = SAMPLE / max(total, 1)
    drawn = [one for number, one in enumerate(texts) if share >= 1 or is_drawn(f"{number}:{one[0]}", share)]
    return TopicModel.find([_terms(one) for one in drawn], count=count)


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
