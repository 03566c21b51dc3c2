"""Sentences are chosen, not cut; halves are joined; contradictions are named."""

from __future__ import annotations

import pytest

from kefu.ai.knowledge.answers import amounts_in, choose_sentences, extract, halves_of
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.knowledge.sentences import split_sentences
from kefu.core.articles import Article, Passage
from kefu.core.ports.knowledge import Hit, Query
from kefu.testing.check_knowledge import AT, row


def hit(article: Article, probability: float = 0.9) -> Hit:
    return Hit(article, article.passages[0], 1.0, probability)


def page(name: str, title: str, text: str, language: str = "en") -> Article:
    return Article(name, title, language, "page:", text, (Passage(0, text),), text, AT)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It costs 3.50 euros. You pay at the end!", ["It costs 3.50 euros.", "You pay at the end!"]),
        ("Ask Dr. Wang, e.g. by phone. Then wait.", ["Ask Dr. Wang, e.g. by phone.", "Then wait."]),
        ("1. Open the app.\n2. Tap Refund", ["1. Open the app.", "2. Tap Refund"]),
        ("他说：“可以退。”然后走了。费用3.5元！", ["他说：“可以退。”", "然后走了。", "费用3.5元！"]),
        ("真的吗？！好。", ["真的吗？！", "好。"]),
        ('He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_they_end(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_the_sentences_that_answer_are_chosen_in_their_order() -> None:
    text = "We are a school in Suzhou. A refund takes seven days. Our teachers are kind. Late refunds are partial."
    chosen = choose_sentences("how long does a refund take", hit(page("a", "School", text)))
    assert chosen == [1, 3]
    text = "我们成立于2010年。退款会在七天内到账。校区在苏州。"
    assert choose_sentences("退款多久到账", hit(page("b", "学校", text, "zh"))) == [1]


def test_an_answer_to_a_listed_question_is_given_whole() -> None:
    article = row("a", "How do I reset it?", "Open the lid. Press the knob. Wait.")
    found = extract([("how to reset", [hit(article)])])
    assert found.parts[0].sentences == ("Open the lid.", "Press the knob.", "Wait.")


def test_steps_whose_heading_alone_repeats_the_question_are_given_whole() -> None:
    steps = "1. 刷新页面。\n2. 换一个网络。\n3. 把清晰度调低一级。"
    assert choose_sentences("看视频老是卡", hit(page("a", "视频卡顿", steps, "zh"))) == [0, 1, 2]
    assert choose_sentences("清晰度在哪里调", hit(page("a", "视频卡顿", steps, "zh"))) == [2]


def test_what_a_text_says_counts_more_than_how_another_question_sounds() -> None:
    knowledge = LexicalKnowledge()
    rules = page("rules", "退款规则", "付款 30 天内且学完不超过一半，退还没学的课。超过一半不退。", "zh")
    knowledge.put([rules, *(row(text, text, "不能。", language="zh") for text in ("能免费听一节吗", "还能转让吗"))])
    assert knowledge.search(Query("学了一半了还能退吗", "zh", "public", None))[0].article == rules


def test_two_halves_have_two_parts() -> None:
    assert halves_of("how do i get a refund, and where is my invoice?") == [
        "how do i get a refund",
        "where is my invoice",
    ]
    assert halves_of("怎么退款？发票在哪里下载？") == ["怎么退款", "发票在哪里下载"]
    assert halves_of("how do i get a refund?") == ["how do i get a refund?"]
    refund, invoice = row("r", "Refund?", "In 14 days."), row("i", "Invoice?", "Under Orders.")
    one, other = "how do i get a refund", "where is my invoice"
    found = extract([(one, [hit(refund)]), (other, [hit(invoice, 0.7)])])
    assert found.probability == 0.7
    assert [part.hit.article.id for part in found.parts] == ["r", "i"]
    assert [part.hit.article.id for part in extract([(one, [hit(refund)]), (other, [])]).parts] == ["r"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Refund period?", "Within 14 days."), ("What is the refund period?", "Within 30 days.")),
        (("退款期限", "十四天内可以退款。"), ("退款期限是多久", "30天内可以退款。")),
        (("The fee?", "It is $5."), ("What fee?", "The fee is $7.")),
    ],
)
def test_a_contradiction_is_named(one: tuple[str, str], other: tuple[str, str]) -> None:
    found = extract([("x", [hit(row("a", *one)), hit(row("b", *other), 0.8)])])
    assert [(dispute.one.sentences, dispute.other.sentences) for dispute in found.disputes] == [
        ((one[1],), (other[1],))
    ]


@pytest.mark.parametrize(
    ("other", "probability"),
    [
        (("What is the refund period?", "You have 14 days."), 0.8),  # the same
        (("What is the refund period?", "You have two weeks."), 0.8),  # no number of that unit
        (("Parcel weight?", "Up to 30 days."), 0.8),  # another question
        (("What is the refund period?", "Within 30 days."), 0.1),  # hardly a hit
    ],
)
def test_what_only_differs_is_no_contradiction(other: tuple[str, str], probability: float) -> None:
    hits = [hit(row("a", "Refund period?", "Within 14 days.")), hit(row("b", *other), probability)]
    assert not extract([("x", hits)]).disputes


def test_numbers_are_compared_as_digits() -> None:
    assert amounts_in("十四天内，收取5%的费用") == {"天": ["14"], "%": ["5"]}


def test_a_library_of_one_article_is_not_sure_of_everything() -> None:
    knowledge = LexicalKnowledge()
    knowledge.put([row("eat", "Where can I eat?", "On the ground floor.")])

    def probability(question: str) -> float:
        return knowledge.search(Query(question, "en", "public", None))[0].probability

    assert probability("where can we eat") > 0.9
    assert max(probability(other) for other in ("Where are you?", "Where is the office?", "How do I get there?")) < 0.6
