"""What reading leaves out for speed changes nothing: compared with reading everything, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kefu.ai.text import mood, reading
from kefu.ai.text.clauses import may_stand_alone, split_clauses
from kefu.ai.text.features import Space
from kefu.ai.text.folder import Parts
from kefu.ai.text.normal import normalise
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.words import cut_words
from kefu.core.nouns import Ask, IntentScore
from kefu.core.ports.reader import Example, Progress

PIECES = ["where is my order", "i want a refund", "please help me now", "can you call", "what", "hello there"]
MARKS = [". ", ", ", "? ", " and ", " also "]


class Chance:
    """Any intent with any probability, the same for the same text."""

    def fit(self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: object, progress: Progress) -> None:
        """Learn nothing."""

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """What the digest of a text says."""
        kind, sure = blake2b(phrase.text.encode(), digest_size=2).digest()
        return (IntentScore(("greet", "refund", "order", "call")[kind % 4], round(0.5 + sure / 512, 4)),)

    def pack(self) -> Parts:
        """Nothing to keep."""
        return {}

    def unpack(self, parts: Parts) -> None:
        """Nothing to read."""


def asks_in_order(text: str) -> list[tuple[str, float]]:
    """All clauses read, one after the other."""
    normal, model = normalise(text), Chance()
    words = cut_words(normal.text)
    whole, asks = model.score(reading.make_phrase(normal.text, words, None))[0], []  # type: ignore[arg-type]
    clauses = split_clauses(normal.text)[: reading.MOST_CLAUSES]
    for clause in clauses if len(clauses) > 1 else ():
        if may_stand_alone(normal.text, clause):
            inside = [word for word in words if clause.start <= word.start and word.end <= clause.end]
            score = model.score(reading.make_phrase(normal.text, inside, None))[0]  # type: ignore[arg-type]
            if score.probability >= (reading.SURE if clause.apart or not asks else reading.SURE_AFTER_COMMA):
                asks.append(score)
    wanted = {one.name: one for one in reversed(asks) if one.name not in reading.COURTESY}
    requests = [one for one in asks if wanted.get(one.name) is one]
    is_courtesy = whole.name in reading.COURTESY
    if len(requests) == 1 and is_courtesy:
        return [(requests[0].name, requests[0].probability)]
    is_far_better = any(whole.probability - one.probability >= reading.FAR_BETTER for one in requests)
    if len(requests) < 2 or is_far_better or (whole.probability >= reading.ALL_SAID and not is_courtesy):
        requests = []
    return [(one.name, one.probability) for one in (whole, *requests)]


READER = reading.TextReader("chance", Chance(), {"language": "en"})
READER.fit([Example("x", "refund", "en")], lambda *_: None)


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(MARKS), st.integers(0, 99)), min_size=1, max_size=6))
def test_clauses_that_are_not_read_change_nothing(parts: list[tuple[str, str, int]]) -> None:
    text = "".join(f"{piece} {number}{mark}" for piece, mark, number in parts)
    asks: Sequence[Ask] = READER.read(text).asks
    assert [(ask.best.name, ask.best.probability) for ask in asks] == asks_in_order(text)


WORDS = st.sampled_from(
    ["good", "not", "n't", "bad", "goodness", "很", "不", "好", "太差了", "but", "!", " ", "x1", "_"]
)


@given(st.lists(WORDS, max_size=12).map("".join) | st.text(max_size=30))
def test_listed_words_are_found_wherever_they_stand(text: str) -> None:
    entries, first, _ = mood._lists()
    found, at = [], 0
    while at < len(text):
        beginning = text[at : at + 2] if text[at].isascii() else text[at]
        whole = (word for word in first.get(beginning, ()) if text.startswith(word, at))
        word = next((word for word in whole if mood._is_whole(text, at, at + len(word))), "")
        found += [mood.Sign(role, weight, at, at + len(word)) for role, weight in entries.get(word, {}).items()]
        at += len(word) or 1
    assert list(mood._signs(text)) == found


@given(st.dictionaries(st.text("wxgf", min_size=1, max_size=3), st.integers(1, 20), max_size=12))
def test_a_vector_is_what_its_features_say(counts: dict[str, int]) -> None:
    texts = [{"w": 1, "xw": 2, "g": 1}, {"w": 3, "f": 1, "wf": 1}]
    space = Space.build([Counter(one) for one in texts], 1)
    vector = space.vector(Counter(counts))
    place = {name: at for at, name in enumerate(space.names)}
    weight = {n: space.idf[place[n]] * np.float32(1 + np.log(times)) for n, times in counts.items() if n in place}
    length = sum(float(one) ** 2 for one in weight.values()) ** 0.5
    assert vector.indices.tolist() == [place[name] for name in weight]
    np.testing.assert_allclose(vector.values, [one / length for one in weight.values()], rtol=1e-6)
    firm = sum(float(one) ** 2 for name, one in weight.items() if name[0] != "x")
    strange = sum(float(space.idf.max()) ** 2 for name in counts if name not in place and name[0] != "x")
    np.testing.assert_allclose(vector.known, firm / (firm + strange) if firm + strange else 0, rtol=1e-6)
