"""What the tone of a sentence is counted by: its words in their negation, its characters, and the lists of `mood`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.mood import CAPITALS, Mood
from kefu.ai.text.normal import Normal
from kefu.ai.text.words import Word

LONGEST = 600
"""Characters of a message that tell its tone."""

NEGATIONS = frozenset(
    "不 没 没有 无 别 未 并不 不是 不太 不怎么 从不 从没 毫无 不算 不会 不能 "
    "not no never n't without hardly barely nothing neither nor cannot".split()
)
SCOPE = 4
"""How many words after a negation it may turn."""

BORDER = re.compile(r"[,.!?;:。、~\n…]|but|however|但是?|不过|可是")
ENDING = re.compile(r"[.?!;。…\s]+")
"""What ends a message and says nothing of its tone: whether a question has its mark is a habit of writing."""

LISTED = ("good", "bad", "anger", "urgency", "marks", "questions", "capitals", *(f"word{n:+}" for n in range(-3, 4)))
"""What the lists say of a message, in the order of `Remark.listed`."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A message as its tone is read: `counts` of what it is made of, `listed` (14,) float32, `mood` by the lists."""

    counts: Counter[str]
    listed: np.ndarray
    mood: Mood


def make_remark(normal: Normal, words: Sequence[Word], mood: Mood) -> Remark:
    """Take a message apart; a name of a known kind counts as its kind, whichever it is."""
    shown = [word for word in words if word.end <= LONGEST]
    while shown and ENDING.fullmatch(shown[-1].text):
        shown.pop()
    return Remark(_count(normal.text, shown), _listed(normal, mood), mood)


def _count(text: str, words: Sequence[Word]) -> Counter[str]:
    """`n` one to three words, marked in the scope of a negation, `c` one to five characters."""
    marked, left = [], 0
    for word in words:
        shown = f"⟨{word.kind}⟩" if word.kind else word.text
        left = 0 if BORDER.fullmatch(word.text) else left
        marked.append(f"¬{shown}" if left else shown)
        left = SCOPE if word.text in NEGATIONS else max(0, left - 1)
    found = [f"n{' '.join(marked[at : at + n])}" for n in (1, 2, 3) for at in range(len(marked) - n + 1)]
    pieces, at = [" "], 0
    for word in words:
        pieces += [text[at : word.start], " " if word.kind else word.text]
        at = word.end
    joined = "".join([*pieces, " "])
    found += [f"c{joined[at : at + n]}" for n in range(1, 6) for at in range(len(joined) - n + 1)]
    return Counter(found)


def _listed(normal: Normal, mood: Mood) -> np.ndarray:
    marks = normal.original.count("!") + normal.original.count("！")
    questions = normal.text.count("?")
    shouted = len(CAPITALS.findall(normal.original))
    values = [max(mood.sentiment, 0), max(-mood.sentiment, 0), mood.anger, mood.urgency]
    values += [min(count, 3) / 3 for count in (marks, questions if questions > 1 else 0, shouted)]
    strengths = Counter(max(-3, min(3, round(weight))) for weight in mood.words)
    return np.array([*values, *(min(strengths[n], 3) / 3 for n in range(-3, 4))], np.float32)
