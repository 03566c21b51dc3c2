"""Who looked at which conversation stands in the audit trail, once an hour; and a few things that agents see there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_client import ask, chat_as, do, get
from starlette.testclient import TestClient
from team import cookie_of, join
from web_house import AS_OPERATOR

from kefu.adapters.stores.memory import MemoryStore
from kefu.core.errors import StoreFailed
from kefu.core.trail import Deed
from kefu.web.looking import Looks


class Stubborn(MemoryStore):
    """A store that refuses for a while."""

    refuses = True

    async def note(self, deed: Deed, at: datetime, since: datetime) -> datetime:
        if self.refuses:
            raise StoreFailed
        return await super().note(deed, at, since)


def looked(client: TestClient) -> list[tuple[str, str]]:
    """(who, about) of every look that the trail holds, earliest first."""
    kefu = client.app_state["hall"].kefu
    assert client.portal
    return [
        (one.deed.who, one.deed.about)
        for one in client.portal.call(kefu.store.trail)
        if one.deed.what == "conversation.read"
    ]


def test_each_look_of_a_colleague_is_kept_once_and_a_refused_one_is_none(client: TestClient) -> None:
    join(client, "bo", "agent", ("sales",))
    bo = cookie_of(client, "bo")
    talk, other = ask(client, "我学到哪了"), ask(client, "转人工", "L1-b")
    client.get("/desk/inbox", headers=bo)
    assert looked(client) == []
    for path in (f"/desk/inbox/{talk}", f"/desk/inbox/{talk}?part=lines", f"/api/v1/conversations/{talk}"):
        assert client.get(path, headers=bo).status_code == 200
    assert looked(client) == [("bo", f"conversation:{talk}")]
    do(client, other, {"deed": "assign", "team": "billing"})
    assert client.get(f"/desk/inbox/{other}", headers=bo).status_code == 404
    turn = get(client, "turns")[0]["id"]
    client.get(f"/desk/why/{turn}", headers=AS_OPERATOR)
    assert looked(client)[0] == ("bo", f"conversation:{talk}")
    assert {who for who, _ in looked(client)[1:]} == {"api"}


async def test_a_look_is_written_once_an_hour_whatever_process_serves_it() -> None:
    store = MemoryStore()
    here, there = Looks(store), Looks(store)
    begin = datetime(2027, 3, 1, 9, tzinfo=UTC)
    looks = [Deed(who, "conversation.read", f"conversation:{talk}") for who, talk in (("bo", "c1"), ("mei", "c1"))]
    for minutes, looks_of, deed in (
        (0, here, looks[0]), (50, there, looks[0]), (55, here, looks[1]), (61, there, looks[0]), (62, here, looks[0]),
    ):  # fmt: skip
        await looks_of.note(deed, begin + timedelta(minutes=minutes))
    told = [(one.deed.who, (one.at - begin) // timedelta(minutes=1)) for one in await store.trail()]
    assert told == [("bo", 0), ("mei", 55), ("bo", 61)]


async def test_a_look_that_could_not_be_written_is_written_the_next_time() -> None:
    store, at = Stubborn(), datetime(2027, 3, 1, 9, tzinfo=UTC)
    looks, deed = Looks(store), Deed("bo", "conversation.read", "conversation:c1")
    with pytest.raises(StoreFailed):
        await looks.note(deed, at)
    store.refuses = False
    await looks.note(deed, at)
    assert len(await store.trail()) == 1


def test_colleagues_see_that_a_customer_types_until_they_said_it(client: TestClient) -> None:
    chat = chat_as(client, "L1")
    chat.say("转人工")
    talk = get(client, "conversations")[0]["id"]
    news = client.app_state["hall"].news
    token = chat.headers["Authorization"].removeprefix("Bearer ")
    with client.websocket_connect("/api/v1/chat/live") as socket:
        socket.send_json({"type": "hello", "session": token, "after": 99})
        assert socket.receive_json()["type"] == "ready"
        socket.send_json({"type": "typing"})
        socket.send_json({"type": "nonsense"})
        assert socket.receive_json()["type"] == "error"
        assert [(one.who, one.state) for one in news.people(talk)] == [("", "types")]
        page = client.get(f"/desk/inbox/{talk}", params={"lang": "en"}, headers=AS_OPERATOR).text
        assert page.count("The customer is typing") >= 2
        socket.send_json({"type": "say", "id": "x1", "text": "在吗"})
        while socket.receive_json()["type"] != "ack":
            pass
        assert news.people(talk) == ()


def test_a_second_correction_is_undone_to_the_first(client: TestClient) -> None:
    talk = ask(client, "我学到哪了")
    turn = get(client, "turns")[0]["id"]

    def correct(intent: str) -> Any:
        return do(client, talk, {"deed": "correct", "turn_id": turn, "text": "我学到哪了", "intent": intent})["undo"]

    first = correct("progress")
    assert [one["intent"] for one in first] == [""]
    second = correct("refund")
    assert [one["intent"] for one in second] == ["progress"]
    redo = do(client, talk, *second)["undo"]
    assert [one["intent"] for one in redo] == ["refund"]


def test_a_macro_may_put_a_conversation_aside_from_when_it_is_used(client: TestClient) -> None:
    form = {"name": "等财务", "zh": "请稍等。", "shared": "1", "snooze": "24"}
    assert client.post("/desk/macros", data=form, headers=AS_OPERATOR, follow_redirects=False).status_code == 303
    talk = ask(client, "转人工")
    (macro,) = get(client, f"conversations/{talk}/macros")
    assert [one["deed"] for one in macro["deeds"]] == ["snooze"]
    do(client, talk, {"deed": "reply", "text": macro["text"]}, *macro["deeds"])
    assert get(client, "inbox", status="snoozed")["entries"][0]["id"] == talk
    page = client.get("/desk/macros", headers=AS_OPERATOR).text
    assert '<option value="24" selected>' in page
