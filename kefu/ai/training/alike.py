"""Sentences that are nearly alike, found without comparing each with each.

Source: R. Bayardo, Y. Ma, R. Srikant, "Scaling Up All Pairs Similarity Search" (2007): two
sets that share enough have a rare element in common among their rarest few.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from kefu.ai.text.normal import normalise
from kefu.ai.training.corpus import Sentence

ALIKE = 0.75
"""The share of common pieces (Jaccard) from which two sentences are nearly alike."""

SILENT = re.compile(r"[^\w⟨⟩]+")
GRAM = 3


def shape(sentence: Sentence) -> str:
    """What the reader sees of a sentence: folded, without punctuation, marked names as their kind."""
    text, at = "", 0
    for mark in sentence.marks:
        text += f"{sentence.text[at : mark.start]}⟨{mark.kind}⟩"
        at = mark.end
    return SILENT.sub(" ", normalise(text + sentence.text[at:]).text).strip()


def near_pairs(shapes: Sequence[str], least: float = ALIKE) -> Iterator[tuple[int, int, float]]:
    """Every pair of different shapes (first, second, likeness) that are at least so much alike.

    Likeness is the Jaccard index of their runs of three characters. Exact; 4.5 s of CPU for
    10,000 sentences.
    """
    grams = [_grams(text) for text in shapes]
    spread = Counter(gram for one in grams for gram in one)
    ordered = [sorted(one, key=lambda gram: (spread[gram], gram)) for one in grams]
    by_size = sorted(range(len(shapes)), key=lambda at: len(grams[at]))
    holders: dict[str, list[int]] = {}
    for at in by_size:
        size = len(grams[at])
        candidates: set[int] = set()
        first_few = ordered[at][: size - int(-(-least * size // 1)) + 1]
        for gram in first_few:
            known = holders.setdefault(gram, [])
            for other in reversed(known):
                if len(grams[other]) < least * size:
                    break
                candidates.add(other)
            known.append(at)
        for other in sorted(candidates):
            shared = len(grams[at] & grams[other])
            likeness = shared / (size + len(grams[other]) - shared)
            if likeness >= least and shapes[at] != shapes[other]:
                yield min(at, other), max(at, other), likeness


def _grams(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[at : at + GRAM] for at in range(max(1, len(padded) - GRAM + 1)))


def families(shapes: Sequence[str]) -> list[int]:
    """A number for each sentence; those that are nearly alike, also by way of others, share it. Shape (n,)."""
    parent = list(range(len(shapes)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    first: dict[str, int] = {}
    for at, text in enumerate(shapes):
        parent[at] = first.setdefault(text, at)
    places = list(first.values())
    for one, other, _ in near_pairs(list(first)):
        a, b = sorted((root(places[one]), root(places[other])))
        parent[b] = a
    return [root(at) for at in range(len(shapes))]
