"""How well is it heard whether a customer is content?

    python bench/sentiment/run.py --data DIR          learn from all but the test, read the test once
    python bench/sentiment/run.py --data DIR --dev    within the training part, for choices

Needs the packages of the group `bench`. DIR holds the folders that README.md names.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import Rows, figure, plain, write  # noqa: E402

from kefu.ai.text.lessons import prepare  # noqa: E402
from kefu.ai.text.mood import read_mood  # noqa: E402
from kefu.ai.text.normal import normalise  # noqa: E402
from kefu.ai.text.sound import build_sounds  # noqa: E402
from kefu.ai.text.tone import Tones  # noqa: E402
from kefu.ai.text.tone_features import make_remark  # noqa: E402
from kefu.ai.text.words import cut_words  # noqa: E402
from kefu.ai.training.measures import calibration_error, macro_f1, wilson  # noqa: E402
from kefu.core.nouns import Language  # noqa: E402
from kefu.core.ports.reader import Example  # noqa: E402

POLES = {"0": "negative", "1": "positive"}
NEUTRAL_BELOW = 0.05
"""A compound of VADER nearer to 0 is neutral, as its authors say."""

PARTS = 10
"""A text belongs to one of so many parts by its digest: the last two are for the test, the one before for --dev."""

Listen = Callable[[str], str]


@dataclass(frozen=True)
class Set:
    """A data set: `file` within the data folder, `columns` of text and label, the `goal` for the accuracy in percent.

    `split` names the column that says what is `train` and what is `dev`; where there is none, the digest decides.
    """

    name: str
    file: str
    language: Language
    columns: tuple[str, str]
    split: str = ""
    goal: float | None = None

    def rows(self, data: Path, *, dev: bool) -> tuple[Rows, Rows]:
        """Texts with labels to learn from, and to read."""
        parts: tuple[Rows, Rows] = ([], [])
        for row, text, label in self._labelled(data):
            part = part_of(text)
            is_test = row[self.split] == "dev" if self.split else part >= PARTS - 2
            is_read = part == PARTS - 3 if dev else is_test
            if not (dev and is_test):
                parts[is_read].append((text, label))
        return parts

    def _labelled(self, data: Path) -> Iterator[tuple[dict[str, str], str, str]]:
        path = data / self.file
        if not path.is_file():
            sys.exit(f"{path} is missing; the README of this bench says where it comes from.")
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                text, label = (row[name] for name in self.columns)
                if label := POLES.get(label, label) if self.columns[1] != "mean_rating" else sign_of(float(label)):
                    yield row, text, label


SETS = (
    Set("waimai", "waimai_10k/all.csv", "zh", ("text", "label"), "split", 92.0),
    Set("online shopping", "online_shopping_10_cats/all.csv.gz", "zh", ("text", "label"), "split", 94.5),
    Set("airline tweets", "airline_tweets/Tweets.csv", "en", ("text", "airline_sentiment")),
    Set("tweets", "vader_groundtruth/tweets.csv", "en", ("text", "mean_rating")),
    Set("editorials", "vader_groundtruth/nytEditorialSnippets.csv", "en", ("text", "mean_rating")),
)


def main() -> None:
    """Measure all sets and write results.json (not with --dev or --sets)."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--dev", action="store_true", help="read a part of the training texts; writes no results")
    parser.add_argument("--sets", nargs="*", help="names of sets to measure; writes no results")
    options = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for one in SETS:
        if options.sets is None or one.name in options.sets:
            figures += measure(one, *one.rows(options.data, dev=options.dev))
    if not options.dev and options.sets is None:
        write(HERE, "python bench/sentiment/run.py --data DIR", figures)


