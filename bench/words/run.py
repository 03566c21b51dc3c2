"""Are texts cut into the right words, and do the words get the right part of speech?

    pip install -r bench/words/others.txt
    python bench/words/run.py --data DIR

DIR holds ud_zh_gsdsimp/dev.tsv and ud_en_ewt/dev.tsv; see README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import jieba
from nltk.tag.perceptron import PerceptronTagger
from nltk.tokenize import TreebankWordTokenizer, TweetTokenizer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import figure, write  # noqa: E402

from kefu.ai.text.words import ChineseSegmenter, EnglishSegmenter  # noqa: E402

Cut = Callable[[str], Sequence[str]]
Sentence = tuple[str, list[tuple[str, str]]]
"""A text, and its words with their tags (Penn tags in English, universal ones in Chinese)."""

UNIVERSAL = {
    "n": "NOUN", "t": "NOUN", "s": "NOUN", "f": "ADP", "v": "VERB", "a": "ADJ", "b": "ADJ", "z": "ADJ", "d": "ADV",
    "r": "PRON", "m": "NUM", "q": "NOUN", "p": "ADP", "c": "CCONJ",
    "u": "PART", "y": "PART", "x": "PUNCT", "w": "PUNCT",
    "nr": "PROPN", "ns": "PROPN", "nt": "PROPN", "nz": "PROPN",
}  # fmt: skip
"""jieba's tags as universal ones, by the longest beginning."""


def main() -> None:
    """Measure both languages and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the treebanks")
    options = parser.parse_args()
    chinese = sentences(options.data / "ud_zh_gsdsimp" / "dev.tsv", column=3)
    english = sentences(options.data / "ud_en_ewt" / "dev.tsv", column=4)
    zh, en = ChineseSegmenter(), EnglishSegmenter()
    own_zh: Cut = lambda text: [word.text for word in zh.cut(text)]  # noqa: E731
    own_en: Cut = lambda text: [word.text for word in en.cut(text.casefold())]  # noqa: E731
    figures = [
        *cuts("zh, words", chinese, own_zh, {"jieba 0.42": jieba.lcut, "a word for each character": list}),
        *cuts(
            "en, words",
            english,
            own_en,
            {"NLTK Treebank": TreebankWordTokenizer().tokenize, "NLTK Tweet": TweetTokenizer().tokenize},
        ),
        *tags("zh", chinese, lambda text: [(word.text, universal(word.tag)) for word in zh.cut(text)]),
        *tags("en", english, lambda text: [(word.text, word.tag) for word in en.cut(text.casefold())]),
        learned(english, en),
    ]
    write(HERE, "python bench/words/run.py --data DIR", figures)


def sentences(path: Path, column: int) -> list[Sentence]:
    """The sentences of a treebank with the tags of a column."""
    found: list[Sentence] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# text = "):
            found.append((line.removeprefix("# text = "), []))
        elif (cells := line.split("\t"))[0].isdigit():
            tag = cells[column]
            found[-1][1].append((cells[1], {"NNP": "NN", "NNPS": "NNS"}.get(tag, tag)))
    return found


def places(words: Iterable[str]) -> list[tuple[int, int]]:
    """Where words stand in the text without its blanks."""
    found, at = [], 0
    for word in words:
        size = len("".join(word.split()))
        if size:
            found.append((at, at + size))
        at += size
    return found


def f1(read: Sequence[Iterable[Any]], marked: Sequence[Iterable[Any]]) -> float:
    """F1 in percent of what was read against what was marked, over all sentences."""
    pairs = [(set(left), set(right)) for left, right in zip(read, marked, strict=True)]
    return 200 * sum(len(left & right) for left, right in pairs) / sum(len(left) + len(right) for left, right in pairs)


def cuts(name: str, texts: Sequence[Sentence], own: Cut, others: dict[str, Cut]) -> list[dict[str, Any]]:
    """F1 of words and the CPU of a sentence, each other tool beside ours."""
    marked = [places(word for word, _ in words) for _, words in texts]
    figures = []
    for tool, cut in {"kefu": own, **others}.items():
        cut(texts[0][0])
        began = time.process_time()
        read = [cut(text) for text, _ in texts]
        spent = 1e6 * (time.process_time() - began) / len(texts)
        figures.append(figure(f"{name}, {tool}: F1", f1(list(map(places, read)), marked), "%", "higher"))
        figures.append(figure(f"{name}, {tool}: CPU a sentence", spent, "µs", "lower"))
    return figures


def tagged(words: Sequence[tuple[str, str]]) -> list[tuple[tuple[int, int], str]]:
    """Places with tags."""
    return list(zip(places(word for word, _ in words), (tag for _, tag in words), strict=True))


def tags(name: str, texts: Sequence[Sentence], tag: Callable[[str], Sequence[tuple[str, str]]]) -> list[dict[str, Any]]:
    """Of the words that are cut as in the treebank, how many have its tag."""
    right = both = 0
    for text, words in texts:
        read, marked = dict(tagged(tag(text))), dict(tagged(words))
        same = read.keys() & marked.keys()
        both += len(same)
        right += sum(read[place] == marked[place] for place in same)
    return [figure(f"{name}, part of speech of words cut alike", 100 * right / both, "%", "higher", words=both)]


def universal(tag: str) -> str:
    """The universal tag for one of jieba's."""
    return UNIVERSAL.get(tag[:2]) or UNIVERSAL.get(tag[:1], "X")


def learned(texts: Sequence[Sentence], own: EnglishSegmenter) -> dict[str, Any]:
    """What a tagger that learns context would buy: trained on one half by digest, read on the other."""
    odd = [hashlib.sha256(text.encode()).digest()[0] % 2 for text, _ in texts]
    train = [
        [(word.casefold(), tag) for word, tag in words] for (_, words), is_odd in zip(texts, odd, strict=True) if is_odd
    ]
    test = [words for (_, words), is_odd in zip(texts, odd, strict=True) if not is_odd]
    tagger = PerceptronTagger(load=False)
    tagger.train(train, nr_iter=5)
    pairs = [
        (tag, got)
        for words in test
        for (_, tag), (_, got) in zip(words, tagger.tag([w.casefold() for w, _ in words]), strict=True)
    ]
    light = [
        (tag, found[0].tag if (found := own.cut(word.casefold())) else "") for words in test for word, tag in words
    ]
    share = [100 * sum(tag == got for tag, got in each) / len(each) for each in (pairs, light)]
    name = "en, part of speech of given words, NLTK perceptron trained on the other half"
    return figure(
        name, share[0], "%", "higher", baseline=share[1], baseline_name="kefu's light tagger", words=len(pairs)
    )


if __name__ == "__main__":
    main()
