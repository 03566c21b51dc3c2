"""Longer forms: options of the manifest, open slots, answers that can't be used, and mending one of them."""

from __future__ import annotations

import pytest
from small_house import Bench


async def fill(bench: Bench, *texts: str) -> str:
    """The last reply to some messages."""
    replies = [reply for text in texts for reply in await bench.say(text)]
    return replies[-1]


@pytest.fixture
async def company(bench: Bench) -> Bench:
    """A form for a company that waits for a yes."""
    assert await fill(bench, "发票", "公司", "青禾", "12345") == "开给青禾，税号12345？"
    return bench


async def test_the_options_of_a_manifest_are_shown_in_the_words_of_the_replies(bench: Bench) -> None:
    taken = await bench.take("发票")
    assert taken.replies[0].text == "开给谁？\n1. 个人\n2. 公司"
    assert taken.replies[0].quick_replies == ("个人", "公司")


@pytest.mark.parametrize("answer", ["1", "个人", "开给自己吧"])
async def test_one_option_of_an_open_slot_fills_itself(bench: Bench, answer: str) -> None:
    assert await fill(bench, "发票", answer) == "开给林知夏，税号0？"


async def test_an_open_slot_without_options_is_asked(bench: Bench) -> None:
    assert await fill(bench, "发票", "单位") == "抬头？"


async def test_an_accepted_intent_is_the_answer_and_no_other_matter(bench: Bench) -> None:
    assert await fill(bench, "发票", "公司", "投诉有限公司") == "税号？"


async def test_an_answer_that_cannot_be_used_is_asked_again_twice(bench: Bench) -> None:
    assert await fill(bench, "发票", "公司", "青禾", "99999") == "税号不对。"
    assert await fill(bench, "嗯") == "税号不对。"
    assert "转接人工" in await fill(bench, "88888")


async def test_a_usable_answer_after_an_unusable_one(bench: Bench) -> None:
    assert await fill(bench, "发票", "公司", "青禾", "99999", "12345") == "开给青禾，税号12345？"


@pytest.mark.parametrize(
    ("doubt", "asked", "answer", "then"),
    [
        ("抬头写错了", "抬头？", "青苗", "开给青苗，税号12345？"),
        ("公司的税号写错了", "税号？", "12345", "开给青禾，税号12345？"),
    ],
)
async def test_a_slot_is_called_by_its_name_to_mend_it(
    company: Bench, doubt: str, asked: str, answer: str, then: str
) -> None:
    assert await fill(company, doubt) == asked
    assert await fill(company, answer) == then


async def test_what_depends_on_a_mended_answer_is_filled_anew(company: Bench) -> None:
    assert await fill(company, "不对，开给个人") == "开给林知夏，税号0？"


async def test_a_single_option_that_was_wrong_is_asked_openly(bench: Bench) -> None:
    assert await fill(bench, "发票", "个人", "抬头写错了") == "抬头？"
    assert await fill(bench, "林知秋") == "开给林知秋，税号0？"
