"""Divide labelled sentences into a part to learn from and a part to test with."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.ai.training.alike import families, shape
from kefu.ai.training.corpus import Sentence


@dataclass(frozen=True, slots=True)
class Split:
    """Both parts, each in the order of the source; `families` counts groups of near-duplicates kept together."""

    train: tuple[Sentence, ...]
    test: tuple[Sentence, ...]
    families: int


def split(sentences: Sequence[Sentence], share: float, seed: int) -> Split:
    """Draw a test part of about this share from every intent and language; near-duplicates stay together.

    Deterministic for the same sentences, share and seed. A family goes to the test part
    while its stratum (that of its first sentence) still wants sentences; an intent of one
    family is only trained.
    """
    family = families([shape(sentence) for sentence in sentences])
    members: dict[int, list[int]] = {}
    for at, number in enumerate(family):
        members.setdefault(number, []).append(at)
    strata: dict[tuple[str, str], list[list[int]]] = {}
    for group in members.values():
        first = sentences[group[0]]
        strata.setdefault((first.intent, first.language), []).append(group)
    drawn: set[int] = set()
    for stratum in sorted(strata):
        groups = strata[stratum]
        random.Random(f"{seed}/{stratum}").shuffle(groups)  # noqa: S311 - not for secrets
        wanted = round(share * sum(map(len, groups)))
        taken = 0
        for group in groups[:-1]:
            if taken + len(group) <= wanted:
                drawn.update(group)
                taken += len(group)
    return Split(
        tuple(one for at, one in enumerate(sentences) if at not in drawn),
        tuple(one for at, one in enumerate(sentences) if at in drawn),
        sum(len(group) > 1 for group in members.values()),
    )
