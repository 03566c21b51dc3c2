"""Insight over HTTP: mined through the real turn, counted by hand, read by who may, mailed through a real server."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from aiosmtpd.controller import Controller
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config

from kefu.adapters import mail
from kefu.adapters.files.printed import find_font
from kefu.app.batch import engine_of
from kefu.app.insight import Insight, plan_of
from kefu.app.insight.mine import Mined, mine
from kefu.app.reporting import Reporting
from kefu.core.errors import BadConfig, DeliveryFailed
from kefu.core.events import CallBegan
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Alarm, Mention
from kefu.core.ports.line import Caller
from kefu.service.desk.deeds import Close, Rate, Reply
from kefu.service.turn import conversation_id_of, take_turn
from kefu.service.turn.calling import note
from kefu.service.turn.person import speak
from kefu.web.digest import as_html, as_text, blocks_of, letter_of, week

SAID = ("我学到哪了", "我要退款", "转人工", "什么时候学完", "课程能开发票吗抬头写公司", "退款什么时候到")
DAYS = 16
PERIOD = {"days": 28}


async def live(house: WebHouse) -> None:
    """Some days of customers, through the real turn; a colleague answers those who wanted one, and is rated badly."""
    bench, now = house.bench, datetime.now(UTC)
    for number in range(DAYS * 6):
        at = now - timedelta(days=DAYS) + timedelta(hours=4 * number + 1)
        here = replace(bench.house, clock=lambda at=at: at)
        sender, text = f"L1-{number % 7}", SAID[number % len(SAID)]
        await take_turn(Inbound("rest", f"m{number}", sender, text, at, Identity("L1", "token")), here)
        if text == "转人工":
            later = replace(here, clock=lambda at=at: at + timedelta(minutes=5))
            deeds = [Reply("好的，已经处理"), Close(), Rate(2)]
            await speak(conversation_id_of("rest", sender), deeds, "mei", later, bench.store)


async def mined(house: WebHouse) -> Mined:
    bench, config = house.bench, house.config
    await Reporting(bench.store, bench.house.catalog, bench.house.hours).catch_up()
    await Insight(bench.store, bench.house.catalog, bench.house.hours).gathering.catch_up()
    plan = plan_of(config, bench.house.catalog)
    return await mine(bench.store, engine_of(config), plan, datetime.now(UTC), lambda *_: None)


async def mentions(house: WebHouse) -> list[Mention]:
    now = datetime.now(UTC)
    return list(await house.bench.store.mentions(now - timedelta(days=60), now, Scope()))


@pytest.fixture
def house(tmp_path: Path) -> WebHouse:
    return WebHouse(make_config(tmp_path))


@pytest.fixture
def lived(house: WebHouse) -> WebHouse:
    asyncio.run(live(house))
    asyncio.run(mined(house))
    return house


def test_a_call_without_a_word_is_no_visit(house: WebHouse) -> None:
    bench, now = house.bench, datetime.now(UTC)
    asyncio.run(note(Caller("rest", "L1-9", "k1"), [CallBegan(now, "k1", "phone", "zh")], bench.house))
    gathering = Insight(bench.store, bench.house.catalog, bench.house.hours).gathering
    assert asyncio.run(gathering.catch_up())
    assert asyncio.run(mentions(house)) == []


def get(client: TestClient, place: str, **query: object) -> Any:
    found = client.get(place, params={name: str(value) for name, value in query.items()}, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return found


def test_every_number_leads_to_the_conversations_behind_it(lived: WebHouse, open_client: Any) -> None:
    client = open_client(lived)
    said = asyncio.run(mentions(lived))
    assert Counter(one.text for one in said).keys() == set(SAID)
    found = get(client, "/api/v1/insight/topics", **PERIOD).json()["topics"]
    tops = [row for row in found if not row["family"]]
    assert sum(row["messages"] for row in tops) == sum(bool(one.topic) for one in said)
    assert len(tops) >= 3
    page = get(client, "/desk/topics", **PERIOD).text
    for row in found:
        listed = get(client, "/api/v1/insight/messages", topic=row["id"], limit=500, **PERIOD).json()
        assert listed["total"] == len(listed["messages"]) == row["messages"]
        shown = get(client, "/desk/topics/said", topic=row["id"], **PERIOD).text
        assert f"{row['messages']} " in re.search(r"<h1>.*?<small>(.*?)</small>", shown, re.DOTALL)[1]  # type: ignore[index]
        one = get(client, f"/desk/topics/{row['id']}", **PERIOD).text
        assert listed["messages"][0]["text"] in one
        assert (f"/desk/topics/{row['id']}?" in page) == (not row["family"])
        for figure in ("contained", "handed", "replied", "simple"):
            assert f"figure={figure}" in one
            behind = get(client, "/api/v1/insight/messages", topic=row["id"], figure=figure, limit=500, **PERIOD).json()
            talks = {(message["conversation_id"], message["number"]) for message in behind["messages"]}
            assert len(talks) == behind["total"]
            if figure in row:
                assert (behind["total"] > 0) == (row[figure]["count"] > 0)
            get(client, "/desk/topics/said", topic=row["id"], figure=figure, **PERIOD)
        for trouble, count in row["troubles"].items():
            behind = get(client, "/api/v1/insight/messages", topic=row["id"], trouble=trouble, **PERIOD).json()
            assert behind["total"] == count
    low = get(client, "/api/v1/insight/messages", trouble="rated_low", limit=500, **PERIOD).json()["messages"]
    assert low
    assert {one["text"] for one in low} == {"转人工"}


def test_topics_keep_their_ids_when_they_are_found_again(lived: WebHouse) -> None:
    before = {one.text: one.topic for one in asyncio.run(mentions(lived))}
    again = asyncio.run(mined(lived))
    after = {one.text: one.topic for one in asyncio.run(mentions(lived))}
    assert before == after
    assert {one.id for one in again.topics} >= {topic for topic in after.values() if topic}


def test_what_is_erased_is_gone_from_every_topic(lived: WebHouse, open_client: Any) -> None:
    client, talk = open_client(lived), conversation_id_of("rest", "L1-2")
    asyncio.run(lived.bench.store.erase(talk))
    listed = get(client, "/api/v1/insight/messages", limit=500, **PERIOD).json()["messages"]
    assert listed
    assert talk not in {one["conversation_id"] for one in listed}


def test_labels_are_kept_and_agreement_is_shown(lived: WebHouse, open_client: Any) -> None:
    client = open_client(lived)
    found = get(client, "/api/v1/insight/quality", **PERIOD).json()
    assert {one["conversation"] for one in found["to_label"]} <= {one["conversation_id"] for one in found["visits"]}
    bad = next(one for one in found["visits"] if {"rated_bad"} & {reason["code"] for reason in one["reasons"]})
    assert bad["solved"] < 50
    levels = {"solved": 1, "tone": 3, "process": 5, "effort": 5}
    page = get(client, "/desk/quality", lang="en").text
    shown = re.findall(r'name="(conversation|number)" value="(.*?)"', page)
    answer = client.post("/desk/quality", data={**dict(shown), **levels}, headers=AS_OPERATOR, follow_redirects=False)
    assert answer.status_code == 303
    for one in found["to_label"][1:4]:
        assert client.post("/api/v1/insight/labels", json={**one, **levels}, headers=AS_OPERATOR).status_code == 204
    assert get(client, "/api/v1/insight/quality", **PERIOD).json()["agreement"]["solved"]["count"] == 4
    assert dict(shown)["conversation"] + dict(shown)["number"] not in "".join(
        "".join(pair)
        for pair in re.findall(r'name="(?:conversation|number)" value="(.*?)"', get(client, "/desk/quality").text)
    )
    for wrong in ({**levels, "solved": 9}, {**levels, "solved": 0}):
        one = {**found["to_label"][0], **wrong}
        assert client.post("/api/v1/insight/labels", json=one, headers=AS_OPERATOR).status_code == 422
    gone = {"conversation": "nobody", "number": 1, **levels}
    assert client.post("/api/v1/insight/labels", json=gone, headers=AS_OPERATOR).status_code == 404


def test_an_alarm_is_settled_with_a_reason_and_opened_again(lived: WebHouse, open_client: Any) -> None:
    client, store, day = open_client(lived), lived.bench.store, datetime.now(UTC).date() - timedelta(days=2)
    topics, _, at = asyncio.run(store.topics())
    assert at
    asyncio.run(store.keep_topics(topics, [Alarm(topics[0].id, day, 1, 12, 3.0, 1e-5)], at))
    alarm = {"topic": topics[0].id, "day": str(day)}
    shown = "12 messages by" in get(client, "/desk/topics", lang="en").text
    assert shown
    api, page = "/api/v1/insight/alarms", "/desk/alarms"
    assert client.put(api, json={**alarm, "state": "dismissed"}, headers=AS_OPERATOR).status_code == 422
    assert client.put(api, json={**alarm, "state": "gone"}, headers=AS_OPERATOR).status_code == 422
    unknown = {**alarm, "topic": "nothing", "state": "acknowledged"}
    assert client.put(api, json=unknown, headers=AS_OPERATOR).status_code == 404
    why = {"state": "dismissed", "reason": "a sale <b>"}
    assert client.put(api, json={**alarm, **why}, headers=AS_OPERATOR).status_code == 204
    (found,) = get(client, api).json()
    assert found["settled"]["state"] == "dismissed"
    assert found["settled"]["who"]
    told = get(client, page, lang="en").text
    assert "a sale &lt;b&gt;" in told
    assert "nothing to see to" in told
    assert "12 messages by" not in get(client, "/desk/topics", lang="en").text
    for state, wanted in (("open", None), ("acknowledged", "acknowledged")):
        form = {**alarm, "state": state}
        answer = client.post(page, data=form, headers=AS_OPERATOR, follow_redirects=False)
        assert answer.status_code == 303
        (found,) = get(client, api).json()
        assert (found["settled"] or {}).get("state") == wanted
    trail = get(client, "/api/v1/audit").text
    assert trail.count("alarm.settle") == 3
    assert "a sale" not in trail


def test_hours_are_priced_where_the_company_says_what_one_costs(tmp_path: Path, open_client: Any) -> None:
    house = WebHouse(make_config(tmp_path, insight__hour_cost=60.0, insight__currency="CNY"))
    asyncio.run(live(house))
    asyncio.run(mined(house))
    client = open_client(house)
    found = [one for one in get(client, "/api/v1/insight/topics", **PERIOD).json()["topics"] if one["hours"]]
    assert found
    for one in found:
        assert one["cost"] == round(60 * one["hours"], 2)
        assert f"{one['cost']:,.0f} CNY" in get(client, f"/desk/topics/{one['id']}", **PERIOD).text


def test_without_a_price_the_page_says_how_to_set_one(lived: WebHouse, open_client: Any) -> None:
    client = open_client(lived)
    one = get(client, "/api/v1/insight/topics", **PERIOD).json()["topics"][0]
    assert one["cost"] is None
    assert "hour_cost" in get(client, f"/desk/topics/{one['id']}", lang="en", **PERIOD).text


def test_who_may_not_read_reports_sees_nothing(lived: WebHouse, open_client: Any) -> None:
    client = open_client(lived)
    for place in ("topics", "messages", "alarms", "quality"):
        assert client.get(f"/api/v1/insight/{place}").status_code == 401
        assert client.get(f"/api/v1/insight/{place}", headers=AS_SERVER).status_code in (401, 403)


@pytest.mark.parametrize(("language", "words"), [("en", "No topics yet"), ("zh", "还没有话题")])
def test_before_anything_was_said_pages_say_what_to_do(
    house: WebHouse, open_client: Any, language: str, words: str
) -> None:
    client = open_client(house)
    assert words in get(client, "/desk/topics", lang=language).text
    for place in ("alarms", "quality", "digest"):
        assert "empty" in get(client, f"/desk/{place}", lang=language).text
    missing = client.get("/desk/topics/nothing", headers=AS_OPERATOR)
    assert missing.status_code == 404


@pytest.mark.parametrize("query", ["day=soon", "figure=none", "since=2026-03-02&until=2026-03-01"])
def test_an_address_that_can_not_be_read_says_so(house: WebHouse, open_client: Any, query: str) -> None:
    assert open_client(house).get(f"/api/v1/insight/messages?{query}", headers=AS_OPERATOR).status_code == 422


class Inbox:
    """What a real SMTP server on this machine took."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_digest_goes_out_as_text_html_and_pdf(lived: WebHouse, language: Any) -> None:
    bench = lived.bench
    insight = Insight(bench.store, bench.house.catalog, bench.house.hours)
    monday = datetime.now(UTC).date()
    found, topics = asyncio.run(week(insight, monday))
    assert found.visits[0] > 0
    letter = letter_of(found, topics, language, "示例网校", "")
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server = mail.Server("127.0.0.1", port, "none", "", "", "kefu@example.com")
        mail.send(server, ["boss@example.com", "lead@example.com"], letter)
    finally:
        controller.stop()
    ((to, content),) = inbox.letters
    message = message_from_bytes(content, policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert to == ["boss@example.com", "lead@example.com"]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    top = found.top[0]
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    pages = pypdfium2.PdfDocument(parts["application/pdf"])
    printed = "".join(page.get_textpage().get_text_range() for page in pages)
    for text in (parts["text/plain"], parts["text/html"], printed):
        assert "示例网校" in text
        assert f"{top.visits} " in text
    assert ("来访" in printed) == (language == "zh")


def test_what_is_missing_for_mail_and_pdf_is_said(tmp_path: Path) -> None:
    settings: dict[str, object] = {
        "host": "", "port": 25, "secure": "none", "user": "", "password": "", "sender": "a@example.com",
    }  # fmt: skip
    with pytest.raises(BadConfig, match="host is missing"):
        mail.Server.of(settings)
    with pytest.raises(BadConfig, match="starttls, tls or none"):
        mail.Server.of({**settings, "host": "127.0.0.1", "secure": "maybe"})
    server = mail.Server.of({**settings, "host": "127.0.0.1", "port": 9})
    with pytest.raises(DeliveryFailed, match="did not take"):
        mail.send(server, ["b@example.com"], mail.Letter("s", "t", "<p>t</p>", {}))
    with pytest.raises(BadConfig, match="is no file"):
        find_font(str(tmp_path / "no.ttf"))


def test_what_customers_wrote_is_no_markup_in_a_letter() -> None:
    html = as_html([("title", ["<script>alert(1)</script>"]), ("row", ["<b>", "&"])], "en")
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert "<script>" in as_text([("title", ["<script>"])])


def test_an_empty_week_has_a_digest_too(house: WebHouse) -> None:
    bench = house.bench
    insight = Insight(bench.store, bench.house.catalog, bench.house.hours)
    found, topics = asyncio.run(week(insight, datetime.now(UTC).date()))
    assert len(list(blocks_of(found, topics, "zh", "x"))) >= 5
