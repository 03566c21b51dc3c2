"""Which option a customer means."""

from __future__ import annotations

import pytest

from kefu.core.nouns import Entity, Option
from kefu.service.dialogue.match import match_answer, match_entities

COURSES = (
    Option("C1", "英语口语入门"),
    Option("C2", "英语写作提高"),
    Option("C3", "初中数学同步"),
    Option("C4", "Python 编程基础", aliases=("Python Basics",)),
)


def found(text: str, *entities: Entity) -> list[object]:
    return [option.value for option in match_answer(text, entities, ("course",), COURSES).options]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("英语口语入门", ["C1"]),
        ("口语", ["C1"]),
        ("口语那门", ["C1"]),
        ("英语课", ["C1", "C2"]),
        ("数学", ["C3"]),
        ("python basics", ["C4"]),
        ("ＰＹＴＨＯＮ", ["C4"]),
        ("pyhton basics", ["C4"]),
        ("2", ["C2"]),
        ("初终数学", ["C3"]),
        ("书学", ["C3"]),
        ("9", []),
        ("随便", []),
        ("这门课", []),
        ("", []),
    ],
)
def test_names_parts_places_and_sounds(text: str, values: list[str]) -> None:
    assert found(text) == values


def test_a_place_in_the_list() -> None:
    assert found("最后一个", Entity("ordinal", "最后一个", -1, 0, 4)) == ["C4"]
    assert found("第三个", Entity("ordinal", "第三个", 3, 0, 3)) == ["C3"]


def test_something_that_is_not_offered() -> None:
    named = Entity("course", "钢琴入门", "C99", 0, 4)
    match = match_entities((named,), ("course",), COURSES)
    assert match.other
    assert not match.options


def test_a_short_name_is_not_found_inside_a_word() -> None:
    assert not match_answer("i meant it", (), (), (Option("person", "Personal", aliases=("me",)),)).options


def test_an_entity_by_the_value_that_an_option_also_goes_by() -> None:
    order = Option("E2603010001", "英语口语入门 · E2603010001", aliases=("C1",))
    match = match_entities((Entity("course", "口语", "C1", 0, 2),), ("order_number", "course"), (order,))
    assert match.options == (order,)


def test_an_entity_by_its_value() -> None:
    match = match_entities((Entity("course", "Spoken English", "C1", 0, 4),), ("course",), COURSES)
    assert [option.value for option in match.options] == ["C1"]
