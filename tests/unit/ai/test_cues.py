from __future__ import annotations

import pytest

from kefu.ai.text.cues import find_cues
from kefu.ai.text.normal import normalise

SAID = {
    "affirm": "好的谢谢|嗯嗯|可以|确认退款|是的|对|行|没有问题|退吧|yes please|Sure|that's right|ok|Yes, I confirm",
    "deny": "不是|不用了不用了|不用了谢谢|不用了，谢谢|谢谢，不用了|没有了|No|no thanks|not now",
    "cancel": "算了|算了不退了|别退了|不想退了|太贵了，算了吧|取消|cancel|never mind|don't refund it",
    "correct": "不是英语课，是数学课|我说的是英语|说错了，是第二个|actually my math course|I meant the first one",
    "person": "转人工|我要找人工客服|帮我转接人工|I want to talk to a human|connect me to an agent|真人客服",
    "stay": "不用转人工|不要转人工|别给我转人工了|我不想找人工客服|don't transfer me to an agent|"
    "no need to talk to a human",
    "mind": "我改主意了|后悔了|现在不想要了|I changed my mind|don't want it any more",
    "more": "还有吗|更多|more|next page",
}


@pytest.mark.parametrize(("cue", "text"), [(cue, text) for cue, texts in SAID.items() for text in texts.split("|")])
def test_one_cue(cue: str, text: str) -> None:
    assert find_cues(normalise(text).text) == {cue}


@pytest.mark.parametrize("text", ["不对，是英语课", "不对", "no, I meant English"])
def test_a_no_that_corrects(text: str) -> None:
    assert find_cues(normalise(text).text) == {"deny", "correct"}


@pytest.mark.parametrize(
    "text",
    "好的课程有哪些|你好|谢谢|对了我想问下退款|行不行啊|我想取消订单|cancel my order|人工智能课程有哪些|你是真人吗|"
    "我不要人工|are you a human?|联系不上老师|是不是要交钱|没关系|对不起|嗯？|可以？|可以吗|ok?|对不对|"
    "要不要|好不好|I want a refund|什么时候可以退款|"
    "不好意思|right now please|||，。".split("|"),
)
def test_no_cue(text: str) -> None:
    assert not find_cues(normalise(text).text)


def test_a_yes_may_lead_a_sentence() -> None:
    assert find_cues(normalise("好的，那退款什么时候到").text) == {"affirm"}


def test_a_yes_beside_a_no_is_none() -> None:
    assert find_cues(normalise("好的，不用了").text) == {"deny"}
