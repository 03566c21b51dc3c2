"""From a customer's lines and a colleague's reply to a question and an answer that hold for every customer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kefu.ai.knowledge.answers import amounts_in
from kefu.ai.knowledge.asking import GOES_ON
from kefu.ai.knowledge.groups import group
from kefu.ai.knowledge.phrases import is_of_one_customer, without_courtesy
from kefu.ai.knowledge.sentences import split_sentences
from kefu.ai.knowledge.terms import take_apart
from kefu.ai.text.cues import find_cues
from kefu.ai.text.normal import normalise
from kefu.ai.text.patterns import find_patterns
from kefu.ai.write.terms import NEGATIONS

LONGEST_QUESTION = 200
LONGEST_ANSWER = 1_200
"""Characters; what is longer tells a story."""

SHORTEST = 4
"""Letters of an answer that says something by itself: 可以。 does not."""

MOST_LINES = 3
"""A customer's last lines that make one question."""

ONE_THING = frozenset(("order_number", "tracking_number"))
A_DAY = re.compile(r"[+-]\d+d|\d{4}-|-{2,3}\d|[+-]\d+m-|[+-]\d+y-")
"""A date that is one day or month: tomorrow, 3 May; not a weekday, which comes again."""

CLOSE = 0.5
"""The share of common content from which two sentences speak of the same."""

ASKS = re.compile(r"[?？]\s*$|(?:吗|呢|么)[。.~～]?\s*$")


def draft_question(lines: Sequence[str]) -> str:
    """What a customer asked in some lines; empty where there is no question that can be understood by itself.

    Lines that only greet, thank or ask for a person do not count; numbers of orders and parcels go.
    """
    said = [one for line in lines if (one := without_courtesy(line)) and not _calls(one)][-MOST_LINES:]
    text = _without_numbers("\n".join(said))
    if not text or len(text) > LONGEST_QUESTION or GOES_ON.search(text.strip()) or not take_apart(text).subject:
        return ""
    return text


def draft_answer(replies: Sequence[str]) -> str:
    """What a colleague answered in some lines; empty where nothing of it can be said to every customer.

    Nothing is cut out of an answer but courtesies: where a sentence is about one customer, the others
    may be so, too.
    """
    text = "\n".join(one for reply in replies if (one := without_courtesy(reply)))
    letters = take_apart(text[:LONGEST_ANSWER]).letters
    if len(letters) < SHORTEST or len(text) > LONGEST_ANSWER or not is_for_all(text):
        return ""
    return text if is_answer(text) else ""


def is_answer(reply: str) -> bool:
    """Whether a line says more than courtesies and questions back."""
    sentences = split_sentences(without_courtesy(reply))
    return not all(ASKS.search(one) for one in sentences)


def is_for_all(answer: str) -> bool:
    """Whether an answer speaks of no single order, day, person or deed for one customer."""
    if is_of_one_customer(answer):
        return False
    found = list(find_patterns(normalise(answer).text))
    return not any(one.kind in ONE_THING or (one.kind == "date" and A_DAY.match(str(one.value))) for one in found)


def asks_the_same(question: str, text: str) -> bool:
    """Whether a later message asks the same again."""
    said = without_courtesy(text)
    return bool(said) and len(group([question, said])) == 1


def contradicts(one: str, other: str) -> bool:
    """Whether two answers to the same question can't both be right, as far as words show it.

    They give different amounts of the same unit, or one denies what the other says in nearly the same words.
    """
    ours, theirs = amounts_in(one), amounts_in(other)
    if any(not set(ours[unit]) & set(theirs[unit]) for unit in ours.keys() & theirs.keys()):
        return True
    first, second = ([_sides(sentence) for sentence in split_sentences(text)] for text in (one, other))
    return any(
        denied != also_denied and _overlap(said, also_said) >= CLOSE
        for said, denied in first
        for also_said, also_denied in second
    )


def _sides(sentence: str) -> tuple[frozenset[str], bool]:
    """The content of a sentence, and whether it denies it."""
    plain = normalise(sentence).text
    return frozenset(take_apart(NEGATIONS.sub("", plain)).subject), len(NEGATIONS.findall(plain)) % 2 == 1


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _calls(line: str) -> bool:
    """Whether a line only calls for a person."""
    return bool(find_cues(normalise(line).text) & {"person", "stay"})


def _without_numbers(text: str) -> str:
    normal = normalise(text)
    for one in sorted(find_patterns(normal.text), key=lambda one: -one.start):
        if one.kind in ONE_THING:
            text = text.replace(normal.slice(one.start, one.end), "")
    return " ".join(text.split())
