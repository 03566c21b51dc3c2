"""A found passage as a list of results shows it: its sentences, marked where they answer."""

from __future__ import annotations

from kefu.ai.knowledge.answers import choose_sentences
from kefu.ai.knowledge.sentences import split_sentences
from kefu.core.ports.knowledge import Hit

MOST = 4
"""Sentences that are shown of one passage."""


def excerpt(question: str, hit: Hit) -> tuple[tuple[str, bool], ...]:
    """Sentences around the first that answers, each with whether it does; what a semicolon joins stays together."""
    chosen = set(choose_sentences(question, hit))
    joined: list[tuple[str, bool]] = []
    for at, sentence in enumerate(split_sentences(hit.passage.text)):
        if joined and joined[-1][0].endswith(("；", ";")):
            before, answers = joined.pop()
            joined.append((f"{before}{'' if before.endswith('；') else ' '}{sentence}", answers or at in chosen))
        else:
            joined.append((sentence, at in chosen))
    first = next((at for at, (_, answers) in enumerate(joined) if answers), 0)
    start = max(0, first - 1)
    return tuple(joined[start : start + MOST])
