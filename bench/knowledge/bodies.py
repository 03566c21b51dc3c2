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
from typing import Any

from kefu.ai.knowledge.passages import cut
from kefu.ai.knowledge.sentences import split_sentences
from kefu.ai.knowledge.terms import NOT_LETTERS
from kefu.core.articles import Article, Passage
from kefu.core.nouns import Language

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
STARTER = ROOT / "kefu" / "starter" / "education"
MARK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
SMALL = {1: 24, 5: 12, 30: 12}
"""Answers of a small library, and how many such libraries are made of a set."""
MOST_ASKED = 50
"""Questions with an answer that are asked of a small library."""
MOST_SHORT = 2
"""Sentences from which a passage can do without one."""
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


def lines(file: Path) -> Iterator[dict[str, Any]]:
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


def closed_links(body: Body) -> Body:
    """The same, but right is also what links lead to by way of other texts, and what differs in punctuation alone."""
    parents: dict[str, str] = {}

    def root(text: str) -> str:
        while parents.setdefault(text, text) != text:
            text = parents[text]
        return text

    plain = {one.id: NOT_LETTERS.sub("", one.passages[0].question) for one in body.articles}
    for text, right in body.questions:
        for number in right:
            parents[root(NOT_LETTERS.sub("", text))] = root(plain[f"{number:07}"])
    groups: dict[str, set[int]] = {}
    for one in body.articles:
        groups.setdefault(root(plain[one.id]), set()).add(int(one.id))
    asked = [(text, frozenset(groups[root(NOT_LETTERS.sub("", text))])) for text, _ in body.questions]
    return Body(body.name, body.language, body.articles, asked)


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
    for file in sorted((STARTER / "skills").glob(f"*/examples.{language}.txt")):
        intent = ""
        for line in filter(None, map(str.strip, file.read_text("utf-8").splitlines())):
            if re.fullmatch(r"\[[^\]]*\]", line):
                intent = f"{file.parent.name} {line}"
            elif not line.startswith("#"):
                sentences.setdefault(intent, []).append(MARK.sub(r"\1", line))
    return _drawn(f"starter {language}", language, sentences, 0, 0)


def read_texts(language: Language) -> Body:
    """The sample school's examples beside the pages of the school and of kefu's own documentation, cut in passages.

    Every other passage has lost its heading, which is asked; the others, one of their sentences.
    """
    rows_ = read_starter(language)
    articles, questions, chance = list(rows_.articles), list(rows_.questions), random.Random(3)  # noqa: S311
    pages = [*(STARTER / "knowledge" / language).glob("*.md"), *(ROOT / "docs" / language).glob("*/*.md")]
    parts = [part for page in sorted(pages) for part in _parts(page)]
    of_section: dict[tuple[str, str], list[int]] = {}
    for number, (title, heading, _) in enumerate(parts, start=len(articles)):
        of_section.setdefault((title, heading), []).append(number)
    for at, (title, heading, text) in enumerate(parts):
        number, sentences = len(articles), split_sentences(text)
        asked = heading if at % 2 == 0 else ""
        right = of_section[title, heading] if asked else [number]  # a long section is several passages
        if not asked and len(sentences) > MOST_SHORT:
            asked = sentences.pop(chance.randrange(len(sentences)))
        passage = Passage(0, "\n".join(sentences), "" if asked == heading else heading)
        articles.append(Article(f"{number:07}", title, language, "bench:", "", (passage,), "", AT))
        if asked:
            questions.append((asked, frozenset(right)))
    return Body(f"texts {language}", language, articles, questions)


def without_questions(body: Body) -> Body:
    """The same, but every second article is no row of a table: only the text of its answer is known."""
    articles = [
        Article(one.id, "", one.language, "bench:", "", tuple(_cut(one.passages[0].text)), "", AT) if at % 2 else one
        for at, one in enumerate(body.articles)
    ]
    return Body(f"{body.name}, half as texts", body.language, articles, body.questions)


def small_parts(body: Body, chance: random.Random) -> Iterator[Body]:
    """Parts as the libraries of beginners: one to some forty articles; half of the questions have no answer there."""
    groups = sorted({frozenset(sorted(right)[:3]) for _, right in body.questions}, key=min)
    loose = sorted(set(range(len(body.articles))) - frozenset().union(*(right for _, right in body.questions)))
    for size in (size for size, times in SMALL.items() for _ in range(times)):
        kept = frozenset(chance.sample(loose, min(size // 3, len(loose))))
        for answers in chance.sample(groups, min(size, len(groups) // 2)):
            kept |= answers if len(kept) < size else frozenset()
        own = [(text, right & kept) for text, right in body.questions if right & kept]
        others = [(text, frozenset[int]()) for text, right in body.questions if not right & kept]
        asked = chance.sample(own, min(MOST_ASKED, len(own), len(others)))
        asked += chance.sample(others, len(asked))
        if asked:
            yield Body(body.name, body.language, [body.articles[number] for number in sorted(kept)], asked)


def _parts(page: Path) -> Iterator[tuple[str, str, str]]:
    """The passages of a Markdown page: its title, the nearest heading, the text; of the first one the title is both."""
    written = CODE.sub("", page.read_text("utf-8").split("+++")[-1])
    title = next((one[2:] for one in written.splitlines() if one.startswith("# ")), page.stem)
    for one in cut(written, title):
        heading = one.heading.rpartition(" › ")[2]
        yield title if heading else "", heading or title, one.text


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
