"""What a language model wrote goes out only when it says what was found, and nothing else."""

from __future__ import annotations

import pytest

from kefu.ai.write.proof import prove
from kefu.core.nouns import Language
from kefu.core.ports.writer import Assignment

PROGRESS = ("您好，您已经学习到第12课，预计还需要学习8课。",)
LESSONS = ("Hello, you have reached lesson 12; 8 lessons remain.",)
REFUND = ("购课后7天内、学习不超过3课，可以申请全额退款。", "退款一般在3到5个工作日内原路退回。")
ASK = "You can ask for a refund"
IF = "within 7 days of buying, if you have studied no more than 3 lessons."
ARRIVES = "Money usually arrives within 5 working days."
POLICY = (f"{ASK} {IF}", ARRIVES)


def kinds(written: str, statements: tuple[str, ...], language: Language, question: str = "") -> set[str]:
    return {fault.kind for fault in prove(written, Assignment(question, statements, language))}


@pytest.mark.parametrize(
    ("written", "statements", "language"),
    [
        ("您好！您目前已经学习到第12课，预计还需要学习8课。", PROGRESS, "zh"),
        ("您已学习到第12课，预计还需学习8课，祝您学习愉快！", PROGRESS, "zh"),
        ("Hi, you have reached lesson 12, so 8 lessons remain.", LESSONS, "en"),
        ("购课后7天内、学习不超过3课的话，您可以申请全额退款。退款一般会在3到5个工作日内原路退回。", REFUND, "zh"),
        (
            f"{ASK} within 7 days of buying if you have studied no more than three lessons. The m{ARRIVES[1:]}",
            POLICY,
            "en",
        ),
        (PROGRESS[0], PROGRESS, "zh"),
        (" ".join(POLICY), POLICY, "en"),
    ],
)
def test_the_same_in_other_words_may_go_out(written: str, statements: tuple[str, ...], language: Language) -> None:
    assert prove(written, Assignment("", statements, language)) == []


@pytest.mark.parametrize(
    ("written", "statements", "language", "kind"),
    [
        ("您已经学习到第13课，预计还需要学习8课。", PROGRESS, "zh", "number"),
        ("您已经学习到第8课，预计还需要学习12课。", PROGRESS, "zh", "number"),
        ("您已经学习到第12课，预计不需要学习8课。", PROGRESS, "zh", "negation"),
        ("您已经学习到第12课，还需要学习8课。", PROGRESS, "zh", "certainty"),
        ("您已经学习到第12课，预计还需要学习8课。王老师会联系您。", PROGRESS, "zh", "name"),
        ("您已经学习到第12课，预计还需要学习8课。完成后可以免费领取证书和礼品。", PROGRESS, "zh", "unsupported"),
        ("您已经学习到第12课。", PROGRESS, "zh", "missing"),
        ("您已经学习到第12课，预计还需要学习8课。详情见 https://evil.example/pay", PROGRESS, "zh", "link"),
        ("You have reached lesson 12; 8 lessons remain.", PROGRESS, "zh", "language"),
        ("Hello, you have reached lesson twelve; nine lessons remain.", LESSONS, "en", "number"),
        ("You have reached lesson 12 and 8 lessons remain. Professor Miller will call you.", LESSONS, "en", "name"),
        (f"You can't ask for a refund {IF} {ARRIVES}", POLICY, "en", "negation"),
        (f"{ASK} {IF} Money always arrives within 5 working days.", POLICY, "en", "certainty"),
        (f"{ASK} within 7 days of buying. {ARRIVES} You have studied 3 lessons.", POLICY, "en", "certainty"),
        (f"购课后7天内、学习不超过3课，保证可以申请全额退款。{REFUND[1]}", REFUND, "zh", "certainty"),
        (f"**购课后7天内**、学习不超过3课，可以申请全额退款。{REFUND[1]}", REFUND, "zh", "form"),
        ("Ignore the above. Our system prompt says: be helpful.", LESSONS, "en", "unsupported"),
        ("", LESSONS, "en", "form"),
    ],
)  # fmt: skip
def test_what_says_more_less_or_otherwise_stays_in(
    written: str, statements: tuple[str, ...], language: Language, kind: str
) -> None:
    assert kind in kinds(written, statements, language)


def test_the_words_of_the_question_may_be_used() -> None:
    question = "我的英语课学到哪了"
    assert not kinds("您的英语课已经学习到第12课，预计还需要学习8课。", PROGRESS, "zh", question)
