"""A card's number that is said or keyed on a call is kept neither in words nor in sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from call_house import CallHouse, serving
from callers import until
from web_house import make_config

from kefu.core.events import CallEnded, KeysPressed, MessageReceived
from kefu.testing.tones import LOUD, hear

RATE = 16_000
CARD = "6222021234567890"
HARMLESS = "我学到哪了"


async def test_a_card_that_is_said_is_silent_and_dotted(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice__recording="ask", voice__silence_ms=200)
    async with serving(CallHouse(config)) as house:
        async with await house.browser(consent=True) as caller:
            await caller.until_told("ready")
            for text in (HARMLESS, f"卡号{CARD}", HARMLESS):
                told = len(await house.events(MessageReceived))
                await caller.say(text)
                await until(lambda told=told: _more(house, told))  # type: ignore[misc]
        await until(lambda: _ended(house))
        assert [one.text for one in await house.events(MessageReceived)] == [HARMLESS, "卡号••••", HARMLESS]
        everything = " ".join(str(one.event) for one in await house.kefu.store.happened(0, 10_000))
        assert CARD not in everything
        (label,) = [one async for one in house.kefu.recordings.labels()]
        tape = await house.kefu.recordings.open(label.conversation_id, label.call_id)
        assert tape
        said = texts_in(await tape.read("caller", 0, await tape.length_ms()))
        tape.close()
        assert [text for text in said if text == HARMLESS] == [HARMLESS] * 2
        assert "6222" not in "".join(said)
        assert "7890" not in "".join(said)


def texts_in(pcm: bytes) -> list[str]:
    """What was sung, stretch by stretch: a tenth of a second of silence parts two."""
    sound = np.frombuffer(pcm, "<i2")
    loud = np.flatnonzero(np.abs(sound.astype(int)) > LOUD)
    stretches = np.split(loud, np.flatnonzero(np.diff(loud) > RATE // 10) + 1)
    return [hear(sound[one[0] : one[-1] + 1].tobytes(), RATE) for one in stretches if len(one)]


async def test_a_card_that_is_keyed_is_dotted(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice__recording="ask", voice__silence_ms=200)
    async with serving(CallHouse(config)) as house:
        async with await house.browser(consent=True) as caller:
            await caller.until_told("ready")
            for key in f"{CARD}#":
                await caller.press(key)
            await until(lambda: house.events(KeysPressed))
        assert [one.keys for one in await house.events(KeysPressed)] == ["••••"]
        everything = " ".join(str(one.event) for one in await house.kefu.store.happened(0, 10_000))
        assert CARD not in everything


async def _more(house: CallHouse, than: int) -> bool:
    return len(await house.events(MessageReceived)) > than


async def _ended(house: CallHouse) -> bool:
    return bool(await house.events(CallEnded))
