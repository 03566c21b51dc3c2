"""What is written in a format is read back the same, or it is said what was lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.ai.training.corpus import Corpus, Mark, Name, Pattern, Sentence
from kefu.ai.training.formats import FORMATS, read_files

HOLDS = {
    "rasa-yaml": {"value", "role", "group"},
    "rasa-json": {"value", "role", "group"},
    "dialogflow": {"role"},
    "luis": {"role"},
    "clu": set(),
    "snips-yaml": {"role"},
    "snips-json": {"role"},
    "jsonl": {"value", "role", "group"},
}
NAMED = {"rasa-yaml", "rasa-json", "dialogflow", "luis", "clu"}
ODD = st.sampled_from("[](){}\"'\\:#-|>&*!%@`,?= \t\n\r\x0b\x00\x85\u2028\ufeff😀é退款a1")
TEXT = st.text(ODD | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25).filter(str.strip)
LANGUAGES = st.sampled_from(["zh", "en"])
WORD = st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True)


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    text = draw(TEXT)
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    pairs = zip(edges[0::2], edges[1::2], strict=False)
    extra = st.none() | TEXT.filter(lambda value: value not in text)
    marks = tuple(
        Mark(start, end, draw(WORD), draw(extra), draw(st.just("") | WORD), draw(st.just("") | WORD))
        for start, end in pairs
    )
    return Sentence(text, draw(WORD), draw(LANGUAGES), marks)


def only(sentence: Sentence, parts: set[str]) -> Sentence:
    """A sentence with only those parts of its marks that a format holds."""
    without = {"value": None, "role": "", "group": ""}
    lost = {name: empty for name, empty in without.items() if name not in parts}
    marks = tuple(replace(m, **lost, **({"role": ""} if m.role == m.kind else {})) for m in sentence.marks)
    return replace(sentence, marks=marks)


@pytest.mark.parametrize("name", HOLDS)
@settings(max_examples=40, deadline=None)
@given(st.lists(sentences(), min_size=1, max_size=6))
def test_sentences_come_back_or_are_listed(name: str, given: list[Sentence]) -> None:
    given = [replace(one, marks=only(one, {"value", "role", "group"}).marks) for one in given]
    written = FORMATS[name].write(Corpus(tuple(given)))
    listed = {loss.what for loss in written.losses}
    loaded, names = read_files(written.files)
    assert names == (name,)
    assert loaded.losses == ()
    wanted = [only(one, HOLDS[name]) for one in given if one.text not in listed]
    came = [one for one in loaded.corpus.sentences if one.text not in listed]
    assert Counter(came) == Counter(wanted)
    lost = any(only(one, HOLDS[name]) != one for one in given)
    assert bool(written.losses) == (lost or len(wanted) < len(given))


@settings(max_examples=40, deadline=None)
@given(st.lists(sentences(), min_size=1, max_size=6))
def test_csv_keeps_every_text(given: list[Sentence]) -> None:
    written = FORMATS["csv"].write(Corpus(tuple(given)))
    loaded, _ = read_files(written.files)
    assert list(loaded.corpus.sentences) == [replace(one, marks=()) for one in given]
    assert len(written.losses) == sum(bool(one.marks) for one in given)


@pytest.mark.parametrize("name", sorted(NAMED | {"snips-yaml", "snips-json"}))
def test_names_and_patterns_come_back_or_are_listed(name: str) -> None:
    names = (
        Name("course", "English", ("spoken: English", "英语")),
        Name("course", "Piano"),
        Name("city", "New York", ("NYC",)),
    )
    patterns = (Pattern("order_number", r"E\d{10}"),)
    sentence = Sentence("my [course]", "progress", "en", (Mark(4, 10, "course"),))
    written = FORMATS[name].write(Corpus((sentence,), names, patterns))
    loaded, _ = read_files(written.files)
    assert set(loaded.corpus.names) == set(names)
    assert loaded.corpus.patterns == (patterns if name in NAMED else ())
    listed = {loss.what for loss in written.losses}
    assert (r"E\d{10}" in listed) == (name not in NAMED)


@pytest.mark.parametrize("name", ["dialogflow", "luis", "clu", "snips-yaml", "snips-json"])
def test_a_name_of_no_kind_is_listed_where_kinds_are_needed(name: str) -> None:
    corpus = Corpus((Sentence("hello", "greet", "en"),), (Name("", "VIP", ("very important",)),))
    assert any(loss.what == "VIP" for loss in FORMATS[name].write(corpus).losses)
