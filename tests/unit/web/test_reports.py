"""Reports over HTTP: every number is that of a count by hand over the events, and lists the visits behind it."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from small_house import ZONE
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, WebHouse, make_config

from kefu.adapters.files.workbook import sheets_of
from kefu.core.events import (
    Closed,
    DecisionTaken,
    Event,
    FlowEnded,
    HandedBack,
    HandedOff,
    MessageReceived,
    PersonReplied,
    PersonTook,
    Rated,
    Replied,
    TicketOpened,
)
from kefu.core.nouns import Identity, Inbound
from kefu.service.desk.deeds import Close, Deed, HandBack, Rate, Reply, Take
from kefu.service.turn import conversation_id_of, take_turn
from kefu.service.turn.person import speak

TEXTS = ("我学到哪了", "转人工", "我要退款", "你好", "什么时候学完", "是的", "投诉", "没时间")
DEEDS: tuple[Deed, ...] = (Reply("好"), Close(), Take(), HandBack(), Rate(5), Rate(1))
DAYS = 12
VISIBLE = (MessageReceived, Replied, PersonReplied)
Visit = Sequence[Event]


async def live(house: WebHouse, chance: Random, steps: int) -> None:
    """Some days of random talk and random deeds, through the real turn."""
    now = datetime.now(UTC) - timedelta(days=DAYS)
    bench = house.bench
    for number in range(steps):
        now += timedelta(seconds=chance.choice((20, 300, 3600, 9000, 40_000)))
        if now >= datetime.now(UTC):
            return
        here = replace(bench.house, clock=lambda now=now: now)
        channel, learner = chance.choice(("rest", "webchat")), chance.choice(("L1", "L2"))
        sender = f"{learner}-{chance.randrange(2)}"
        if chance.random() < 0.3 and await bench.store.load(channel, sender):
            await speak(conversation_id_of(channel, sender), [chance.choice(DEEDS)], "mei", here, bench.store)
        else:
            identity = Identity(learner, "token")
            await take_turn(Inbound(channel, f"m{number}", sender, chance.choice(TEXTS), now, identity), here)


async def by_hand(house: WebHouse) -> list[Visit]:
    """The visits, cut by a few lines that share nothing with kefu's own."""
    talks: dict[str, list[Event]] = defaultdict(list)
    for one in await house.bench.store.happened(0, 1_000_000):
        talks[one.conversation_id].append(one.event)
    found: list[Visit] = []
    for events in talks.values():
        visit: list[Event] = []  # what comes before the first message belongs to no visit
        began, people, last = False, False, datetime.max.replace(tzinfo=UTC)
        for event in events:
            gone = any(isinstance(one, Closed) for one in visit) or (
                not people and event.at - last > timedelta(hours=2)
            )
            if isinstance(event, MessageReceived) and (gone or not began):
                visit, began = [], True
                found.append(visit)
            visit.append(event)
            people = (people or isinstance(event, HandedOff | PersonTook)) and not isinstance(
                event, Closed | HandedBack
            )
            last = event.at if isinstance(event, VISIBLE) else last
    return found


def has(visit: Visit, *kinds: type[Event]) -> bool:
    return any(isinstance(event, kinds) for event in visit)


def is_answered(visit: Visit) -> bool:
    done = any(isinstance(event, FlowEnded) and event.outcome == "done" for event in visit)
    return done or any(isinstance(event, DecisionTaken) and event.decision == "answer" for event in visit)


def is_handed(visit: Visit) -> bool:
    return has(visit, HandedOff, PersonTook, TicketOpened)


def rating(visit: Visit) -> int:
    return next((event.score for event in reversed(visit) if isinstance(event, Rated)), 0)


COUNTS = {
    "started": lambda visit: True,
    "answered": is_answered,
    "handed": is_handed,
    "contained": lambda visit: is_answered(visit) and not is_handed(visit),
    "first_reply": lambda visit: has(visit, PersonReplied),
    "resolution": lambda visit: has(visit, Closed),
    "rated": lambda visit: rating(visit) > 0,
    "content": lambda visit: rating(visit) >= 4,
}


