"""Calls at the desk: listed, read, heard; each within what somebody may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_client import ask
from starlette.testclient import TestClient
from team import cookie_of, join
from web_house import AS_OPERATOR, WebHouse, make_config

from kefu.core.events import (
    CallBegan,
    CallEnded,
    CallTimed,
    Event,
    KeysPressed,
    MessageReceived,
    Misheard,
    Replied,
    Spoken,
)
from kefu.core.nouns import Statement
from kefu.core.ports.recordings import Label
from kefu.core.ports.store import Commit, Memory
from kefu.service.dialogue.fold import fold
from kefu.testing.check_recordings import tone
from kefu.web.calls import latencies_of
from kefu.web.pages.calls import part

CARD = "六二二二零二一二三四五六七八九零"
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@dataclass
class House:
    """An installation with one call: five seconds in, the customer speaks; two later, they are answered."""

    client: TestClient
    talk: str = ""

    def call(self, call_id: str = "k1", *, recorded: bool = True, lasts: bool = False) -> str:
        """Let a call happen, or begin; the address of its page."""
        self.talk = ask(self.client, "你好")
        kefu = self.client.app_state["hall"].kefu
        assert self.client.portal
        events = events_of(call_id, recorded=recorded)
        before = self.client.portal.call(happen, kefu.store, self.talk, events[:-1] if lasts else events)
        if recorded:
            self.client.portal.call(record, kefu.recordings, Label(call_id, self.talk, AT, 16_000, "key"))
        return f"/desk/calls/{self.talk}/{before + 1}"

    def page(self, path: str, **params: str) -> Any:
        return self.client.get(path, params={"lang": "en", **params}, headers=AS_OPERATOR)


def events_of(call_id: str, *, recorded: bool) -> Sequence[Event]:
    def at(seconds: float) -> datetime:
        return AT + timedelta(seconds=seconds)

    said = Replied(at(7.1), (Statement("好的，明天上午。", ()),), "zh")
    return [
        CallBegan(at(0), call_id, "rest", "zh", recorded),
        Spoken(at(2), call_id, "", "您好。", "您好。", whole=True),
        MessageReceived(at(7), "x1", f"我的卡号是{CARD}"),
        said,
        Spoken(at(9), call_id, "t1", "好的，明天上午。", "好的，", whole=False),
        CallTimed(at(9), call_id, "t1", {"heard": 300, "text": 320, "decided": 350, "sound": 400}),
        Misheard(at(12), call_id, "not_expected", 900),
        KeysPressed(at(13), call_id, "••••"),
        CallEnded(at(15), call_id, "caller", 15_000),
    ]


async def happen(store: Memory, conversation_id: str, events: Sequence[Event]) -> int:
    """Let events happen in one turn `t1`; the number of the last one before."""
    talk = await store.conversation(conversation_id)
    assert talk is not None
    await store.commit(Commit("t1", "", AT, fold(talk, events), talk.version, tuple(events)))
    return talk.version


async def record(recordings: Any, label: Label) -> None:
    recording = await recordings.begin(label)
    recording.add("house", 500, tone(4000, 1500))
    recording.add("caller", 5000, tone(6000, 1500))
    recording.add("house", 7300, tone(4000, 1500))
    recording.add("caller", 14_000, tone(0, 1000))
    await recording.close()


@pytest.fixture
def house(open_client: Callable[..., TestClient], tmp_path: Path) -> House:
    return House(open_client(WebHouse(make_config(tmp_path))))


def test_no_call_yet(house: House) -> None:
    assert "No calls yet" in house.page("/desk/calls").text


def test_calls_are_listed(house: House) -> None:
    page = house.call()
    listed = house.page("/desk/calls").text
    assert page in listed
    assert "0:15" in listed
    assert "the customer hung up" in listed


def test_the_page_says_where_each_line_sounds_and_hides_the_card(house: House) -> None:
    text = house.page(house.call()).text
    places = [line.split('"')[3] for line in text.splitlines() if line.startswith('<li class="')]
    assert places == ["500", "5000", "7300", "12000", "13000"]
    assert "我的卡号是••••" in text
    assert CARD not in text
    assert "好的，…" in text
    assert "明天上午" not in text
    assert "none of the phrases" in text
    assert "400 ms" in text
    assert text.count("<path") == 2


def test_the_sound_comes_in_parts_and_each_listening_is_noted_once(house: House) -> None:
    sound = house.call() + "/sound.wav"
    whole = house.client.get(sound, headers=AS_OPERATOR)
    assert whole.headers["content-type"] == "audio/wav"
    size = int(whole.headers["content-length"])
    assert len(whole.content) == size == 44 + 15_000 * 64
    some = house.client.get(sound, headers={**AS_OPERATOR, "range": "bytes=100-199"})
    assert (some.status_code, some.headers["content-range"]) == (206, f"bytes 100-199/{size}")
    assert some.content == whole.content[100:200]
    assert house.client.get(sound, headers={**AS_OPERATOR, "range": f"bytes={size}-"}).status_code == 416
    trail = house.client.get("/api/v1/audit", params={"what": "call.listen"}, headers=AS_OPERATOR).json()
    assert [(one["what"], one["about"]) for one in trail] == [("call.listen", "call:k1")]


def test_the_inbox_says_that_a_call_goes_on(house: House) -> None:
    page = house.call(lasts=True)
    inbox = house.page(f"/desk/inbox/{house.talk}").text
    assert "On a call" in inbox
    assert "with the machine" in inbox
    assert inbox.count(f'href="{page}"') == 2
    assert "none of the phrases" in inbox
    assert "going on now" in house.page(page).text


def test_what_was_recorded_goes_with_its_conversation(house: House) -> None:
    page = house.call()
    kefu = house.client.app_state["hall"].kefu
    assert house.client.portal
    assert house.client.portal.call(kefu.erase, house.talk) > 0
    assert house.page(page).status_code == 404
    assert not list(kefu.config.home.rglob("*.rec"))


def test_without_consent_there_is_nothing_to_hear(house: House) -> None:
    page = house.call(recorded=False)
    assert "was not recorded" in house.page(page).text
    assert house.client.get(page + "/sound.wav", headers=AS_OPERATOR).status_code == 404


@pytest.mark.parametrize("path", ["/desk/calls/{talk}/1", "/desk/calls/{talk}/999", "/desk/calls/c-none/3"])
def test_what_is_no_call_is_not_found(house: House, path: str) -> None:
    house.call()
    assert house.page(path.format(talk=house.talk)).status_code == 404


def test_a_viewer_reads_but_does_not_hear(house: House) -> None:
    page = house.call()
    join(house.client, "wei", "viewer")
    wei = cookie_of(house.client, "wei")
    text = house.client.get(page, params={"lang": "en"}, headers=wei).text
    assert "not listen to it" in text
    assert "我的卡号是••••" in text
    assert house.client.get(page + "/sound.wav", headers=wei).status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-200", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("items=1-2", (0, 100)),
    ],
)
def test_ranges(asked: str, found: tuple[int, int]) -> None:
    assert part(asked, 100) == found


def test_latencies_are_ranks_by_stage() -> None:
    turns = [{"heard": float(took), "sound": took + 100.0} for took in range(1, 101)]
    stages = {one.stage: (one.p50, one.p95) for one in latencies_of([*turns, {"decided": 7}])}
    assert stages == {"heard": (50, 95), "decided": (7, 7), "sound": (150, 195)}
    assert list(stages) == ["heard", "decided", "sound"]
    assert latencies_of([]) == ()
