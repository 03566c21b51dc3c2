"""The sample school by voice, with the engines that ship: a learner asks, and hears how far they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sip_phone
import soundfile
from call_house import AUTH_TOKEN, CallHouse, serving
from callers import Caller, until
from small_school import make_school
from web_house import SECURITY

from kefu.ai.speech.spoken import spoken
from kefu.app import Kefu, open_kefu
from kefu.app.calls.engines import Engines
from kefu.app.config import load_config
from kefu.core.events import CallTimed, IdentityProven, MessageReceived, Spoken
from kefu.core.nouns import Identity
from kefu.core.ports.line import Caller as Line
from kefu.service.turn.calling import note

QUESTION, ANSWER = "我学到哪了", "您好，您已经学习到第12课，预计还需要学习8课。"
LONGER = "我学到第几课了啊"
"""What is asked by telephone: at 8 kHz the short question is not always told from 我要投诉."""

LEARNER = "L00001"
CHANNELS = f"""
[channels.phone]
use = "asterisk.v1"
port = 0

[channels.twilio]
use = "media_streams.v1"
auth_token = "{AUTH_TOKEN}"
"""


class School(CallHouse):
    """The sample school, as `kefu run` opens it."""

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Kefu]:
        async with open_kefu(self.config.home) as self.kefu:
            self.exchange = self.kefu.channels["phone"]  # type: ignore[assignment]
            await until(lambda: self.exchange.port, 60)
            yield self.kefu


@pytest.fixture
async def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[School]:
    monkeypatch.setenv("KEFU__READER__USE", "nearest.v1")
    monkeypatch.setenv("KEFU__LIMITS__MESSAGES_PER_MINUTE", "0")
    for name in ("session_secret", "site_secret"):
        monkeypatch.setenv(f"KEFU__SECURITY__{name.upper()}", str(SECURITY[name]))
    home = await asyncio.to_thread(make_school, tmp_path / "school")
    with (home / "kefu.toml").open("a", encoding="utf-8") as file:
        file.write(CHANNELS)
    async with serving(School(load_config(home))) as served:
        yield served  # type: ignore[misc]


async def speech(engines: Engines, text: str, rate_hz: int, noise: float = 30) -> bytes:
    """A text as a caller's voice, with the quiet noise of a room around it."""
    voice = engines.voices["zh"]
    pieces = await engines.run(lambda: list(engines.synthesiser.speak(spoken(text, "zh"), voice, rate_hz)))
    sound = np.frombuffer(b"".join(pieces), "<i2").astype(float)
    quiet = np.random.default_rng(5).normal(0, noise, len(sound))
    return np.clip(sound + quiet, -32768, 32767).astype("<i2").tobytes()


def loudness(pcm: bytes, rate_hz: int) -> np.ndarray:
    """How loud each 20 ms is, from the first sound on; no two readings of eSpeak are the same to the sample."""
    sound = np.trim_zeros(np.frombuffer(pcm, "<i2").astype(float))
    count = rate_hz // 50
    frames: np.ndarray = np.sqrt((sound[: len(sound) // count * count].reshape(-1, count) ** 2).mean(axis=1))
    return frames


@pytest.mark.parametrize("kind", ["browser", "asterisk", "media"])
async def test_a_learner_asks_by_voice_and_hears_how_far_they_are(school: School, kind: str) -> None:
    engines = await school.kefu.calls.engines()
    asked = QUESTION if kind == "browser" else LONGER
    caller: Caller = await school.browser(LEARNER)
    if kind != "browser":
        caller = school.asterisk() if kind == "asterisk" else await school.media()
    async with caller:
        if kind != "browser":  # the company's own exchange has asked who calls, and says so
            await prove(school, "phone" if kind == "asterisk" else "twilio")
        await until(lambda: caller.sound(0))
        await caller.until_quiet(0.6)
        since = await caller.utter(await speech(engines, asked, caller.rate_hz))
        await until(lambda: answered(school), 30)
        assert [one.text for one in await school.events(MessageReceived)] == [asked]
        await caller.until_quiet(0.5)
        heard = b"".join(pcm for at, pcm in caller.all if at >= since)
        should = loudness(await speech(engines, ANSWER, caller.rate_hz, noise=0), caller.rate_hz)
        was = loudness(heard, caller.rate_hz)
        assert len(was) == pytest.approx(len(should), abs=2)
        assert np.corrcoef(should[:-2], was[: len(should) - 2])[0, 1] > 0.95
        if kind == "browser":
            assert ANSWER in "".join(one["text"] for one in caller.told if one["type"] == "speak")
    (timed,) = await school.events(CallTimed)
    assert timed.stages["sound"] < 5000  # what it is on a quiet machine: bench/voice


async def prove(school: School, channel: str) -> None:
    """Who calls: the learner."""
    await until(lambda: school.kefu.calls.live, 60)
    (call_id,) = school.kefu.calls.live
    proven = IdentityProven(school.kefu.house.clock(), Identity(LEARNER, "server"))
    await note(Line(channel, f"call:{call_id}", call_id), [proven], school.kefu.house)


@pytest.mark.skipif(not sip_phone.IS_HERE, reason=sip_phone.WHY_NOT)
async def test_a_learner_calls_by_sip_through_asterisk(school: School, tmp_path: Path) -> None:
    engines = await school.kefu.calls.engines()
    asked = np.frombuffer(await speech(engines, LONGER, sip_phone.RATE_HZ), "<i2") / 32768
    greeting, listening = np.zeros(12 * sip_phone.RATE_HZ), np.zeros(60 * sip_phone.RATE_HZ)
    says = np.concatenate((greeting, asked, listening))
    async with (
        sip_phone.exchange(tmp_path, school.exchange.port) as port,
        sip_phone.phone(tmp_path, port, says) as recorded,
    ):
        await prove(school, "phone")
        await until(lambda: answered(school), 60)
        await asyncio.sleep(1)
    assert [one.text for one in await school.events(MessageReceived)] == [LONGER]
    (heard,) = recorded.glob("dump-*-dec.wav")
    sound, rate_hz = soundfile.read(heard, dtype="int16")
    was = loudness(sound.tobytes(), rate_hz)
    should = loudness(await speech(engines, ANSWER, rate_hz, noise=0), rate_hz)[:-20]  # the recorder loses the last
    places = range(len(was) - len(should) + 1)
    assert max(np.corrcoef(should, was[at : at + len(should)])[0, 1] for at in places) > 0.95


def is_doubted(told: dict[str, Any]) -> bool:
    """Whether the call rejects what was said, or asks it back."""
    return told.get("rejected") is True or "您是说" in told.get("text", "")


async def answered(school: School) -> bool:
    return [one.heard for one in await school.events(Spoken) if one.turn_id] == [ANSWER]


async def test_what_is_no_phrase_is_not_believed_and_a_person_is_one_key_away(school: School) -> None:
    engines = await school.kefu.calls.engines()
    async with await school.browser(LEARNER) as caller:
        assert (await caller.until_told("ready"))["limited"] is True
        await until(lambda: caller.sound(0))
        await caller.until_quiet(0.6)
        await caller.utter(await speech(engines, "今天天气真不错啊我们一起去公园里散步吧", caller.rate_hz))
        await until(lambda: any(map(is_doubted, caller.told)), 30)
        assert not await school.events(MessageReceived)
        await caller.press("0")
        await caller.until_told("handoff", 20)
