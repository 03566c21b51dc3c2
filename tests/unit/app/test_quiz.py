"""A company's list of questions: how it is read, what is right, and what two of them say, on a real index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from files import make_xlsx
from small_house import make_bench

from kefu.adapters.files.workbook import shown
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.app.library.answering import Answering
from kefu.app.library.texts import Texts
from kefu.app.quiz import Quiz, ask_all, share_of
from kefu.app.quiz.against import Against, Change, compare
from kefu.app.quiz.listed import Listed, read_list
from kefu.app.quiz.page import render
from kefu.app.searches import Finder
from kefu.core.errors import BadInput, TooLarge
from kefu.testing.check_knowledge import DAY, row

SHELF = (
    row("mail", "教材怎么邮寄？", "教材在付款后3天内免费邮寄。", language="zh"),
    row("pause", "可以停课吗？", "一年可以停课两次。", language="zh"),
    row("refund", "How do I get a refund?", "Ask within 14 days."),
    row("grades", "Where are my grades?", "Under My studies.", audience="signed_in"),
)


@pytest.fixture
def texts() -> Texts:
    knowledge = LexicalKnowledge()
    knowledge.put(SHELF)
    return Texts(SHELF, 0.6, 0.2, DAY, knowledge)


def listed(line: int, question: str, *expected: str, contains: str = "") -> Listed:
    return Listed(line, question, "en" if question.isascii() else "zh", "public", frozenset(expected), contains)


async def asked(texts: Texts, *questions: Listed) -> Quiz:
    return await ask_all(questions, texts, lambda *_: None)


def written(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text(text, encoding)
    return file


def keys(found: Sequence[Listed]) -> list[tuple[int, str, str, str, set[str], str]]:
    return [(one.line, one.question, one.language, one.audience, set(one.expected), one.contains) for one in found]


EXPECTED = [
    (2, "怎么寄教材", "zh", "public", {"mail"}, "3天"),
    (3, "refund, please", "en", "signed_in", {"refund", "pause"}, ""),
    (4, "多少钱", "zh", "public", set(), ""),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_a_table_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = (
        "问题,来源,受众,包含,note\n怎么寄教材,mail,,3天,x\n"
        '"refund, please",folder:refund.md | PAUSE,signed_in,,\n多少钱,,,\n\n'
    )
    assert keys(read_list(written(tmp_path, text, encoding=encoding), SHELF)) == EXPECTED


def test_a_list_is_json_lines_or_a_workbook(tmp_path: Path) -> None:
    rows = [
        {"question": "怎么寄教材", "source": "mail", "contains": "3天"},
        {"question": "refund, please", "source": ["refund", "pause"], "audience": "signed_in"},
        {"question": "多少钱", "source": ""},
    ]
    lines = written(tmp_path, "\n".join(["", *(json.dumps(one) for one in rows)]), "list.jsonl")
    assert keys(read_list(lines, SHELF)) == EXPECTED
    book = tmp_path / "list.xlsx"
    table = [
        ["question", "source", "audience", "contains"],
        ["怎么寄教材", "mail", "", "3天"],
        ["refund, please", "refund|pause", "signed_in", ""],
        ["多少钱", "", "", ""],
    ]
    book.write_bytes(make_xlsx({"list": table}))
    assert keys(read_list(book, SHELF)) == EXPECTED


def test_a_number_in_a_workbook_is_what_people_see() -> None:
    """Excel keeps 21 as 21.0, which stands in no answer."""
    assert [shown(cell) for cell in (21.0, 0.5, None, " a ")] == ["21", "0.5", "", "a"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "question,origin\na,mail\n", "a.csv:1: has no column source"),
        ("a.csv", "question,source\na,mail\n,mail\n", "a.csv:3: there is no question"),
        ("a.csv", 'question,source\n"a\nb",mail\nc,letter\n', "a.csv:4: no article is called 'letter'"),
        ("a.csv", "question,source\na,mail\nb,\na,pause\n", "a.csv:4: the question of line 2 again"),
        ("a.csv", "question,source,language\na,mail,fr\n", "a.csv:2: the language is 'fr'"),
        ("a.csv", "question,source,audience\na,mail,all\n", "a.csv:2: the audience is 'all'"),
        ("a.csv", "question,source,contains\na,,x\n", "a.csv:2: what must not be answered"),
        ("a.csv", "question,source\n", "has no questions"),
        ("a.csv", "", "has no column question and no column source"),
        ("a.jsonl", '{"question": "a"}\n', "a.jsonl:1: there is no source"),
        ("a.jsonl", '{"question": "a", "source": ""}\n[1]\n', "a.jsonl:2: is no object"),
        ("a.jsonl", "{\n", "a.jsonl:1: is no JSON"),
        ("a.xlsx", "question,source\n", "a.xlsx"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises((BadInput, TooLarge)) as caught:
        read_list(written(tmp_path, text, name), SHELF)
    assert said in caught.value.message
    with pytest.raises(BadInput, match="There is no"):
        read_list(tmp_path / "none.csv", SHELF)


async def test_what_comes_out_is_marked(texts: Texts) -> None:
    quiz = await asked(
        texts,
        listed(2, "教材怎么邮寄", "mail", contains="３天"),
        listed(3, "可以停课吗", "mail"),
        listed(4, "How do I get a refund?", "refund", contains="30 days"),
        listed(5, "可以停课吗？"),
        listed(6, "Where are my grades?", "grades"),
        listed(7, "Do you sell bicycles?"),
    )
    assert [one.mark for one in quiz.asked] == ["right", "wrong", "wrong", "wrong", "silent", "right"]
    assert [one.place for one in quiz.asked] == [1, 0, 1, 0, 0, 0]
    figures = quiz.figures
    assert (figures.first.count, figures.first.of) == (2, 4)
    assert (figures.answered.count, figures.right.count, figures.wrong.count) == (4, 1, 3)
    assert (figures.served.count, figures.served.of) == (1, 4)
    assert (figures.silent.count, figures.silent.of) == (1, 2)
    assert {name: one.answered.of for name, one in quiz.by_language.items()} == {"en": 3, "zh": 3}
    assert [one.listed.line for one in quiz.failures][-1] == 6
    sure = [one.probability for one in quiz.failures]
    assert sure == sorted(sure, reverse=True)
    assert sum(one.count for one in quiz.calibration) == 6


async def test_a_skill_takes_its_questions_before_the_texts_as_in_a_turn(texts: Texts) -> None:
    house = make_bench().house
    find = Finder(texts.knowledge).find
    school = replace(texts, answering=Answering(house.reader, house.catalog, house.promise, find, DAY))
    lines = (
        listed(2, "教材怎么邮寄", "mail"),
        listed(3, "教材怎么邮寄，我要退货", "mail"),
        listed(4, "英语课学到哪了"),
        listed(5, "多少钱"),
    )
    quiz = await asked(school, *lines)
    assert [one.mark for one in quiz.asked] == ["right", "skill", "skill", "right"]
    assert [(one.listed.line, one.skill) for one in quiz.taken] == [(3, "refund"), (4, "progress")]
    figures = quiz.figures
    assert (figures.skill.count, figures.answered.count, figures.served.of, figures.silent.of) == (2, 1, 1, 1)
    assert quiz.failures == []
    page = render(quiz, None, name="学校", language="zh")
    assert "由技能处理的问题" in page
    assert "还没有训练模型" in render(await asked(texts, *lines), None, name="学校", language="zh")


async def test_the_same_texts_give_the_same_report(texts: Texts) -> None:
    questions = [listed(2, "教材怎么邮寄", "mail"), listed(3, "可以停课吗", "pause")]
    assert json.dumps((await asked(texts, *questions)).as_dict()) == json.dumps(
        (await asked(texts, *questions)).as_dict()
    )


def test_intervals_are_exact() -> None:
    """Clopper and Pearson of 8 of 10, as R's binom.test gives them."""
    one = share_of(8, 10)
    assert (one.low, one.high) == (pytest.approx(0.4439045, abs=1e-6), pytest.approx(0.9747893, abs=1e-6))
    assert (share_of(0, 0).value, share_of(0, 0).low, share_of(0, 0).high) == (0.0, 0.0, 1.0)


