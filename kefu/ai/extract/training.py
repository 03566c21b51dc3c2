"""Learn to extract from marked texts: on most of them, to learn from the rest how far to trust it, then on all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.extract.context import Context
from kefu.ai.extract.graph import write_graph
from kefu.ai.extract.marked import Marked, Score, score, without_overlaps
from kefu.ai.extract.network import Learner, Recipe, Task
from kefu.ai.extract.serving import DeepExtractor, SpanNetwork
from kefu.ai.extract.vocabulary import Cut, Vocabulary, cut
from kefu.ai.text.chain import label_of
from kefu.ai.text.spans import FEWEST, Trust
from kefu.core.errors import BadInput
from kefu.core.ports.reader import Progress

HELD = 12
"""Of so many texts one is held back."""

TOGETHER = 64
"""Texts that the encoder reads together."""

STEPS_OF_LEAST = 20
"""Probabilities that are tried for the least one that is shown."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A model and what was measured of it on the `held` texts that it had not seen: over all, and by kind."""

    extractor: DeepExtractor
    held: int
    overall: Score
    kinds: Mapping[str, Score]


def learn(
    texts: Sequence[Marked],
    *,
    seed: int,
    progress: Progress,
    context: Context | None = None,
    recipe: Recipe | None = None,
) -> Learned:
    """Train; about 5 minutes of CPU for 10,000 sentences of 40 characters. `context` is an encoder's.

    Raises `BadInput` where no kind is marked in at least five places.
    """
    counts = Counter(kind for text in texts for _, _, kind in text.spans)
    kinds = tuple(sorted(kind for kind, count in counts.items() if count >= FEWEST))
    if not kinds:
        raise BadInput(f"Nothing to learn from: a kind is learned from {FEWEST} marked places; mark some more.")
    cuts = [cut(text.text) for text in texts]
    kept = [at for at, one in enumerate(cuts) if one.units]
    chance = np.random.default_rng(seed).permutation(len(kept))
    held = [kept[at] for at in chance[: len(kept) // HELD]]
    rest = [kept[at] for at in chance[len(kept) // HELD :]]
    vocabulary = Vocabulary.build([cuts[at] for at in kept])
    labels = {at: labels_of(cuts[at], texts[at], kinds) for at in kept}
    numbers = {at: vocabulary.read(cuts[at]) for at in kept}
    states = dict(zip(kept, _states(context, [cuts[at] for at in kept], progress), strict=True)) if context else {}

    def task(places: Sequence[int]) -> Task:
        own = [numbers[at] for at in places], [labels[at] for at in places]
        return Task(*own, vocabulary.sizes, len(kinds), [states[at] for at in places] if context else ())

    learner = Learner(vocabulary.sizes, len(kinds), recipe or Recipe(), seed, context.width if context else 0)
    learner.learn(task(rest), "network", progress)
    network = _serve(learner, vocabulary, kinds, context)
    found = network.find([cuts[at] for at in held])
    wanted = [_known(texts[at], kinds) for at in held]
    tried = [
        (one.probability, (one.start, one.end, one.kind) in marked)
        for raw, marked in zip(found, wanted, strict=True)
        for one in raw
    ]
    trust = Trust.learn([one for one, _ in tried], [right for _, right in tried])
    least = _least(tried, trust, sum(map(len, wanted)))
    told = [[(one.start, one.end, one.kind) for one in raw if trust.of(one.probability) >= least] for raw in found]
    overall, by_kind = score(wanted, told)
    learner.go_over(task(kept), "all texts", progress)
    return Learned(
        DeepExtractor(_serve(learner, vocabulary, kinds, context), trust, least), len(held), overall, by_kind
    )


def labels_of(one: Cut, text: Marked, kinds: Sequence[str]) -> np.ndarray:
    """The label (n_units,) of each unit; a stretch covers the units that begin in it."""
    stretches = []
    places = one.places
    for start, end, kind in without_overlaps(text.spans):
        inside = [at for at, place in enumerate(places) if start <= place[0] < end]
        if inside and kind in kinds:
            stretches.append((inside[0], inside[-1] + 1, kinds.index(kind)))
    return label_of(stretches, len(one.units))


def _states(context: Context, cuts: Sequence[Cut], progress: Progress) -> list[np.ndarray]:
    """What the encoder makes of each text."""
    found: list[np.ndarray] = []
    for at in range(0, len(cuts), TOGETHER):
        found += context.read(cuts[at : at + TOGETHER])
        progress("encoder", len(found), len(cuts))
    return found


def _serve(learner: Learner, vocabulary: Vocabulary, kinds: Sequence[str], context: Context | None) -> SpanNetwork:
    weights = learner.weights()
    return SpanNetwork(write_graph(weights, tuple(vocabulary.sizes)), vocabulary, kinds, weights["steps"], context)


def _known(text: Marked, kinds: Sequence[str]) -> set[tuple[int, int, str]]:
    return {one for one in text.spans if one[2] in kinds}


def _least(tried: Sequence[tuple[float, bool]], trust: Trust, marked: int) -> float:
    """The least probability to be shown for the best F1 on what was held back; a half where that does not matter."""
    best, least = 0.0, 0.5
    sure = [(trust.of(one), right) for one, right in tried]
    for step in range(STEPS_OF_LEAST, 0, -1):
        at = step / STEPS_OF_LEAST * 0.5
        shown = [right for probability, right in sure if probability >= at]
        f1 = 2 * sum(shown) / (len(shown) + marked) if shown else 0.0
        if f1 > best:
            best, least = f1, at
    return least
