"""Spans: the passes over labels agree with counting all of them, and a field finds what it never saw."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from kefu.ai.text import linear
from kefu.ai.text.chain import decode, label_of, may_follow, stretches_of
from kefu.ai.text.spans import Trust
from kefu.core.ports.reader import Example, Term, TrainableReader


def test_labels_and_stretches_are_two_forms_of_one_thing() -> None:
    stretches = [(0, 2, 1), (2, 3, 1), (4, 6, 0)]
    assert list(stretches_of(label_of(stretches, 7).tolist())) == stretches


@pytest.mark.parametrize("seed", range(5))
def test_the_likeliest_labels_and_their_probability_are_those_of_counting(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(5, 5)) * 2
    follows = np.where(may_follow(2), chance.normal(size=(5, 5)), -np.inf)
    odds = {}
    for labels in product(range(5), repeat=5):
        if labels[0] in (2, 4):
            continue
        total = sum(scores[at, label] for at, label in enumerate(labels))
        total += sum(follows[one, other] for one, other in pairwise(labels))
        odds[labels] = np.exp(total)
    best = max(odds, key=odds.__getitem__)
    found = decode(scores, follows)
    assert [(one.start, one.end, one.kind) for one in found] == list(stretches_of(best))
    for one in found:
        place = (one.start, one.end, one.kind)
        counted = sum(weight for labels, weight in odds.items() if place in stretches_of(labels)) / sum(odds.values())
        assert one.probability == pytest.approx(counted)


def test_trust_falls_where_a_model_was_too_sure() -> None:
    doubtful = Trust.learn([0.99] * 40, [True, False] * 20)
    assert doubtful.of(0.99) == pytest.approx(0.5, abs=0.1)
    assert Trust.learn([0.99] * 40, [True] * 40).of(0.99) > 0.95


CITIES = ("北京 上海 广州 深圳 杭州 南京 武汉 成都 西安 重庆 苏州 天津").split()
FORMS = ("我想去[{}](city)的校区上课", "[{}](city)有没有线下的班", "你们在[{}](city)开课吗")


@pytest.fixture(scope="module")
def cities() -> TrainableReader:
    examples = [Example(form.format(city), f"place_{at}", "zh") for at, form in enumerate(FORMS) for city in CITIES] + [
        Example(text, "refund", "zh") for text in ("我想退款", "退款什么时候到账", "课程不想上了", "怎么退钱")
    ]
    reader = linear.open_reader({})
    reader.fit(examples, lambda *_: None)
    return reader


def test_a_thing_that_no_example_names_is_found_by_how_it_is_spoken_of(cities: TrainableReader) -> None:
    (found,) = cities.read("你们在長沙开课吗").entities
    assert (found.kind, found.text, found.value) == ("city", "長沙", "長沙")
    assert not cities.read("退款什么时候到账").entities


def test_a_kind_that_the_records_list_has_no_other_values(cities: TrainableReader) -> None:
    cities.know({"city": [Term("北京", "BJ")]})
    assert [entity.value for entity in cities.read("你们在长沙开课吗").entities] == [None]
    assert [entity.value for entity in cities.read("你们在北京开课吗").entities] == ["BJ"]
    cities.know({})
