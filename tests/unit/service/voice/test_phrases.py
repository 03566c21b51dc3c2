"""What a caller may say: the state first, both languages within their limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_house import Bench

import kefu
from kefu.app.skills import load_catalog
from kefu.core.ports.speech import Expected, Phrase
from kefu.service.voice.phrases import MOST, OTHERS, Answered, Repertoire, digits_of, expected, hints

SCHOOL = load_catalog(Path(kefu.__file__).parent / "starter" / "education" / "skills", "verify_identity")


def texts(found: Expected, language: str) -> list[str]:
    return [phrase.text for phrase in found.phrases if phrase.language == language]


async def test_the_options_that_were_asked_about_come_first(bench: Bench) -> None:
    await bench.take("我学到哪了", "L2")
    talk = await bench.store.load("chat", "u")
    assert talk
    assert talk.flow
    repertoire = Repertoire.of(bench.house.catalog, [Answered("zh", "怎么开发票"), Answered("en", "how do I pay")])
    found = expected(talk, bench.house.catalog, repertoire, ("我要退款",), language="zh")
    labels = [option.label for option in talk.flow.question.options]  # type: ignore[union-attr]
    assert len(labels) > 1
    assert set(labels) <= set(texts(found, "zh")[: len(found.phrases)])
    assert texts(found, "zh")[0] == labels[0]
    assert (found.expects, digits_of(talk, bench.house.catalog)) == ("phrases", 1)
    assert hints(found)[0] == labels[0]
    assert {"转人工", "怎么开发票", "我要退款"} <= set(texts(found, "zh"))
    assert {"Talk to a person", "yes"} <= set(texts(found, "en"))


async def test_a_question_before_a_write_wants_yes_or_no(bench: Bench) -> None:
    await bench.take("我要退款", "L1")
    await bench.take("不想学了", "L1")
    talk = await bench.store.load("chat", "u")
    found = expected(talk, bench.house.catalog, Repertoire({}), (), language="zh")
    assert found.expects == "yes_no"
    assert texts(found, "zh")[:2] == ["确认", "取消"]


def test_a_call_that_just_began_knows_what_may_always_be_said(bench: Bench) -> None:
    found = expected(None, bench.house.catalog, Repertoire.of(bench.house.catalog, []), (), language="en")
    assert found.language == found.phrases[0].language == "en"
    assert found.expects == "free"
    assert digits_of(None, bench.house.catalog) == 0


def test_what_customers_ask_comes_first_and_small_talk_last() -> None:
    risks = {intent: SCHOOL.skills[name].risk for intent, name in SCHOOL.by_intent.items()}
    alone = [risks[phrase.id.split(":")[1]] for phrase in Repertoire.of(SCHOOL, []).phrases["zh"]]
    assert (alone[0], alone.index("read") < alone.index("write") < alone.index("none")) == ("read", True)
    texts = [Answered("zh", "几点上班", times=9), Answered("zh", "没人问的")]
    known = Repertoire.of(SCHOOL, texts, {"refund": 15}).phrases["zh"]
    assert [phrase.id for phrase in known[:2]] == ["text:0", "example:refund:0"]
    assert [phrase.text for phrase in known].index("没人问的") > len(risks)


def test_hints_are_the_first_of_each_kind() -> None:
    repertoire = Repertoire.of(SCHOOL, [Answered("zh", "几点上班", times=9)], {"refund": 400})
    found = expected(None, SCHOOL, repertoire, (), language="zh")
    first = [phrase.text for phrase in found.phrases if phrase.id.startswith("example:refund:")]
    assert len(first) > 1
    assert hints(found) == (first[0], "几点上班", SCHOOL.skills["course_progress"].examples["zh"][0][1])


def test_no_language_gets_more_than_a_closed_recogniser_can_tell_apart(bench: Bench) -> None:
    many = [
        Answered(language, f"{text}{'一二三四五六七八九十'[n % 10]}{n}")
        for n in range(500)
        for language, text in (("zh", "问"), ("en", "q"))
    ]
    repertoire = Repertoire.of(bench.house.catalog, many)
    found = expected(None, bench.house.catalog, repertoire, (), language="zh")
    assert (len(texts(found, "zh")), len(texts(found, "en"))) == (MOST["zh"], OTHERS)
    english = expected(None, bench.house.catalog, repertoire, (), language="en")
    assert (len(texts(english, "zh")), len(texts(english, "en"))) == (OTHERS, MOST["en"])
    few = expected(None, bench.house.catalog, repertoire, (), language="zh", most={"zh": 10, "en": 5})
    assert (len(texts(few, "zh")), len(texts(few, "en"))) == (10, 5)


def test_nothing_is_listened_for_twice_or_too_long(bench: Bench) -> None:
    repertoire = Repertoire(
        {"zh": (Phrase("a", "好的。", "zh"), Phrase("b", "好的", "zh"), Phrase("c", "长" * 40, "zh"))}
    )
    found = texts(expected(None, replace(bench.house.catalog, skills={}), repertoire, (), language="zh"), "zh")
    assert len([text for text in found if text.startswith("好的")]) == 1
    assert "长" * 40 not in found
