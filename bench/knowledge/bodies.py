"""The data sets of this bench as articles and questions."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kefu.core.articles import Article, Passage
from kefu.core.nouns import Language

AT = datetime(2026, 1, 1, tzinfo=UTC)
STARTER = Path(__file__).parents[2] / "kefu" / "starter" / "education" / "skills"
MARK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
PARAGRAPHS = 800
"""Characters that paragraphs of a document are joined to."""


@dataclass(frozen=True)
class Body:
    """Articles with questions: each the numbers of those that answer it, and the one that is the question itself."""

    name: str
    language: Language
    articles: Sequence[Article]
    questions: Sequence[tuple[str, frozenset[int]]]

    def half(self, which: int) -> Body:
        """The questions of one half, by the first bit of their SHA-256."""
        kept = [one for one in self.questions if hashlib.sha256(one[0].encode()).digest()[0] & 1 == which]
        return Body(self.name, self.language, self.articles, kept)


def article(number: int, language: Language, question: str, text: str = "") -> Article:
    """A row of questions and answers."""
    return Article(f"{number:07}", "", language, "bench:", "", (Passage(0, text, question=question),), "", AT)


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def lines(file: Path) -> Iterator[dict[str, object]]:
    """The lines of a JSON file."""
    with file.open(encoding="utf-8") as given:
        yield from map(json.loads, given)


def read_stackfaq(data: Path) -> Body:
    """125 questions of Stack Exchange with their answers; asked in other words."""
    found = list(lines(data / "stackfaq" / "faq.jsonl"))
    articles = [article(n, "en", one["question"], "\n".join(one["answers"])[:6000]) for n, one in enumerate(found)]
    asked = [(text, frozenset((n,))) for n, one in enumerate(found) for text in one["paraphrases"] or ()]
    return Body("stackfaq", "en", articles, asked)


def read_lcqmc(data: Path) -> Body:
    """The second sentences of the pairs that mean the same; the first ones are asked."""
    pairs = [one for one in rows(data / "lcqmc" / "dev.csv") if one["label"] == "1"]
    texts = list(dict.fromkeys(one["text_b"] for one in pairs))
    number = {text: at for at, text in enumerate(texts)}
    right: dict[str, set[int]] = {}
    for one in pairs:
        right.setdefault(one["text_a"], set()).add(number[one["text_b"]])
    asked = [(text, frozenset(found)) for text, found in right.items()]
    return Body("lcqmc", "zh", [article(n, "zh", text) for n, text in enumerate(texts)], asked)


def read_bq_faq(data: Path) -> Body:
    """942 questions to a bank; 2,056 ways to ask them."""
    articles = [article(int(one["faq_id"]), "zh", one["question"]) for one in rows(data / "bq_faq" / "faq.csv")]
    asked = [(one["query"], frozenset((int(one["faq_id"]),))) for one in rows(data / "bq_faq" / "queries.csv")]
    return Body("bq_faq", "zh", articles, asked)


def read_tau2(data: Path) -> Body:
    """698 documents of a bank; 97 tasks, each a page long, with the documents that they need."""
    folder = data / "tau2_bench" / "banking_knowledge"
    found = list(lines(folder / "documents.jsonl"))
    number = {one["id"]: at for at, one in enumerate(found)}
    articles = [
        Article(f"{n:07}", one["title"], "en", "bench:", "", tuple(_cut(one["content"])), "", AT)
        for n, one in enumerate(found)
    ]
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    asked = [
        (one["user_scenario"]["instructions"], frozenset(number[doc] for doc in one["required_documents"]))
        for one in tasks
    ]
    return Body("tau2 banking", "en", articles, asked)


def read_intents(file: Path, kept: int = 3, asked: int = 6) -> Body:
    """A labelled training file: a few sentences of each intent are articles, a few others are asked."""
    sentences: dict[str, list[str]] = {}
    for one in rows(file):
        sentences.setdefault(one["label"], []).append(one["text"])
    return _drawn(file.parent.name, "en", sentences, kept, asked)


def read_starter(language: Language) -> Body:
    """The examples of the sample school's skills: half of each intent are articles."""
    sentences: dict[str, list[str]] = {}
    for file in sorted(STARTER.glob(f"*/examples.{language}.txt")):
        intent = ""
        for line in filter(None, map(str.strip, file.read_text("utf-8").splitlines())):
            if re.fullmatch(r"\[[^\]]*\]", line):
                intent = f"{file.parent.name} {line}"
            elif not line.startswith("#"):
                sentences.setdefault(intent, []).append(MARK.sub(r"\1", line))
    return _drawn(f"starter {language}", language, sentences, 0, 0)


def _drawn(name: str, language: Language, sentences: dict[str, list[str]], kept: int, asked: int) -> Body:
    chance = random.Random(1)  # noqa: S311 - repeatable
    articles: list[Article] = []
    questions: list[tuple[str, frozenset[int]]] = []
    for label in sorted(sentences):
        texts = list(dict.fromkeys(sentences[label]))
        chance.shuffle(texts)
        split = kept or len(texts) // 2
        right = frozenset(range(len(articles), len(articles) + split))
        articles += [article(n, language, text) for n, text in zip(sorted(right), texts, strict=False)]
        questions += [(text, right) for text in texts[split : split + (asked or len(texts))]]
    return Body(name, language, articles, questions)


def _cut(text: str) -> Iterator[Passage]:
    number, joined = 0, ""
    for paragraph in [*re.split(r"\n\s*\n", text), ""]:
        if joined and (not paragraph or len(joined) + len(paragraph) > PARAGRAPHS):
            yield Passage(number, joined)
            number, joined = number + 1, ""
        joined += paragraph + "\n"
