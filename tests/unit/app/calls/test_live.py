"""Whole calls in real time over loopback sockets: what is said is heard, and what is heard is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from call_house import CallHouse, serving
from callers import Caller, MediaCaller, until
from web_house import AS_OPERATOR, make_config

from kefu.core.events import CallBegan, CallEnded, CallTimed, KeysPressed, MessageReceived, Misheard, Spoken
from kefu.testing.tones import hear

GREETING = "您好，这里是智能客服。请问有什么可以帮您？"
ANSWER = "《英语口语》学到第12课。"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[CallHouse]:
    config = make_config(tmp_path, voice__silence_ms=200, limits__messages_per_minute=0)
    async with serving(CallHouse(config)) as served:
        yield served


async def caller_of(house: CallHouse, kind: str) -> Caller:
    match kind:
        case "browser":
            return await house.browser()
        case "asterisk":
            return house.asterisk()
    return await house.media()


@pytest.mark.parametrize("kind", ["browser", "asterisk", "media"])
async def test_a_caller_is_greeted_asks_and_is_answered(house: CallHouse, kind: str) -> None:
    async with await caller_of(house, kind) as caller:
        await caller.until_said(GREETING, 0)
        said = await caller.say("你好，我要退款" if kind != "browser" else "我学到哪了")
        if kind == "browser":
            gap = await caller.until_said(ANSWER, said)
            assert gap < 10  # how long it is on a quiet machine: bench/voice
            await asyncio.sleep(0.3)
        else:
            await until(lambda: caller.sound(said))
            await caller.until_quiet(0.5)
    await ended(house)
    assert len(await house.events(CallBegan)) == len(await house.events(CallEnded)) == 1
    assert [event.text for event in await house.events(MessageReceived)] == [
        "我学到哪了" if kind == "browser" else "你好，我要退款"
    ]
    spoken = await house.events(Spoken)
    assert [one.heard for one in spoken if not one.turn_id] == [GREETING]
    if kind == "browser":
        assert [one.heard for one in spoken if one.turn_id] == [ANSWER]
        async with httpx2.AsyncClient() as client:
            metrics = (await client.get(f"http{house.address[2:]}/metrics")).text
        assert 'kefu_call_seconds_count{channel="webchat",stage="sound"} 1.0' in metrics
        assert "kefu_live_calls 0.0" in metrics
        (timed,) = await house.events(CallTimed)
        assert 200 <= timed.stages["heard"] <= timed.stages["text"] <= timed.stages["decided"] <= timed.stages["sound"]


async def ended(house: CallHouse) -> None:
    """Wait until no call is left."""
    await until(lambda: not house.kefu.calls.live)


async def messages(house: CallHouse, count: int) -> bool:
    return len(await house.events(MessageReceived)) == count


@pytest.mark.parametrize("kind", ["browser", "asterisk", "media"])
async def test_speech_stops_what_is_said_and_nothing_stale_follows(house: CallHouse, kind: str) -> None:
    async with await caller_of(house, kind) as caller:
        await until(lambda: caller.sound(0))
        await asyncio.sleep(0.5)
        began = monotonic()
        await caller.say("我要投诉你们")
        stopped = max(at for at, _ in caller.sound(0) if at < began + 1)
        assert stopped - began < 0.6  # 150 ms on a quiet machine: bench/voice
        assert not caller.sound(stopped + 0.01) or caller.sound(stopped + 0.01)[0][0] > began + 0.6
        await caller.until_quiet(0.8)
    await ended(house)
    cut = next(one for one in await house.events(Spoken) if one.text == GREETING)
    assert not cut.whole
    assert GREETING.startswith(cut.heard)
    assert 0 < len(cut.heard) < len(GREETING)


async def test_a_murmur_lets_the_greeting_go_on(house: CallHouse) -> None:
    async with await house.browser() as caller:
        await until(lambda: caller.sound(0))
        await asyncio.sleep(0.3)
        await caller.say("嗯")
        await until(lambda: house.events(Spoken))
        assert [(one.text, one.whole) for one in await house.events(Spoken)] == [(GREETING, True)]
        assert not await house.events(MessageReceived)


async def test_chat_and_call_are_one_conversation(house: CallHouse) -> None:
    session = await house.session()
    async with await house.browser() as caller:
        await caller.until_told("ready")
        headers = {"Authorization": f"Bearer {session}"}
        await house.post("/api/v1/chat/messages", {"text": "我学到哪了", "id": "m1"}, headers)
        await caller.until_said(ANSWER, 0)
        await caller.tell(type="typed", text="我什么时候学完")  # type: ignore[attr-defined]
        await until(lambda: messages(house, 2))
    (talk,) = await house.kefu.store.summaries()
    assert talk.id


async def test_a_colleague_hears_of_the_call_and_speaks_in_it(house: CallHouse) -> None:
    async with await house.browser() as caller:
        await caller.until_said(GREETING, 0)
        await caller.say("转人工")
        await caller.until_told("handoff")
        (talk,) = await house.kefu.store.summaries(waiting=True)
        await house.act(talk.id, deed="note", text="小心，他生气了")
        await caller.until_quiet(0.5)
        since = monotonic()
        await house.act(talk.id, deed="reply", text="我是王芳，请讲。")
        await caller.until_said("我是王芳，请讲。", since, 30)
        assert (await caller.until_told("person"))["name"] == "王芳"
        await caller.say("我学到哪了")
        await until(lambda: messages(house, 2))
        since = monotonic()
        await house.act(talk.id, deed="hand_back")
        await caller.until_said("我是智能客服，继续为您服务。", since)
        since = await caller.say("我学到哪了")
        await caller.until_said(ANSWER, since)
        assert "小心" not in caller.text(0)
    assert not [one for one in await house.events(Spoken) if "小心" in one.text]


async def test_a_call_on_hold_says_and_hears_nothing(house: CallHouse) -> None:
    async with await house.browser() as caller:
        ready = await caller.until_told("ready")
        await until(lambda: caller.sound(0))
        await house.kefu.calls.tell_call(ready["call"], "hold", "王芳")
        assert (await caller.until_told("held"))["held"] is True
        since = await caller.until_quiet()
        await caller.say("我学到哪了")
        await asyncio.sleep(0.8)
        assert not caller.sound(since + 0.01)
        assert not await house.events(MessageReceived)
        (talk,) = await house.kefu.store.summaries()
        path, desk = f"/api/v1/conversations/{talk.id}/call", AS_OPERATOR
        assert await house.post(path, {"do": "resume", "who": "王芳"}, desk) == {"told": "resume"}
        await until(lambda: house.events(Spoken))
        await house.post(path, {"do": "hang_up"}, desk)
        await caller.over.wait()
        assert (await house.post(path, {"do": "hold"}, desk))["error"]["code"] == "access.not_found"
    assert [one.because for one in await house.events(CallEnded)] == ["person"]


async def test_keys_are_heard_while_something_is_said(house: CallHouse) -> None:
    async with house.asterisk() as caller:
        await until(lambda: caller.sound(0))
        for key in "12#":
            await caller.press(key)
        await until(lambda: house.events(MessageReceived))
    assert [one.keys for one in await house.events(KeysPressed)] == ["12"]


async def test_frames_out_of_order_are_put_right_and_lost_ones_cost_a_sentence_at_most(house: CallHouse) -> None:
    async with await house.media() as caller:
        await caller.until_said(GREETING, 0)
        assert isinstance(caller, MediaCaller)
        caller.swaps = True
        await caller.say("我要投诉")
        await until(lambda: messages(house, 1))
        caller.swaps, caller.loses = False, 5
        await caller.say("这句话丢了五分之一")
        caller.loses = 0
        await asyncio.sleep(1.5)
        before = len(await house.events(MessageReceived))
        await caller.say("我要退款")
        await until(lambda: messages(house, before + 1))
    texts = [one.text for one in await house.events(MessageReceived)]
    assert (texts[0], texts[-1]) == ("我要投诉", "我要退款")


async def test_hanging_up_in_the_middle_of_a_reply_frees_everything(house: CallHouse) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(3):
        async with house.asterisk() as caller:
            await until(lambda: caller.sound(0))
        await ended(house)
    await asyncio.sleep(0.1)
    assert len(asyncio.all_tasks()) <= before + 1
    assert not house.kefu.calls.live
    assert len(await house.events(CallEnded)) == 3


async def test_where_only_some_phrases_are_heard_others_are_rejected(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice__silence_ms=200)
    async with serving(CallHouse(config, limited=True)) as house, await house.browser() as caller:
        assert (await caller.until_told("ready"))["limited"] is True
        await caller.until_said(GREETING, 0)
        since = await caller.say("今天天气怎么样呢请告诉我")
        await caller.until_said("没有听清", since)
        assert (await caller.until_told("final"))["rejected"] is True
        since = await caller.say("转人工")
        await caller.until_told("handoff")
        assert [one.because for one in await house.events(Misheard)] == ["not_expected"]


async def test_a_stranger_can_not_call(house: CallHouse) -> None:
    caller = await house.browser()
    caller._session = "x.y.z"  # type: ignore[attr-defined]
    async with caller:
        told = await caller.until_told("error")
    assert told["code"] == "access.not_signed_in"
    assert not await house.events(CallBegan)


async def test_more_calls_than_the_machine_carries_are_refused(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice__most_calls=1)
    async with serving(CallHouse(config)) as house, await house.browser() as first:
        await first.until_told("ready")
        async with await house.browser("L2") as second:
            assert (await second.until_told("error"))["code"] == "input.too_many"


async def test_a_call_is_recorded_with_consent_alone(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice__recording="ask", voice__silence_ms=200)
    async with serving(CallHouse(config)) as house:
        for consent in (True, False):
            async with await house.browser(consent=consent) as caller:
                assert (await caller.until_told("ready"))["recording"] is consent
                await caller.until_said(GREETING, 0)
                since = await caller.say("我学到哪了")
                await caller.until_said(ANSWER, since)
            await ended(house)
        labels = [label async for label in house.kefu.recordings.labels()]
        (began, _) = await house.events(CallBegan)
        assert [(label.call_id, label.consent) for label in labels] == [(began.call_id, "widget")]
        tape = await house.kefu.recordings.open(labels[0].conversation_id, labels[0].call_id)
        assert tape
        length = await tape.length_ms()
        assert "我学到哪了" in hear(await tape.read("caller", 0, length), 16000)
        assert hear(await tape.read("house", 0, length), 16000).startswith(GREETING[:8])
        tape.close()