async def test_an_earlier_report_is_compared_question_by_question(texts: Texts, tmp_path: Path) -> None:
    before = await asked(
        texts,
        listed(2, "教材怎么邮寄", "pause"),
        listed(3, "可以停课吗", "pause"),
        listed(4, "多少钱"),
        listed(5, "怎么付款"),
    )
    file = written(tmp_path, json.dumps(before.as_dict()), "old.json")
    now = await asked(
        texts, listed(2, "教材怎么邮寄", "mail"), listed(3, "可以停课吗"), listed(4, "多少钱"), listed(9, "几点下课")
    )
    found = compare(now, file)
    assert found.better == (Change("教材怎么邮寄", "wrong", "right"),)
    assert found.worse == (Change("可以停课吗", "right", "wrong"),)
    assert (found.shared, found.gone, found.new, found.chance) == (3, 1, 1, 1.0)
    page = render(now, found, name="<School>", language="zh")
    assert "&lt;School&gt;" in page
    assert "<School>" not in page
    assert "可能只是偶然" in page
    for text in ("{}", "[]", '{"questions": [{"question": "a", "language": "zh", "audience": "public"}]}', "no"):
        with pytest.raises(BadInput, match="is no report"):
            compare(now, written(tmp_path, text, "bad.json"))


def test_a_difference_is_more_than_chance_from_six_to_none_on() -> None:
    """Two-sided sign test: 2 / 2⁵ = 0.0625 of five, 2 / 2⁶ = 0.03125 of six."""
    one = Change("a", "silent", "right")
    five, six = (Against(9, (one,) * count, (), 0, 0) for count in (5, 6))
    assert (five.chance, five.is_certain) == (pytest.approx(0.0625), False)
    assert (six.chance, six.is_certain) == (pytest.approx(0.03125), True)
