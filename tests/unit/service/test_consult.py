"""A turn that the company's own texts answer, on a real index: when they do, with what evidence, and when not."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import pytest
from chat_server import serving
from small_house import Bench, make_bench

from kefu.adapters.writers.chat import open_writer
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.write.proof import prove
from kefu.app.searches import Finder
from kefu.core.articles import Article, Audience, Passage
from kefu.core.events import DecisionTaken, Drafted, DrawnForReview, Event, HandedOff, QuestionLeft, Replied
from kefu.core.nouns import Conversation, Reading, Statement
from kefu.core.ports.knowledge import Hit, Part
from kefu.service.dialogue.decide import KNOWLEDGE
from kefu.service.turn.act import Work
from kefu.service.turn.consult import statements_of
from kefu.service.turn.rewrite import Pen
from kefu.testing.check_knowledge import AT

MATERIALS = "教材怎么邮寄？"
FREE = "教材在付款后3天内免费邮寄。偏远地区要7天。"


def text(
    name: str, question: str, answer: str, *, audience: Audience = "public", until: date | None = None, link: str = ""
) -> Article:
    passage = Passage(0, answer, question=question, anchor="q1")
    return Article(
        name, question, "zh", f"page:{name}", answer, (passage,), answer, AT, audience, link, valid_until=until
    )


SHELF = (
    text("mail", MATERIALS, FREE, link="https://example.com/mail"),
    text("pause", "可以停课吗？", "一年可以停课两次，每次最多三十天。"),
    text("grade", "我的成绩单在哪里看？", "成绩单在“我的学习”里。", audience="signed_in"),
    text("spring", "春季优惠有多少？", "春季优惠减200元。", until=date(2026, 2, 1)),
    text("hall", "自习室几点开门？", "自习室九点开门。"),
    text("hall2", "自习室几点开门呢？", "自习室八点开门。"),
)


@pytest.fixture
def bench() -> Bench:
    knowledge = LexicalKnowledge()
    knowledge.put(SHELF)
    made = make_bench()
    made.house = replace(made.house, find=Finder(knowledge).find, review_share=1.0)
    return made


async def happened(bench: Bench, said: str, learner: str = "") -> list[Event]:
    return list((await bench.take(said, learner)).events)


def decided(events: list[Event]) -> tuple[str, str]:
    (one,) = [event for event in events if isinstance(event, DecisionTaken)]
    return one.decision, one.because


async def test_what_no_skill_knows_is_answered_by_the_texts_with_their_place(bench: Bench) -> None:
    events = await happened(bench, "教材怎么邮寄")
    assert decided(events) == ("answer", "found")
    (reply,) = [event for event in events if isinstance(event, Replied)]
    assert reply.text == FREE
    for statement in reply.statements:
        (evidence,) = statement.evidence
        assert evidence.source == "knowledge:mail@1/0"
        assert (evidence.title, evidence.link) == (MATERIALS, "https://example.com/mail#q1")
        assert statement.text.strip() in evidence.detail


async def test_a_skill_that_is_clearly_meant_comes_first(bench: Bench) -> None:
    assert decided(await happened(bench, "发票和教材怎么邮寄")) == ("run", "understood")


async def test_what_is_not_found_is_left_and_then_goes_to_people(bench: Bench) -> None:
    events = await happened(bench, "你们卖鞋吗")
    assert decided(events) == ("clarify", "unknown")
    (left,) = [event for event in events if isinstance(event, QuestionLeft)]
    assert left.text == "你们卖鞋吗"
    assert left.probability < 0.6
    assert decided(await happened(bench, "卖不卖袜子")) == ("hand_off", "not_understood")


def demand_more(bench: Bench, **more: float) -> None:
    """So sure that hardly anything is answered at once."""
    bench.house = replace(bench.house, promise=replace(bench.house.promise, own={KNOWLEDGE: 0.999}), **more)


async def test_what_may_be_meant_is_offered_and_the_one_picked_is_answered(bench: Bench) -> None:
    demand_more(bench)
    events = await happened(bench, "自习室啥时能进")
    assert decided(events) == ("clarify", "near")
    (offer,) = [event for event in events if isinstance(event, Replied)]
    assert offer.quick_replies[:2] == ("自习室几点开门？", "自习室几点开门呢？")
    (listed,) = [one for one in offer.statements if "自习室几点开门？" in one.text]
    assert {one.source for one in listed.evidence if one.source.startswith("knowledge:")} >= {
        "knowledge:hall@1/0",
        "knowledge:hall2@1/0",
    }
    assert any(isinstance(event, QuestionLeft) for event in events)
    picked = await happened(bench, "自习室几点开门呢？")
    assert decided(picked) == ("answer", "picked")
    assert next(event.text for event in picked if isinstance(event, Replied)) == "自习室八点开门。"


async def test_an_offer_is_picked_by_its_place_and_otherwise_left(bench: Bench) -> None:
    demand_more(bench)
    await happened(bench, "自习室啥时能进")
    assert decided(await happened(bench, "2")) == ("answer", "picked")
    await happened(bench, "自习室啥时能进")
    assert decided(await happened(bench, "卖不卖袜子")) == ("hand_off", "not_understood")


async def test_nothing_is_offered_that_hardly_answers(bench: Bench) -> None:
    demand_more(bench, offer_at=1.0)
    assert decided(await happened(bench, "自习室啥时能进")) == ("clarify", "unknown")


async def test_an_answer_ends_the_stumbling(bench: Bench) -> None:
    await happened(bench, "你们卖鞋吗")
    await happened(bench, "可以停课吗")
    assert decided(await happened(bench, "卖不卖袜子")) == ("clarify", "unknown")


async def test_texts_for_those_who_signed_in_are_not_for_others(bench: Bench) -> None:
    assert decided(await happened(bench, "成绩单在哪里看")) == ("clarify", "unknown")
    events = list((await bench.take("成绩单在哪里看", "L1", "other")).events)
    assert decided(events) == ("answer", "found")


async def test_a_question_in_between_is_answered_and_the_matter_goes_on(bench: Bench) -> None:
    asked = await bench.say("我学到哪了", "L2")
    replies = await bench.say("教材怎么邮寄", "L2")
    assert replies == [FREE, "我们接着刚才的事。", asked[0]]
    assert await bench.say("第二个", "L2") == ["《初中数学》学到第5课。"]


async def test_a_garbled_answer_is_no_question(bench: Bench) -> None:
    await bench.say("我学到哪了", "L2")
    events = await happened(bench, "嗯嗯那个", "L2")
    assert decided(events) == ("run", "answer_not_understood")


async def test_texts_that_differ_are_both_named(bench: Bench) -> None:
    events = await happened(bench, "自习室几点开门")
    answer, note = [event for event in events if isinstance(event, Replied)]
    assert answer.text in ("自习室九点开门。", "自习室八点开门。")
    assert "自习室九点开门" in note.text
    assert "自习室八点开门" in note.text
    assert note.quick_replies == ("转人工",)


async def test_what_has_expired_is_named_and_goes_to_people(bench: Bench) -> None:
    events = await happened(bench, "春季优惠有多少")
    assert decided(events) == ("hand_off", "expired")
    said = "".join(event.text for event in events if isinstance(event, Replied))
    assert "春季优惠" in said
    assert "2月1日" in said
    assert "200" not in said
    (handed,) = [event for event in events if isinstance(event, HandedOff)]
    assert handed.reason == "expired"


async def test_what_the_texts_would_say_is_judged(bench: Bench) -> None:
    events = await happened(bench, "教材怎么邮寄")
    (drawn,) = [event for event in events if isinstance(event, DrawnForReview)]
    assert (drawn.intent, drawn.answer.replace(" ", "")) == ("knowledge", FREE)
    assert 0.6 <= drawn.score <= 1
    bench.house = replace(bench.house, promise=replace(bench.house.promise, answer_at=1.1))
    events = list((await bench.take("教材怎么邮寄", "", "strict")).events)
    assert decided(events) == ("clarify", "near")
    assert [event for event in events if isinstance(event, DrawnForReview)] == [replace(drawn, at=events[0].at)]


async def test_an_intent_s_own_threshold_holds_for_the_texts(bench: Bench) -> None:
    bench.house = replace(bench.house, promise=replace(bench.house.promise, own={"knowledge": 1.1}))
    assert decided(await happened(bench, "教材怎么邮寄")) == ("clarify", "near")


async def test_in_the_shadow_it_is_drafted(bench: Bench) -> None:
    bench.house = replace(bench.house, shadow=True)
    events = await happened(bench, "教材怎么邮寄")
    (draft,) = [event for event in events if isinstance(event, Drafted)]
    assert (draft.decision, draft.text) == ("answer", FREE)
    assert draft.can_be_sent
    assert FREE not in [event.text for event in events if isinstance(event, Replied)]


async def test_a_search_that_fails_is_no_answer(bench: Bench) -> None:
    class Torn(LexicalKnowledge):
        def search(self, query: object) -> list[object]:  # type: ignore[override]
            raise OSError("the disk is gone")

    bench.house = replace(bench.house, find=Finder(Torn()).find)
    assert decided(await happened(bench, "教材怎么邮寄")) == ("clarify", "unknown")


async def test_a_writer_may_say_it_and_adds_nothing(bench: Bench) -> None:
    house = bench.house
    with serving() as url:
        for model, writers in (("plain", {"knowledge", "writer"}), ("liar", {"knowledge"})):
            async with open_writer({"url": url, "model": model}) as writer:
                bench.house = replace(house, pen=Pen(writer, prove))
                events = list((await bench.take("教材怎么邮寄", "", model)).events)
            (reply,) = [event for event in events if isinstance(event, Replied)]
            assert reply.text == FREE
            sources = {one.source.partition(":")[0] for said in reply.statements for one in said.evidence}
            assert sources == writers


async def test_a_sentence_without_evidence_does_not_go_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["kefu.service.turn.consult"]
    monkeypatch.setattr(module, "statements_of", lambda part, _: [Statement(part.sentences[0], ())])
    events = await happened(bench, "教材怎么邮寄")
    said = [event.text for event in events if isinstance(event, Replied)]
    assert not any(FREE.startswith(text) for text in said)
    assert any(isinstance(event, HandedOff) for event in events)


def test_sentences_stand_on_lines_as_they_did() -> None:
    article = replace(text("steps", "怎么做", "先打开。再点。\n1. 完成"), language="en")
    hit = Hit(article, article.passages[0], 1.0, 1.0)
    work = Work(make_bench().house, Conversation("c", "chat", "u"), Reading.unknown("?"), AT, "r")
    assert [one.text for one in statements_of(Part(hit, ("先打开。", "再点。", "1. 完成")), work)] == [
        "先打开。",
        "再点。\n",
        "1. 完成\n",
    ]
