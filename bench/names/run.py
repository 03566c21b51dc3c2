"""Are names from the records found however they are written, and nowhere else?

    python bench/names/run.py --data DIR          the sentences for the figure
    python bench/names/run.py --data DIR --dev    the others, for choices

DIR holds banking77/train.csv and smp2017_ecdt/train.csv with columns text,label; see README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from rapidfuzz import fuzz, process

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import figure, load, write  # noqa: E402

from kefu.ai.text.found import resolve  # noqa: E402
from kefu.ai.text.lexicon import Lexicon  # noqa: E402
from kefu.ai.text.marks import MARK, learn_manner, parse_marks  # noqa: E402
from kefu.ai.text.normal import normalise  # noqa: E402
from kefu.ai.text.sound import build_sounds  # noqa: E402
from kefu.ai.text.words import cut_words  # noqa: E402
from kefu.ai.training.noise import NOISES  # noqa: E402
from kefu.core.nouns import Language  # noqa: E402
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, Term  # noqa: E402
from kefu.service.skills.parse import read_examples  # noqa: E402

STARTER = HERE.parents[1] / "kefu" / "starter" / "education"
COURSES = 320
"""As many as the sample school has."""

ROUNDS = 5
ALIKE = 85
BASELINE = f"rapidfuzz partial_ratio, {ALIKE} and above"
PUBLIC = (("BANKING77", "banking77"), ("SMP2017", "smp2017_ecdt"))

Hit = tuple[int, int, str | None]
"""A stretch of the normalised text and what it names; None where several things share the name."""

Finder = Callable[[str], list[Hit]]


@dataclass(frozen=True)
class Title:
    """A course with its titles, and what people call it when they leave the level out."""

    names: dict[Language, str]
    topics: dict[Language, str]

    @property
    def value(self) -> str:
        """What the lexicon gives for it."""
        return self.names["en"]


@dataclass(frozen=True)
class Case:
    """A sentence with a name in it at `text[start:end]`; `right` holds each course that may be meant."""

    text: str
    start: int
    end: int
    right: frozenset[str]


def main() -> None:
    """Measure both languages and write results.json (not with --dev)."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--dev", action="store_true", help="the sentences for choices; writes no results")
    parser.add_argument("--errors", type=int, default=0, help="show so many errors of each kind")
    options = parser.parse_args()
    titles = Random(1).sample(list(all_titles()), COURSES)  # noqa: S311 - nothing secret
    learned, measured = halves(dev=options.dev)
    terms = [Term(one.names["zh"], one.value, (one.names["en"],)) for one in titles]
    finders = {"kefu": ours(terms, learned), BASELINE: by_similarity(terms)}
    figures: list[dict[str, Any]] = []
    for language in ("zh", "en"):
        frames = [one.text for one in measured if one.language == language and len(MARK.findall(one.text)) == 1]
        for spoilt, cases in spoil(frames, titles, language).items():
            figures += recall(f"{language}, {spoilt}", cases, finders, options.errors)
    unmarked = [one.text for one in measured if not MARK.search(one.text)]
    figures += alarms("school's sentences without a course", unmarked, finders, options.errors)
    for name, folder in PUBLIC:
        texts = [text for text, _ in load(options.data / folder / "train.csv")]
        figures += alarms(f"{name} train", texts, finders, options.errors)
    if not options.dev:
        write(HERE, "python bench/names/run.py --data DIR", figures)


def all_titles() -> Iterator[Title]:
    """Every title that catalogue.toml makes, recorded and live."""
    words = tomllib.loads((STARTER / "school" / "catalogue.toml").read_text("utf-8"))
    plain = ("{title}", "{title}")
    for subject in words["subjects"].values():
        for topic in subject["topics"]:
            for level in words["levels"]:
                for live in (plain, words["live"]):
                    named = [form.format(title=kind.format(topic=of)) for form, kind, of in zip(live, level, topic)]  # noqa: B905
                    yield Title({"zh": named[0], "en": named[1]}, {"zh": topic[0], "en": topic[1]})


def halves(*, dev: bool) -> tuple[list[Example], list[Example]]:
    """The starter's sentences in two halves by digest: to learn how customers speak of courses, and to read."""
    sentences: list[Example] = []
    for file in sorted((STARTER / "skills").glob("*/examples.*.txt")):
        language: Language = "zh" if file.name.endswith(".zh.txt") else "en"
        sentences += [Example(text, intent, language) for _, intent, text in read_examples(file.name, file.read_text())]
    for file in sorted((STARTER / "skills").glob("out_of_scope.*.txt")):
        language = "zh" if file.name.endswith(".zh.txt") else "en"
        lines = map(str.strip, file.read_text("utf-8").splitlines())
        sentences += [Example(line, OUT_OF_SCOPE, language) for line in lines if line and not line.startswith("#")]
    odd = [hashlib.sha256(one.text.encode()).digest()[0] % 2 == 1 for one in sentences]
    first = [one for one, is_odd in zip(sentences, odd, strict=True) if is_odd]
    second = [one for one, is_odd in zip(sentences, odd, strict=True) if not is_odd]
    return (second, first) if dev else (first, second)


