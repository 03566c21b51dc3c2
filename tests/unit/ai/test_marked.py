"""Marked texts: read from every form, written as ours, scored by stretch and kind."""

from __future__ import annotations

import json

import pytest

from kefu.ai.extract.files import read_marked, write_marked
from kefu.ai.extract.marked import Marked, score, without_overlaps
from kefu.core.errors import BadInput

OURS = Marked("我要退英语课的费用", ((1, 3, "wish"), (3, 6, "course")))


def test_our_own_form_comes_back_as_it_was() -> None:
    texts = [OURS, Marked("没有标注"), Marked('引号"和\u2028换行', ((0, 2, "product"),))]
    assert read_marked("a.jsonl", write_marked(texts)) == texts


def test_cluener_counts_the_last_character_in() -> None:
    line = {"text": "浙商银行的叶老桂", "label": {"company": {"浙商银行": [[0, 3]]}, "name": {"叶老桂": [[5, 7]]}}}
    (found,) = read_marked("dev.json", json.dumps(line, ensure_ascii=False))
    assert found == Marked("浙商银行的叶老桂", ((0, 4, "company"), (5, 8, "name")))


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-N I-N O B-T", ((0, 2, "N"), (3, 4, "T"))),
        ("B-N E-N O S-T", ((0, 2, "N"), (3, 4, "T"))),
        ("B-N B-N O S-T", ((0, 1, "N"), (1, 2, "N"), (3, 4, "T"))),
        ("B_N M_N E_N O", ((0, 3, "N"),)),
        ("I-N I-T O I-T", ((0, 1, "N"), (1, 2, "T"), (3, 4, "T"))),
    ],
)
def test_columns_of_characters(tags: str, spans: tuple) -> None:
    lines = [f"{char} {tag}" for char, tag in zip("吴重阳教", tags.split(), strict=True)]
    assert read_marked("x.bmes", "\n".join([*lines, "", ""])) == [Marked("吴重阳教", spans)]


def test_columns_of_words_stand_apart() -> None:
    text = "Redondo\tB-loc\nBeach\tI-loc\nBlvd\tI-loc\n.\tO\n\nok O\n"
    assert read_marked("x.conll", text) == [Marked("Redondo Beach Blvd .", ((0, 18, "loc"),)), Marked("ok")]


@pytest.mark.parametrize(
    "content",
    ['{"text": "短", "entities": [{"start": 0, "end": 9, "entity": "x"}]}', '{"text": 3}', '{"no": 1}', "{", "a b c\n"],
)
def test_what_is_no_marked_text_is_named_with_its_line(content: str) -> None:
    with pytest.raises(BadInput, match=r"x\.txt:1"):
        read_marked("x.txt", content)


def test_a_find_is_right_when_stretch_and_kind_are() -> None:
    overall, kinds = score([[(0, 2, "a"), (3, 4, "b")]], [[(0, 2, "a"), (3, 4, "a"), (5, 6, "a")]])
    assert (overall.right, overall.found, overall.marked) == (1, 3, 2)
    assert (overall.precision, overall.recall, overall.f1) == (1 / 3, 1 / 2, 0.4)
    assert (kinds["b"].f1, kinds["b"].precision) == (0.0, 0.0)


def test_of_stretches_that_overlap_the_longest_stays() -> None:
    assert without_overlaps([(2, 3, "x"), (0, 4, "y"), (4, 5, "z"), (4, 5, "z"), (6, 6, "w")]) == (
        (0, 4, "y"),
        (4, 5, "z"),
    )