def measure(one: Set, train: Rows, test: Rows) -> list[dict[str, Any]]:
    """Learn a set, and hear its test with all who listen."""
    print(f"{one.name}: {len(train):,} texts to learn from, {len(test):,} to read", flush=True)
    commonest = Counter(label for _, label in train).most_common(1)[0][0]
    has_neutral = any(label == "neutral" for _, label in train)
    others: dict[str, Listen] = {"always the commonest": lambda _: commonest, "the word lists": listed(has_neutral)}
    if one.language == "en":
        others["VADER"] = vader(has_neutral)
    began = time.process_time()
    tones = learn(train, one.language)
    learned = time.process_time() - began
    sure, spent, pairs = [], [], []
    for text, label in test:
        began = time.process_time()
        normal = normalise(text)
        remark = make_remark(normal, cut_words(normal.text), read_mood(normal.text, normal.original))
        chances = tones.voices[one.language].judge(remark)["sentiment"]
        spent.append(1000 * (time.process_time() - began))
        heard = max(chances, key=lambda name: chances[name])
        pairs.append((label, heard))
        sure.append(chances[heard])
    figures = []
    beside = "VADER" if one.language == "en" else "the word lists"
    base: dict[str, tuple[float, float]] = {}
    for name, listen in others.items():
        figures += scores(f"{one.name}, {name}", found := [(label, listen(text)) for text, label in test])
        base[name] = (accuracy_of(found), 100 * macro_f1(found)[0])
    right = [label == heard for label, heard in pairs]
    at = f"{one.name}, kefu"
    return [
        *scores(at, pairs, baseline=base[beside], baseline_name=beside, goal=one.goal),
        figure(f"{at}: calibration error", 100 * calibration_error(sure, right), "%", "lower"),
        figure(f"{at}: hearing a message", statistics.mean(spent), "CPU ms", "lower"),
        figure(f"{at}: training", learned, "CPU s", "lower"),
        *figures,
    ]


def learn(rows: Rows, language: Language) -> Tones:
    """What kefu learns from texts under headings, as from a project's tone files."""
    examples = [Example(plain(text), "", language, label) for text, label in rows]
    return Tones.learn(prepare(examples, build_sounds(), lambda *_: None).remarks, lambda *_: None)


def scores(
    name: str,
    pairs: Sequence[tuple[str, str]],
    *,
    baseline: tuple[float, float] | None = None,
    baseline_name: str | None = None,
    goal: float | None = None,
) -> list[dict[str, Any]]:
    """Accuracy and macro-F1 with their intervals, in percent."""
    f1, *held = macro_f1(pairs)
    both = (
        ("accuracy", accuracy_of(pairs), wilson(sum(left == right for left, right in pairs), len(pairs)), goal),
        ("macro-F1", 100 * f1, held, None),
    )
    return [
        figure(
            f"{name}: {what}",
            value,
            "%",
            "higher",
            interval=[round(100 * one, 2) for one in interval],
            baseline=round(baseline[at], 2) if baseline else None,
            baseline_name=baseline_name,
            goal=aim,
        )
        for at, (what, value, interval, aim) in enumerate(both)
    ]


def accuracy_of(pairs: Sequence[tuple[str, str]]) -> float:
    """The share that was read rightly, in percent."""
    return 100 * statistics.mean(label == heard for label, heard in pairs)


def listed(has_neutral: bool) -> Listen:
    """Kefu's word lists alone; what they say nothing of is positive where nothing is neutral."""

    def listen(text: str) -> str:
        return pole(read_mood(normalise(text).text, text).sentiment, 1 / 3 if has_neutral else 0.0)

    return listen


def vader(has_neutral: bool) -> Listen:
    """VADER as its authors use it; a compound of 0 is positive where nothing is neutral."""
    reader = SentimentIntensityAnalyzer()
    least = NEUTRAL_BELOW if has_neutral else 0.0
    return lambda text: pole(reader.polarity_scores(text)["compound"], least)


def pole(value: float, least: float) -> str:
    """A sentiment from -1 to 1 as a word."""
    return "negative" if value < 0 and value <= -least else "positive" if value >= least else "neutral"


def sign_of(rating: float) -> str:
    """The side on which people's mean rating lies; empty for one in the middle."""
    return "positive" if rating > 0 else "negative" if rating < 0 else ""


def part_of(text: str) -> int:
    """The part of a text: equal ones, whatever their capitals and spaces, belong to one."""
    digest = hashlib.md5(normalise(text).text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % PARTS


if __name__ == "__main__":
    main()