def spoil(frames: Sequence[str], titles: Sequence[Title], language: Language) -> dict[str, list[Case]]:
    """Names as customers may write them, each in sentences of the school, by what was done to them."""
    chance = Random(2)  # noqa: S311 - nothing secret
    cases: dict[str, list[Case]] = {}
    noises = ("typos", "homophones", "traditional") if language == "zh" else ("typos",)
    for _ in range(ROUNDS):
        for frame in frames:
            title = chance.choice(titles)
            name = title.names[language]
            cases.setdefault("as written", []).append(put(frame, name, {title.value}))
            for noise in noises:
                spoilt = NOISES[noise](name, language, chance)
                cases.setdefault(noise, []).append(put(frame, spoilt, {title.value}))
            part = title.topics[language]
            owners = {one.value for one in titles if part in one.names[language]}
            kind = chance.choice(("", "课", "课程") if language == "zh" else ("", " course", " class"))
            cases.setdefault("in part", []).append(put(frame, part + kind, owners))
    return cases


def put(frame: str, name: str, right: set[str]) -> Case:
    """A marked sentence with another name in the place of the mark; places are those of the normalised text."""
    [mark] = MARK.finditer(frame)
    text = frame[: mark.start()] + name + frame[mark.end() :]
    normal = normalise(text)
    inside = [at for at, origin in enumerate(normal.starts) if mark.start() <= origin < mark.start() + len(name)]
    return Case(text, inside[0], inside[-1] + 1, frozenset(right))


def ours(terms: Sequence[Term], learned: Sequence[Example]) -> Finder:
    """The lexicon, knowing how customers speak from the sentences that are not read here."""
    lexicon = Lexicon({"course": terms}, build_sounds(), learn_manner(learned))

    def find(text: str) -> list[Hit]:
        normal = normalise(text)
        found = resolve(lexicon.find(normal.text, cut_words(normal.text)))
        return [(one.start, one.end, None if one.value is None else str(one.value)) for one in found]

    return find


def by_similarity(terms: Sequence[Term]) -> Finder:
    """What most bots do: the name that is most alike, if it is alike enough; kefu's normalising is lent to it."""
    pairs = [(normalise(name).text, term.value) for term in terms for name in (term.text, *term.aliases)]
    names = [name for name, _ in pairs]

    def find(text: str) -> list[Hit]:
        written = normalise(text).text
        best = process.extractOne(written, names, scorer=fuzz.partial_ratio, score_cutoff=ALIKE)
        if best is None:
            return []
        place = fuzz.partial_ratio_alignment(best[0], written)
        return [(place.dest_start, place.dest_end, pairs[best[2]][1])] if place else []

    return find


def judge(case: Case, found: Sequence[Hit]) -> str:
    """`right`, `wrong` course, or `missed`; of several that share a name, asking which one is right."""
    touching = [value for start, end, value in found if start < case.end and case.start < end]
    if any(value is not None and value not in case.right for value in touching):
        return "wrong"
    if any(value in case.right for value in touching) or (touching and len(case.right) > 1):
        return "right"
    return "unsure" if touching else "missed"


def recall(name: str, cases: Sequence[Case], finders: dict[str, Finder], shown: int) -> list[dict[str, Any]]:
    """How many names were understood, and how many taken for another course."""
    verdicts, spent = {}, {}
    for finder, find in finders.items():
        find(cases[0].text)  # loads what is loaded when first used
        began = time.process_time()
        found = [find(case.text) for case in cases]
        spent[finder] = 1000 * (time.process_time() - began) / len(cases)
        each = [judge(case, hits) for case, hits in zip(cases, found, strict=True)]
        verdicts[finder] = Counter(each)
        if finder == "kefu":
            errors = [(v, c, hits) for v, c, hits in zip(each, cases, found, strict=True) if v != "right"]
            for verdict, case, hits in errors[:shown]:
                print(f"  {verdict}: {case.text} | {case.text[case.start : case.end]} | {hits} | {sorted(case.right)}")
    own, other = verdicts["kefu"], verdicts[BASELINE]
    share = 100 / len(cases)
    more: dict[str, Any] = {"names": len(cases), "baseline_name": BASELINE}
    return [
        figure(f"{name}: understood", own["right"] * share, "%", "higher", baseline=other["right"] * share, **more),
        figure(f"{name}: another course", own["wrong"] * share, "%", "lower", baseline=other["wrong"] * share, **more),
        figure(f"{name}: CPU a message", spent["kefu"], "ms", "lower", baseline=spent[BASELINE], **more),
    ]


def alarms(name: str, texts: Sequence[str], finders: dict[str, Finder], shown: int) -> list[dict[str, Any]]:
    """In how many sentences that name no course one was found, and in how many one certain course."""
    plain = [parse_marks(text).text for text in texts]
    found = {finder: [find(text) for text in plain] for finder, find in finders.items()}
    for text, hits in [pair for pair in zip(plain, found["kefu"], strict=True) if pair[1]][:shown]:
        print(f"  {text} | {[(normalise(text).text[start:end], value) for start, end, value in hits]}")
    any_of = {finder: 100 * sum(map(bool, all_hits)) / len(plain) for finder, all_hits in found.items()}
    told = {
        finder: 100 * sum(any(value for _, _, value in hits) for hits in all_hits) / len(plain)
        for finder, all_hits in found.items()
    }
    more: dict[str, Any] = {"sentences": len(plain), "baseline_name": BASELINE}
    return [
        figure(f"{name}: false alarms", any_of["kefu"], "%", "lower", baseline=any_of[BASELINE], **more),
        figure(f"{name}: one course named", told["kefu"], "%", "lower", baseline=told[BASELINE], **more),
    ]


if __name__ == "__main__":
    main()
