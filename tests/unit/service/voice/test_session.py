"""The manners of a call, on scripted signals: nothing here sleeps or makes a sound."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from scripted_call import ANSWER, Played

from kefu.core.events import (
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CallTimed,
    Event,
    KeysPressed,
    Misheard,
    Spoken,
)
from kefu.core.ports.speech import Heard
from kefu.service.voice import signals
from kefu.service.voice.manners import Manners
from kefu.service.voice.orders import Drop, Finish, HangUp, Hush, Listen, Record, Speak, Take, Tell
from kefu.service.voice.signals import Reply


@pytest.fixture
def call() -> Played:
    played = Played()
    played.connect()
    return played


def spoken(events: Iterable[Event]) -> list[tuple[str, str]]:
    return [(event.turn_id, event.heard) for event in events if isinstance(event, Spoken)]


def test_a_call_begins_with_a_greeting_and_then_listens() -> None:
    call = Played()
    call.on(signals.Connected())
    assert (call.said, call.session.state) == (["您好。"], "speaking")
    call.wait(400)
    assert call.session.state == "listening"
    assert [type(event) for event in call.events(CallBegan) + call.events(Spoken)] == [CallBegan, Spoken]


def test_a_sentence_becomes_a_turn_and_its_answer_is_spoken_and_timed(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    assert call.session.state == "deciding"
    assert call.of(Take) == [Take("我学到哪了", "zh")]
    call.answer(ANSWER)
    assert call.said == ["您已经学到第12课。", "还需要学习8课。"]
    call.wait(3000)
    assert spoken(call.events(Spoken)) == [("t1", ANSWER.text)]
    (timed,) = call.events(CallTimed)
    assert timed.stages == {"heard": 400, "text": 420, "decided": 460, "sound": 460}
    assert call.session.state == "listening"


def test_speech_stops_what_is_said_within_150_ms_and_only_what_was_heard_counts(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(500)
    began = call.now
    call.wait(100)
    call.on(signals.SpeechBegan(100))
    while not call.of(Hush):
        call.wait(20)
    assert call.now - began <= 150
    assert call.session.state != "speaking"
    call.wait(600)
    call.on(signals.SpeechEnded(400))
    call.on(signals.Recognised(Heard("我要退款", "zh")))
    assert call.of(Take)[-1] == Take("我要退款", "zh")
    ((turn, heard),) = spoken(call.events(Spoken))
    assert (turn, heard) == ("t1", "您已经学到第")
    assert not call.sounding


@pytest.mark.parametrize("murmur", ["嗯", "好的", "uh-huh", "Okay", "mm-hmm"])
def test_a_listeners_murmur_is_no_wish_to_speak(call: Played, murmur: str) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(300)
    call.speech(murmur, 300)
    assert len(call.of(Take)) == 1
    call.wait(4000)
    assert spoken(call.events(Spoken)) == [("t1", ANSWER.text)]
    again = [order for order in call.of(Speak) if order.from_ms]
    assert [order.text for order in again] == ["您已经学到第12课。"]


def test_the_same_word_is_an_answer_where_nothing_is_being_said(call: Played) -> None:
    call.speech("好的", 400)
    assert call.of(Take) == [Take("好的", "zh")]


def test_a_cough_lets_the_answer_go_on_where_it_was(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(700)
    call.speech("", 300, rejected=True)
    assert call.session.state == "speaking"
    assert not call.events(Misheard)
    call.wait(4000)
    assert spoken(call.events(Spoken)) == [("t1", ANSWER.text)]


def test_where_no_words_come_in_two_seconds_the_answer_goes_on(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(300)
    call.on(signals.SpeechBegan(100))
    call.wait(200)
    call.on(signals.SpeechEnded(100))
    assert call.session.state != "speaking"
    call.wait(1860)
    assert call.session.state != "speaking"
    call.wait(60)
    assert call.session.state == "speaking"
    assert call.of(Drop)


def test_more_words_while_deciding_hold_the_answer_back(call: Played) -> None:
    call.speech("我要退款", 800)
    call.on(signals.SpeechBegan(100))
    call.wait(500)
    call.on(signals.Decided("t1", (ANSWER,)))
    assert call.said == []
    call.on(signals.SpeechEnded(100))
    call.on(signals.Recognised(Heard("英语课的", "zh")))
    assert [order.text for order in call.of(Take)] == ["我要退款", "英语课的"]
    assert spoken(call.events(Spoken)) == [("t1", "")]
    call.on(signals.Decided("t2", (Reply("t2", "好的。", "zh"),)))
    assert call.said == ["好的。"]


def test_a_noise_while_deciding_only_delays_the_answer(call: Played) -> None:
    call.speech("我要退款", 800)
    call.on(signals.SpeechBegan(100))
    call.wait(500)
    call.on(signals.Decided("t1", (ANSWER,)))
    call.on(signals.SpeechEnded(100))
    call.on(signals.Recognised(Heard("", "zh", rejected=True)))
    assert call.said[0] == "您已经学到第12课。"


def test_a_long_noise_while_deciding_costs_no_answer(call: Played) -> None:
    call.speech("我要退款", 800)
    call.on(signals.SpeechBegan(100))
    call.wait(1500)
    call.on(signals.Decided("t1", (ANSWER,)))
    call.on(signals.SpeechEnded(100))
    call.on(signals.Recognised(Heard("", "zh", rejected=True)))
    assert "".join(call.said) == ANSWER.text
    assert not call.events(Misheard)


def test_who_speaks_after_all_is_not_hung_up_on(call: Played) -> None:
    while "再见。" not in call.said:
        call.wait(100)
    call.speech("我学到哪了", 300)
    call.answer(ANSWER)
    call.wait(3000)
    assert spoken(call.events(Spoken))[-1] == ("t1", ANSWER.text)
    assert not call.session.is_over


def test_two_rejections_offer_other_ways_and_two_more_a_person(call: Played) -> None:
    for times in range(1, 5):
        call.wait(1000)
        call.speech("", 1500, rejected=True)
        assert [event.because for event in call.events(Misheard)] == ["not_expected"] * times
    assert [text for text in call.said if text != "您还在吗？"] == ["没听清。", "请按键。", "请按键。"]
    assert call.of(Take) == [Take("转人工", "zh")]
    assert [order.kind for order in call.of(Tell) if order.kind == "keypad"] == ["keypad", "keypad"]


def test_what_was_hardly_heard_is_asked_back_and_counts_with_a_yes(call: Played) -> None:
    call.speech("我要退款", 1000, confidence=0.2)
    assert (call.said, call.of(Take)) == (["是说我要退款吗？"], [])
    call.speech("是的", 600, confidence=0.3)
    assert call.of(Take) == [Take("我要退款", "zh")]
    call.answer(ANSWER)
    call.wait(5000)
    call.speech("是的", 600, confidence=0.9)
    assert call.of(Take)[1:] == [Take("是的", "zh")]


def test_what_was_never_said_is_not_done(call: Played) -> None:
    call.speech("我要退款", 1000, confidence=0.2)
    call.wait(2000)
    call.speech("不是", 600, confidence=0.9)
    assert (call.said, call.of(Take)) == (["是说我要退款吗？", "没听清。"], [])
    assert [event.because for event in call.events(Misheard)] == ["not_expected"]
    call.wait(2000)
    call.speech("我要退款", 1000, confidence=0.2)
    call.wait(2000)
    call.speech("我学到哪了", 1000, confidence=0.9)
    assert call.of(Take) == [Take("我学到哪了", "zh")]


def test_who_types_instead_of_answering_starts_anew(call: Played) -> None:
    call.speech("我要退款", 1000, confidence=0.2)
    call.on(signals.Wrote("转人工"))
    call.answer(ANSWER)
    call.wait(5000)
    call.speech("是的", 600, confidence=0.9)
    assert call.of(Take) == [Take("转人工"), Take("是的", "zh")]


def test_who_was_not_understood_hears_what_can_be_said(call: Played) -> None:
    call.on(signals.Decided("t1", (), hints=("英语口语", "数据分析")))
    call.speech("", 1500, rejected=True)
    assert call.said == ["可以说：英语口语 / 数据分析。"]


def test_a_recogniser_that_fails_is_a_misheard_utterance(call: Played) -> None:
    call.on(signals.SpeechBegan(100))
    call.on(signals.SpeechEnded(400))
    call.on(signals.Recognised(None))
    assert [event.because for event in call.events(Misheard)] == ["failed"]
    assert call.said == ["没听清。"]


def test_silence_is_asked_about_twice_and_then_the_call_ends(call: Played) -> None:
    call.wait(60000)
    assert call.said == ["您还在吗？", "您还在吗？", "再见。"]
    (ended,) = call.events(CallEnded)
    assert ended.because == "silence"
    assert call.of(HangUp) == [HangUp("silence")]
    assert call.session.is_over


def test_a_turn_and_a_call_can_not_last_for_ever() -> None:
    call = Played(Manners(longest_turn_ms=5000, longest_call_ms=20000))
    call.connect()
    call.on(signals.SpeechBegan(100))
    call.wait(5000)
    assert call.of(Finish)
    call.on(signals.Recognised(Heard("嗯我想问", "zh")))
    call.answer(Reply("t1", "好。" * 200, "zh"))
    call.wait(20000)
    assert call.said[-1] == "再见。"
    assert call.of(HangUp) == [HangUp("too_long")]


def test_a_consent_can_not_be_interrupted_and_decides_about_recording() -> None:
    call = Played(Manners(recording="ask"))
    call.on(signals.Connected())
    call.on(signals.SpeechBegan(100))
    call.wait(400)
    assert call.of(Listen) == [Listen("yes_no", "zh")]
    assert not call.of(Hush)
    assert not call.events(CallBegan)
    call.on(signals.SpeechEnded(100))
    call.on(signals.Recognised(Heard("同意", "zh")))
    assert [event.recording for event in call.events(CallBegan)] == [True]
    assert call.of(Record) == [Record("spoken")]
    assert call.said[-1] == "您好。"
    assert not call.of(Take)


@pytest.mark.parametrize(("key", "recording"), [("1", True), ("2", False)])
def test_a_key_consents_too(key: str, recording: bool) -> None:
    call = Played(Manners(recording="ask"))
    call.on(signals.Connected())
    call.on(signals.Pressed("7"))
    assert not call.events(CallBegan)
    call.on(signals.Pressed(key))
    assert [event.recording for event in call.events(CallBegan)] == [recording]
    assert bool(call.of(Record)) is recording


@pytest.mark.parametrize(("before", "records"), [(True, True), (False, False)])
def test_who_was_asked_before_is_not_asked_again(before: bool, records: bool) -> None:
    call = Played(Manners(recording="ask"), consent=before)
    call.on(signals.Connected())
    assert call.said == ["您好。"]
    assert bool(call.of(Record)) is records


def test_keys_are_one_number_by_length_end_or_pause(call: Played) -> None:
    call.answer(Reply("t1", "请按课程号码。", "zh"), digits=2)
    for key in "12":
        call.on(signals.Pressed(key))
    for key in "34#":
        call.on(signals.Pressed(key))
    for key in "9*56":
        call.on(signals.Pressed(key))
    call.wait(3100)
    assert [order.text for order in call.of(Take)] == ["12", "34", "56"]
    assert [event.keys for event in call.events(KeysPressed)] == ["12", "34", "56"]


def test_a_cards_digits_are_kept_nowhere(call: Played) -> None:
    for key in "4111111111111111#":
        call.on(signals.Pressed(key))
    assert [event.keys for event in call.events(KeysPressed)] == ["••••"]
    call.answer()
    call.speech("我的卡号是六二二二零二零二零二零二零二零二零二", 4000)
    assert [order.text for order in call.of(Take)] == ["••••", "我的卡号是••••"]


def test_zero_asks_for_a_person(call: Played) -> None:
    call.on(signals.Pressed("0"))
    assert call.of(Take) == [Take("转人工", "zh")]


def test_who_is_handed_off_is_told_and_hears_the_colleague(call: Played) -> None:
    call.speech("转人工", 600)
    call.answer(Reply("t1", "为您转接。", "zh"), waiting=True)
    assert Tell("handoff", {"waiting": True}) in call.orders
    call.wait(1000)
    assert call.session.state == "handed_off"
    call.wait(31000)
    assert call.said[-1] == "请稍等。"
    call.on(signals.Handed(waiting=True, who="王芳"))
    assert call.said[-1] == "王芳来了。"
    assert Tell("person", {"name": "王芳"}) in call.orders
    call.on(signals.Said(Reply("p1", "我来帮您。", "zh")))
    call.wait(3000)
    assert spoken(call.events(Spoken))[-1] == ("p1", "我来帮您。")
    spoke = len(call.said)
    call.wait(120000)
    assert len(call.said) == spoke
    call.on(signals.Handed(waiting=False))
    assert call.said[-1] == "我回来了。"
    assert call.session.state == "speaking"


def test_on_hold_nothing_is_heard_or_said(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(500)
    call.on(signals.Held("王芳"))
    assert call.session.state == "held"
    assert call.events(CallHeld)
    call.on(signals.SpeechBegan(100))
    call.wait(60000)
    assert not call.sounding
    assert len(call.of(Listen)) == 1
    call.on(signals.Resumed("王芳"))
    assert call.events(CallResumed)
    call.wait(4000)
    assert spoken(call.events(Spoken)) == [("t1", ANSWER.text)]


def test_hanging_up_in_the_middle_ends_everything(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(400)
    call.on(signals.Listened(call.sounding[0][0].mark, 400))
    call.on(signals.HungUp())
    assert spoken(call.events(Spoken)) == [("t1", "您已经学")]
    assert call.session.on(signals.Pressed("1"), call.now) == []
    (ended,) = call.events(CallEnded)
    assert (ended.because, ended.lasted_ms) == ("caller", call.now - 1000)


def test_the_language_is_the_one_that_was_heard(call: Played) -> None:
    call.speech("where is my order", 900, language="en")
    assert call.session.language == "en"
    call.on(signals.Decided("t1", ()))
    call.speech("", 1500, rejected=True)
    assert call.said == ["Pardon?"]


def test_a_turn_that_fails_is_said_to_have_failed(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.on(signals.Failed())
    assert call.said == ["查不到。"]


def test_what_is_typed_is_a_turn_and_stops_what_is_said(call: Played) -> None:
    call.speech("我学到哪了", 1000)
    call.answer(ANSWER)
    call.wait(300)
    call.on(signals.Wrote("退款"))
    assert call.of(Hush)
    assert call.of(Take)[-1] == Take("退款")
    assert call.session.state == "deciding"
