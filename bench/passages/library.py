"""A library of any size: the public sets' own articles, and passages made from sentences that people wrote."""

from __future__ import annotations

import csv
import gzip
import random
import re
import sys
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from kefu.core.articles import Article, Passage
from kefu.core.nouns import Language

sys.path.append(str(Path(__file__).parents[1] / "knowledge"))
from bodies import AT, Body, lines, read_bq_faq, read_lcqmc, read_stackfaq, read_tau2, rows

SETS = (read_stackfaq, read_lcqmc, read_bq_faq, read_tau2)
SENTENCE = re.compile(r"(?<=[。！？!?；])|(?<=[.?!;])\s|\n|(?<=[，,])(?=.{30})")
NAMES = 200_000
"""Invented words, drawn like natural ones: the products, places and codes that make vocabularies grow."""
PER_DOCUMENT = 4
"""Passages of an article that is no table row."""
SEED = 7


class Library:
    """Articles in an order that a seed decides, half of the passages in each language.

    Every second passage is a row of question and answer, the others stand four by four in articles of 80 to 160
    Chinese characters or 60 to 120 English words each. Sentences are drawn alike, so words stand as often as in
    the sets (Zipf's law); each passage has a few of `NAMES`, the r-th as often as 1 / r.
    """

    def __init__(self, data: Path) -> None:
        self.bodies: Sequence[Body] = [read(data) for read in SETS]
        self._sentences: dict[Language, list[str]] = {"zh": [], "en": []}
        self._questions: dict[Language, list[str]] = {"zh": [], "en": []}
        for language, text in _written(data):
            self._sentences[language] += [one.strip() for one in SENTENCE.split(text) if 4 <= len(one) <= 300]
        for language, text in _asked(data):
            self._questions[language].append(text)
        for one in (*self._sentences.values(), *self._questions.values()):
            one[:] = dict.fromkeys(one)
        self._weights = list(accumulate(1 / rank for rank in range(1, NAMES + 1)))

    def articles(self, size: int) -> Iterator[Article]:
        """The sets' articles, then made ones until there are `size` passages."""
        made = 0
        for at, body in enumerate(self.bodies):
            for one in body.articles:
                yield Article(f"{at}{one.id}", one.title, one.language, "bench:", "", one.passages, "", AT)
                made += len(one.passages)
        number = 0
        while made < size:
            chance = random.Random(SEED * 1_000_003 + number)  # noqa: S311 - repeatable
            language: Language = "zh" if number % 2 else "en"
            count = min(size - made, PER_DOCUMENT if number % 5 < 1 else 1)
            yield self._document(number, language, count, chance) if count > 1 else self._row(number, language, chance)
            number, made = number + 1, made + count

    def questions(self, most: int, language: Language | None = None) -> list[tuple[str, Language, frozenset[str]]]:
        """Questions of the sets with the articles that answer them; not those that stand in the library as they are."""
        known = {passage.question for body in self.bodies for one in body.articles for passage in one.passages}
        found = [
            (text[:200], body.language, frozenset(f"{at}{number:07}" for number in right))
            for at, body in enumerate(self.bodies)
            for text, right in body.half(1).questions
            if text not in known and language in (None, body.language)
        ]
        return random.Random(SEED).sample(found, min(most, len(found)))  # noqa: S311 - repeatable

    def _row(self, number: int, language: Language, chance: random.Random) -> Article:
        question = f"{chance.choice(self._questions[language])} {self._name(language, chance)}"
        text = " ".join(
            (*chance.choices(self._sentences[language], k=chance.randint(1, 3)), self._name(language, chance))
        )
        return Article(f"m{number}", "", language, "bench:", "", (Passage(0, text, question=question),), "", AT)

    def _document(self, number: int, language: Language, count: int, chance: random.Random) -> Article:
        passages = []
        for at in range(count):
            size, most, text = 0, chance.randint(300, 700) if language == "en" else chance.randint(80, 160), []
            while size < most:
                text.append(chance.choice(self._sentences[language]))
                size += len(text[-1])
            heading = chance.choice(self._questions[language])
            passages.append(Passage(at, "\n".join((*text, self._name(language, chance))), heading))
        title = f"{chance.choice(self._questions[language])} {self._name(language, chance)}"
        return Article(f"m{number}", title, language, "bench:", "", tuple(passages), "", AT)

    def _name(self, language: Language, chance: random.Random) -> str:
        rank = bisect(self._weights, chance.random() * self._weights[-1])
        spell = random.Random(rank)  # noqa: S311 - the name of a rank
        if language == "zh":
            return "".join(chr(spell.randint(0x4E00, 0x7FFF)) for _ in range(spell.randint(2, 3)))
        return "".join(spell.choice("bdfgklmnprstvz") + spell.choice("aeiou") for _ in range(spell.randint(2, 4)))


def _written(data: Path) -> Iterator[tuple[Language, str]]:
    """Texts that people wrote."""
    for name in ("stackfaq/faq.jsonl", "egret_wenda/qa.jsonl"):
        language: Language = "en" if name.startswith("stack") else "zh"
        for one in lines(data / name):
            answers = one.get("answers") or [one.get("answer")]
            yield from ((language, str(text)) for text in (answers if isinstance(answers, list) else []))
    for one in lines(data / "tau2_bench" / "banking_knowledge" / "documents.jsonl"):
        yield "en", str(one["content"])
    for row in rows(data / "cfpb_narratives" / "first_chunks_by_issue.csv"):
        yield "en", row["text"]
    for domain in ("airline", "finance"):
        yield from (("en", row["utterance"]) for row in rows(data / "multidogo" / f"{domain}_train.csv"))
    yield from (("zh", row["text"]) for row in rows(data / "waimai_10k" / "all.csv"))
    yield from (("zh", row["text"]) for row in _packed(data / "online_shopping_10_cats" / "all.csv.gz"))


def _asked(data: Path) -> Iterator[tuple[Language, str]]:
    """Questions that people asked, and that no question of the bench is answered by."""
    for row in _packed(data / "afqmc" / "train.csv.gz"):
        yield "zh", row["text_a"]
        yield "zh", row["text_b"]
    yield from (("zh", str(one["question"])[:60]) for one in lines(data / "egret_wenda" / "qa.jsonl"))
    for name in ("banking77", "clinc150", "hwu64"):
        yield from (("en", row["text"]) for row in rows(data / name / "train.csv"))


def _packed(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as given:
        return list(csv.DictReader(given))