def get(client: TestClient, place: str, **query: object) -> Any:
    found = client.get(place, params={name: str(value) for name, value in query.items()}, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return found


@pytest.fixture
def house(tmp_path: Path) -> WebHouse:
    return WebHouse(make_config(tmp_path))


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_that_of_a_count_by_hand(house: WebHouse, open_client: Any, seed: int) -> None:
    asyncio.run(live(house, Random(seed), 150))
    visits = asyncio.run(by_hand(house))
    client = open_client(house)
    page = get(client, "/desk/reports", days=DAYS + 2).text
    api = get(client, "/api/v1/reports", days=DAYS + 2).json()
    assert api["complete"]
    assert api["visits"] == len(visits) > 20
    for figure, counts in COUNTS.items():
        expected = sum(map(counts, visits))
        listed = get(client, "/api/v1/reports/visits", figure=figure, days=DAYS + 2, limit=500).json()
        assert (figure, listed["total"], len(listed["visits"])) == (figure, expected, expected)
        shown = get(client, "/desk/reports/visits", figure=figure, days=DAYS + 2).text
        assert f"{expected} " in re.search(r"<h1>.*?<small>(.*?)</small>", shown, re.DOTALL)[1]  # type: ignore[index]
    contained = sum(map(COUNTS["contained"], visits))
    assert (api["automation"]["count"], api["automation"]["total"]) == (contained, len(visits))
    assert f"{contained / len(visits) * 100:.1f} %" in page
    days = defaultdict(int)
    for visit in visits:
        days[visit[0].at.astimezone(ZONE).date().isoformat()] += 1
    assert {day: count for day, count in api["days"] if count} == days
    assert sum(map(sum, api["hours"])) == len(visits)
    for name in ("channel", "language", "intent"):
        assert sum(count for _, count in api["by"][name]) == len(visits)
        for value, count in api["by"][name]:
            if value:
                part = get(client, "/api/v1/reports", days=DAYS + 2, **{name: value}).json()
                assert part["visits"] == count


def test_the_ladder_counts_those_alone_of_whom_it_is_known_whether_they_came_again(
    house: WebHouse, open_client: Any
) -> None:
    asyncio.run(live(house, Random(9), 150))
    now = datetime.now(UTC)
    visits = [visit for visit in asyncio.run(by_hand(house)) if now - last_word(visit) >= timedelta(hours=72)]
    api = get(open_client(house), "/api/v1/reports", days=DAYS + 2).json()
    counts = [rate["count"] for rate in api["ladder"].values()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == len(visits)
    assert api["young"] == api["visits"] - len(visits) > 0
    begins = defaultdict(list)
    for visit in asyncio.run(by_hand(house)):
        begins[learner_of(house, visit)].append(visit[0].at)
    silent = [
        visit
        for visit in visits
        if COUNTS["contained"](visit)
        and not any(
            visit[0].at < at <= last_word(visit) + timedelta(hours=72) for at in begins[learner_of(house, visit)]
        )
    ]
    assert api["ladder"]["silent"]["count"] == len(silent)


def last_word(visit: Visit) -> datetime:
    return max(event.at for event in visit if isinstance(event, (*VISIBLE, Closed)))


def learner_of(house: WebHouse, visit: Visit) -> str:
    talks = {one.event.at: one.conversation_id for one in asyncio.run(house.bench.store.happened(0, 1_000_000))}
    talk = asyncio.run(house.bench.store.conversation(talks[visit[0].at]))
    assert talk
    return talk.sender.partition("-")[0]


def test_visits_leave_as_a_table(house: WebHouse, open_client: Any) -> None:
    asyncio.run(live(house, Random(2), 60))
    client = open_client(house)
    total = get(client, "/api/v1/reports", days=DAYS + 2).json()["visits"]
    for place in ("/desk/reports/visits", "/api/v1/reports/visits"):
        text = get(client, f"{place}.csv", days=DAYS + 2).content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text)))
        ((name, rows),) = sheets_of("visits.xlsx", get(client, f"{place}.xlsx", days=DAYS + 2).content)
        table = [list(map(str, row)) for row in rows]
        assert (name, len(lines), len(table)) == ("visits", total, total + 1)
        assert [row[0] for row in table[1:]] == [line["conversation_id"] for line in lines]


@pytest.mark.parametrize(
    "query", ["since=soon", "hour=late", "since=2026-03-02&until=2026-03-01", "days=many", "share=200", "at_once=0"]
)
def test_a_question_that_can_not_be_read_says_what_is_wrong(client: TestClient, query: str) -> None:
    found = client.get(f"/api/v1/reports?{query}", headers=AS_OPERATOR)
    assert (found.status_code, found.json()["error"]["code"]) == (422, "input.invalid")


def test_a_figure_that_there_is_not_is_named(client: TestClient) -> None:
    found = client.get("/api/v1/reports/visits?figure=magic", headers=AS_OPERATOR)
    assert "magic" in found.text
    assert found.status_code == 422


def test_without_visits_the_page_says_what_to_do(client: TestClient) -> None:
    page = get(client, "/desk/reports", lang="en").text
    assert "Choose a longer time" in page
    assert "Choose a longer time" in get(client, "/desk/reports/visits", lang="en").text


def test_who_is_not_of_the_team_sees_nothing(client: TestClient) -> None:
    for place in ("/api/v1/reports", "/api/v1/reports/visits", "/api/v1/reports/visits.csv"):
        assert client.get(place).status_code == 401
