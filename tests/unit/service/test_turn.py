"""The turn, through its door: what customers get, and what is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from small_house import Bench, make_bench

from kefu.core.errors import Conflict
from kefu.core.events import EffectPromised, HandedOff, TicketOpened, TurnTraced
from kefu.core.nouns import Conversation
from kefu.service.dialogue.fold import fold
from kefu.service.turn.trace import STAGES


async def events(bench: Bench, kind: type) -> list:
    return [one.event for one in bench.store._log if isinstance(one.event, kind)]


async def test_the_main_job(bench: Bench) -> None:
    assert await bench.say("我学到哪了") == ["《英语口语》学到第12课。"]


async def test_a_reply_brings_its_quick_replies(bench: Bench) -> None:
    assert (await bench.take("我学到哪了")).replies[0].quick_replies == ("下一课学什么",)


async def test_a_statement_carries_the_records_it_comes_from(bench: Bench) -> None:
    taken = await bench.take("我学到哪了")
    evidence = taken.replies[0].statements[0].evidence
    assert [one.source for one in evidence] == ["records:progress/courses", "reply:progress/say.progress"]
    assert "英语口语" in evidence[0].detail


async def test_the_state_is_the_fold_of_the_events(bench: Bench) -> None:
    for text in ("我学到哪了", "我要退钱", "太贵", "是的", "真人", "好"):
        await bench.say(text, "L2")
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    stored = await bench.store.events(talk.id)
    assert [one.number for one in stored] == list(range(1, talk.version + 1))
    assert fold(Conversation(talk.id, "chat", "u"), [one.event for one in stored]) == talk


async def test_every_stage_is_traced(bench: Bench) -> None:
    await bench.say("我学到哪了")
    (trace,) = await events(bench, TurnTraced)
    assert tuple(stage.name for stage in trace.stages) == STAGES


async def test_a_repeat_gets_the_same_replies_and_changes_nothing(bench: Bench) -> None:
    first = await bench.take("我学到哪了", message="same")
    count = len(bench.store._log)
    again = await bench.take("我学到哪了", message="same")
    assert again.repeat
    assert again.replies == first.replies
    assert len(bench.store._log) == count


async def test_a_repeat_is_known_to_the_store_when_the_state_has_forgotten_it(bench: Bench) -> None:
    first = await bench.take("我学到哪了", message="same")
    for _ in range(20):
        await bench.say("我学到哪了")
    assert (await bench.take("我学到哪了", message="same")).replies == first.replies


async def test_messages_of_one_conversation_wait_for_each_other(bench: Bench) -> None:
    taken = await asyncio.gather(*(bench.take("我学到哪了") for _ in range(20)))
    assert len({one.number for one in taken}) == 20


async def test_a_turn_is_taken_anew_when_another_process_went_on(bench: Bench) -> None:
    await bench.say("我学到哪了")
    stale = await bench.store.load("chat", "u")
    await bench.say("我学到哪了")
    assert stale is not None
    bench.house.gate.remember(("chat", "u"), stale)
    assert await bench.say("我学到哪了") == ["《英语口语》学到第12课。"]


async def test_a_conversation_that_never_rests_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: object, commit: object) -> None:
        raise Conflict

    monkeypatch.setattr(type(bench.store), "commit", refuse)
    with pytest.raises(Conflict, match="too busy"):
        await bench.say("我学到哪了")


async def test_a_write_is_promised_only_after_a_yes(bench: Bench) -> None:
    assert await bench.say("我要退钱") == ["原因？"]
    assert await bench.say("太忙了") == ["退《英语口语》？原因：太忙了"]
    assert not await events(bench, EffectPromised)
    (reply,) = await bench.say("是的")
    assert reply.startswith("已提交，编号2603")
    (promised,) = await events(bench, EffectPromised)
    assert promised.effect.values["customer_id"] == "L1"
    assert promised.effect.values["course"] == "C1"


async def test_a_no_changes_nothing(bench: Bench) -> None:
    await bench.say("我要退钱")
    await bench.say("太忙了")
    assert await bench.say("不要") == ["好的，那就不办理了，没有做任何改动。"]
    assert not await events(bench, EffectPromised)


async def test_an_unclear_answer_to_a_confirmation_is_asked_again_then_handed_off(bench: Bench) -> None:
    await bench.say("我要退钱")
    await bench.say("太忙了")
    assert await bench.say("嗯") == ["退《英语口语》？原因：太忙了"]
    await bench.say("这个")
    assert "转接人工" in (await bench.say("那个"))[0]
    assert not await events(bench, EffectPromised)


async def test_several_courses_are_asked_for_and_chosen_by_place(bench: Bench) -> None:
    assert await bench.say("我学到哪了", "L2") == ["哪一门？\n1. 英语口语\n2. 初中数学"]
    assert await bench.say("第二个", "L2") == ["《初中数学》学到第5课。"]


async def test_a_correction_takes_the_other_one(bench: Bench) -> None:
    await bench.say("数学课学到哪了", "L2")
    assert await bench.say("不对，是英语课", "L2") == ["《英语口语》学到第12课。"]


async def test_a_correction_in_the_middle_goes_back_and_on(bench: Bench) -> None:
    await bench.say("数学课我要退", "L2")
    assert await bench.say("太难", "L2") == ["退《初中数学》？原因：太难"]
    assert await bench.say("那英语课呢，学到哪了", "L2") == [
        "《英语口语》学到第12课。",
        "我们接着刚才的事。",
        "退《初中数学》？原因：太难",
    ]


async def test_a_follow_up_asks_the_same_of_another(bench: Bench) -> None:
    await bench.say("英语课学到哪了", "L2")
    assert await bench.say("数学课呢", "L2") == ["《初中数学》学到第5课。"]


async def test_a_follow_up_may_ask_something_else(bench: Bench) -> None:
    await bench.say("英语课学到哪了", "L2")
    assert await bench.say("数学课哪天学完", "L2") == ["《初中数学》下月学完。"]


async def test_another_question_to_the_same_skill_takes_the_place_of_the_first(bench: Bench) -> None:
    await bench.say("我学到哪了", "L2")
    assert await bench.say("数学课哪天学完", "L2") == ["《初中数学》下月学完。"]
    assert await bench.say("算了", "L2") != ["好的，已经取消，没有做任何改动。还有什么可以帮您？"]


async def test_a_course_that_is_not_theirs_is_not_answered_with_another(bench: Bench) -> None:
    assert await bench.say("钢琴课学到哪了") == ["没有找到，请选：\n1. 英语口语"]


async def test_a_bare_name_is_an_answer_and_no_digression(bench: Bench) -> None:
    await bench.say("我学到哪了", "L2")
    assert await bench.say("钢琴课", "L2") == ["没有找到，请选：\n1. 英语口语\n2. 初中数学"]


async def test_a_digression_is_answered_and_the_question_comes_back(bench: Bench) -> None:
    await bench.say("我要退钱")
    assert await bench.say("我学到哪了") == ["《英语口语》学到第12课。", "我们接着刚才的事。", "原因？"]
    assert await bench.say("太忙了") == ["退《英语口语》？原因：太忙了"]


async def test_two_requests_in_one_message(bench: Bench) -> None:
    replies = await bench.say("我学到哪了，另外我要投诉")
    assert replies[0] == "《英语口语》学到第12课。"
    assert replies[1].startswith("已记下，编号")


async def test_cancelling(bench: Bench) -> None:
    await bench.say("我要退钱")
    assert await bench.say("算了") == ["好的，已经取消，没有做任何改动。还有什么可以帮您？"]
    assert await bench.say("太忙了") != ["退《英语口语》？原因：太忙了"]


async def test_unclear_is_asked_once_then_handed_off_with_a_summary(bench: Bench) -> None:
    assert "没有完全明白" in (await bench.say("啊啊啊"))[0]
    assert "转接人工" in (await bench.say("啊啊啊啊"))[0]
    (handed,) = await events(bench, HandedOff)
    assert handed.reason == "not_understood"
    assert "customer: L1 (token)" in handed.summary
    assert "customer: 啊啊啊啊" in handed.summary


async def test_unsure_offers_what_it_could_be(bench: Bench) -> None:
    taken = await bench.take("大概学到哪了")
    assert taken.replies[0].quick_replies == ("progress",)
    assert await bench.say("progress") == ["《英语口语》学到第12课。"]


async def test_a_person_at_any_time_and_what_happens_next(bench: Bench) -> None:
    await bench.say("我要退钱")
    (reply,) = await bench.say("真人")
    assert "5 分钟内" in reply
    assert await bench.say("快点") == ["收到，这句话已经转给处理您问题的同事。"]
    assert await bench.say("回到智能客服") == ["好的，我是智能客服，继续为您服务。"]
    assert await bench.say("我学到哪了") == ["《英语口语》学到第12课。"]


async def test_a_serious_complaint_goes_to_a_person_at_once(bench: Bench) -> None:
    replies = await bench.say("马上处理，我要投诉")
    assert replies[0].startswith("已记下，编号")
    assert "转接人工" in replies[1]
    (opened,) = await events(bench, TicketOpened)
    assert (opened.ticket.urgency, opened.ticket.text) == ("high", "马上处理，我要投诉")


async def test_a_failing_skill_hands_off_and_says_so(bench: Bench) -> None:
    replies = await bench.say("坏了")
    assert "暂时查不到" in replies[0]
    assert "转接人工" in replies[1]
    assert (await events(bench, HandedOff))[0].reason == "failed: ZeroDivisionError"


async def test_nothing_personal_without_identity(bench: Bench) -> None:
    assert "请先登录" in (await bench.say("我学到哪了", "", can_prove=False))[0]
    assert not bench.records.asked


async def test_identity_by_order_and_digits_then_the_answer(bench: Bench) -> None:
    assert await bench.say("英语课学到哪了", "") == ["订单号？"]
    assert await bench.say("不知道", "") == ["订单号是 E 加 10 位数字。"]
    assert await bench.say("E2603010001", "") == ["手机后四位？"]
    assert await bench.say("5678", "") == ["验证通过。", "《英语口语》学到第12课。"]


async def test_giving_up_the_question_of_who_gives_up_the_matter(bench: Bench) -> None:
    await bench.say("我学到哪了", "")
    assert await bench.say("算了", "") == ["好的，已经取消，没有做任何改动。还有什么可以帮您？"]
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    assert (talk.flow, talk.paused) == (None, ())


async def test_a_digression_that_proves_who_leaves_no_question_behind(bench: Bench) -> None:
    await bench.say("英语课学到哪了", "")
    assert await bench.say("我要退钱", "") == ["订单号？"]
    await bench.say("E2603010001", "")
    assert await bench.say("5678", "") == ["验证通过。", "哪一门？\n1. 英语口语\n2. 初中数学"]
    await bench.say("第一个", "")
    await bench.say("太忙了", "")
    replies = await bench.say("不要", "")
    assert replies[1:] == ["《英语口语》学到第12课。"]


async def test_what_questions_proved_lapses_and_is_asked_again(bench: Bench) -> None:
    for text in ("英语课学到哪了", "E2603010001", "5678"):
        await bench.say(text, "")
    assert await bench.say("英语课学到哪了", "") == ["《英语口语》学到第12课。"]
    later = bench.house.clock() + timedelta(minutes=61)
    bench.house = replace(bench.house, clock=lambda: later)
    assert await bench.say("英语课学到哪了", "") == ["订单号？"]
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    assert talk.identity is None


async def test_a_token_does_not_lapse(bench: Bench) -> None:
    await bench.say("英语课学到哪了", "L2")
    bench.house = replace(bench.house, clock=lambda: datetime(2026, 4, 2, tzinfo=UTC))
    assert await bench.say("英语课学到哪了", "L2") == ["《英语口语》学到第12课。"]


async def test_no_person_is_wanted(bench: Bench) -> None:
    assert await bench.say("不用转人工") == ["好的，我是智能客服，继续为您服务。"]
    await bench.say("转人工")
    assert await bench.say("不用转人工了") == ["好的，我是智能客服，继续为您服务。"]
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    assert talk.waiting is None


async def test_a_change_of_mind_may_be_the_reason_that_was_asked_for(bench: Bench) -> None:
    await bench.say("我要退钱", "L1")
    await bench.say("改主意了", "L1")
    talk = await bench.store.load("chat", "u")
    assert talk is not None
    assert talk.flow is not None
    assert talk.flow.slots["reason"] == "改主意了"
    assert await bench.say("改主意了", "L1") == ["好的，已经取消，没有做任何改动。还有什么可以帮您？"]


async def test_wrong_answers_are_limited_in_a_conversation(bench: Bench) -> None:
    await bench.say("我学到哪了", "")
    for _ in range(2):
        await bench.say("E2603010001", "")
        assert (await bench.say("1111", ""))[0] == "信息不对。"
    await bench.say("E2603010001", "")
    assert "转接人工" in (await bench.say("2222", ""))[0]


async def test_wrong_answers_are_limited_for_an_order_over_all_conversations(bench: Bench) -> None:
    for attacker in range(7):
        sender = f"attacker-{attacker}"
        await bench.say("我学到哪了", "", sender)
        await bench.say("E2603010001", "", sender)
        await bench.say("0000", "", sender)
    assert await bench.store.claimed("check:order:E2603010001:") == 5
    await bench.say("我学到哪了", "", "owner")
    await bench.say("E2603010001", "", "owner")
    assert "转接人工" in (await bench.say("5678", "", "owner"))[0]


async def test_an_action_can_not_name_another_customer() -> None:
    from kefu.core.errors import BadSkill
    from kefu.service.turn.call import SkillCall

    bench = make_bench()
    skill = bench.house.catalog.skills["progress"]
    call = SkillCall(skill, None, bench.records, "L1", "zh", bench.house.clock(), 0, 0, 0, "r")  # type: ignore[arg-type]
    with pytest.raises(BadSkill, match="bound by the engine"):
        await call.find("courses", customer_id="L2")
    with pytest.raises(BadSkill, match="there is no query"):
        await call.find("everything")
    with pytest.raises(BadSkill, match="risk = 'write'"):
        call.effect("request", "k")


async def test_a_colleague_takes_over_and_gives_back(bench: Bench) -> None:
    from kefu.service.desk.deeds import HandBack, Reply
    from kefu.service.turn.person import speak

    taken = await bench.take("真人")
    await speak(taken.conversation_id, [Reply("您好，我来帮您。")], "mei", bench.house, bench.store)
    assert await bench.say("我学到哪了") == []
    await speak(taken.conversation_id, [HandBack()], "mei", bench.house, bench.store)
    assert await bench.say("我学到哪了") == ["《英语口语》学到第12课。"]


async def test_a_text_that_is_too_long_is_cut_and_said_so(bench: Bench) -> None:
    first, second = await bench.say("我学到哪了" + "啊" * 3000)
    assert first == "您的消息太长了，我只看了开头的 2000 个字。"
    assert second == "《英语口语》学到第12课。"


async def test_a_reader_that_fails_has_understood_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, text: str, language: object = None) -> None:
        raise IndexError

    monkeypatch.setattr(type(bench.house.reader), "read", fail)
    assert "没有完全明白" in (await bench.say("我学到哪了"))[0]


async def test_what_no_step_asks_for_is_taken_from_the_message_that_names_just_one(bench: Bench) -> None:
    assert await bench.say("有课吗") == ["一周的课。"]
    assert await bench.say("明天有课吗，就明天") == ["+1d的课。"]
    assert await bench.say("明天周三是不是有课") == ["一周的课。"]
    assert await bench.say("那周三呢") == ["+0w3的课。"]
    assert await bench.say("不对，是明天") == ["+1d的课。"]
    assert "的课" not in (await bench.say("明天我要考试"))[0]


async def test_the_day_is_still_known_when_the_customer_has_proven_who_they_are(bench: Bench) -> None:
    assert await bench.say("明天有课吗", "") == ["订单号？"]
    await bench.say("E2603010001", "")
    assert (await bench.say("5678", ""))[-1] == "+1d的课。"
