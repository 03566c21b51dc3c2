"""Examples as the models are taught them: read the same way as a customer's message, with what is marked in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.ai.text.found import Found, resolve
from kefu.ai.text.marks import parse_marks
from kefu.ai.text.memory import Lesson, LessonMemory
from kefu.ai.text.mood import read_mood
from kefu.ai.text.normal import Normal, normalise
from kefu.ai.text.patterns import IDENTIFIERS, find_patterns
from kefu.ai.text.phrase import Phrase, make_phrase
from kefu.ai.text.sound import Sounds
from kefu.ai.text.spans import Taught, taught
from kefu.ai.text.tone_features import Remark, make_remark
from kefu.ai.text.words import Word, cut_words
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, Progress


@dataclass(frozen=True, slots=True)
class Lessons:
    """What examples teach: `phrases` to the model of intents and `spans` to that of spans, one for each example.

    `remarks` are those of a stated tone, `kinds` the kinds of entities that are marked.
    """

    phrases: Sequence[Phrase]
    spans: Sequence[Taught]
    remarks: Sequence[tuple[Remark, Example]]
    kinds: frozenset[str]


def prepare(
    examples: Sequence[Example], sounds: Sounds, progress: Progress, memory: LessonMemory | None = None
) -> Lessons:
    """Read examples for the models; with a memory, only those that it does not hold."""
    found = (memory or LessonMemory(None, sounds)).lessons(examples, lambda one: read_example(one, sounds), progress)
    return Lessons(
        [lesson.phrase for lesson in found],
        [lesson.taught for lesson in found],
        [(one.remark, example) for one, example in zip(found, examples, strict=True) if one.remark],
        frozenset(kind for lesson in found for kind in lesson.kinds),
    )


def read_example(example: Example, sounds: Sounds) -> Lesson:
    """What an example teaches; about 0.2 ms."""
    marked = parse_marks(example.text)
    normal = normalise(marked.text)
    words = example_words(normal, marked.spans)
    phrase = make_phrase(normal.text, words, sounds)
    is_plain = not any(word.kind for word in words)
    spans = taught(normal, marked.spans, phrase.words if is_plain else tuple(cut_words(normal.text)))
    remark = make_remark(normal, words, read_mood(normal.text, normal.original)) if example.tone else None
    return Lesson(phrase, spans, tuple(kind for _, _, kind in marked.spans), remark)


def named(examples: Sequence[Example]) -> list[Example]:
    """The name of each intent as one more example of it, where it has words: `card_arrival` says much."""
    found = []
    for intent in sorted({example.intent for example in examples} - {OUT_OF_SCOPE}):
        words = re.findall(r"[^\W\d_]{3,}", intent.replace("_", " "))
        if words:
            found.append(Example(" ".join(words), intent, "en" if words[0].isascii() else "zh"))
    return found


def example_words(normal: Normal, spans: Sequence[tuple[int, int, str]]) -> list[Word]:
    """An example's words, where what is marked, and what has the form of an identifier, is one word.

    `spans` index the text before it was normalised.
    """
    marked = []
    for start, end, kind in spans:
        inside = [at for at, origin in enumerate(normal.starts) if start <= origin < end]
        if inside:
            marked.append(Found(kind, inside[0], inside[-1] + 1, None))
    found = [one for one in find_patterns(normal.text) if one.kind in IDENTIFIERS]
    free = [one for one in found if all(one.end <= mark.start or one.start >= mark.end for mark in marked)]
    return cut_words(normal.text, [(one.start, one.end, one.kind) for one in resolve([*marked, *free])])
