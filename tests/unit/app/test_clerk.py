"""The clerk: service levels, waking, teams and the queue, on real stores and with a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from clerk_house import MONDAY, Office, make_office, open_store
from web_house import make_config

from kefu.app.clerk.plan import read_plan
from kefu.app.labelled import PLAYS_S, note_play
from kefu.core.errors import BadConfig
from kefu.core.events import Assigned, Escalated, RuleApplied, TargetMissed, TargetNear, TargetSet, Woken
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.desk import View
from kefu.service.desk.deeds import Assign, Close, HandBack, Prioritise, Reopen, Reply, Snooze, Tag
from kefu.service.turn import take_turn

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
LEVELS = [
    {"name": "urgent", "priorities": ["urgent"], "first_reply": 2, "escalate_team": "seniors"},
    {"name": "usual", "first_reply": 30, "next_reply": 60, "resolution": 600, "warn": 10},
]
TEAMS = {
    "teams.billing.intents": ["form", "refund"],
    "teams.billing.members": ["mei", "bo"],
    "teams.billing.capacity": 2,
    "teams.seniors.channels": ["nowhere"],
    "teams.seniors.members": ["an"],
    "teams.front.members": ["mei", "chen"],
    "teams.front.capacity": 2,
}
Open = Callable[..., Office]


@pytest.fixture
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    """An office with teams and service levels, on the store of the test's kind."""
    kind = getattr(request, "param", "memory")
    url = "memory" if kind == "memory" else request.getfixturevalue(f"{kind}_url")
    async with open_store(url) as store:
        yield make_office(store, make_config(tmp_path, service_levels=LEVELS, handoff__hours="09:00-18:00", **TEAMS))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize("office", DATABASES, indirect=True)
async def test_a_day_of_service_levels(office: Office) -> None:
    talk = await office.ask()
    await office.look()
    assert (await office.talk(talk)).work.due == {
        "first_reply": MONDAY + minutes(30),
        "resolution": MONDAY + minutes(600 + 15 * 60),
    }
    await office.pass_by(minutes=21)
    assert await office.notices() == ["HandedOff", "TargetNear"]
    assert [event.target for event in await office.happened(talk, TargetNear)] == ["first_reply"]
    await office.pass_by(minutes=8)
    await office.do(talk, Reply("您好"))
    await office.pass_by(minutes=5)
    assert list((await office.talk(talk)).work.due) == ["resolution"]
    await office.ask("还在吗")
    asked = office.now
    await office.look()
    assert (await office.talk(talk)).work.due["next_reply"] == asked + minutes(60)
    await office.pass_by(minutes=61)
    work = (await office.talk(talk)).work
    assert (work.missed, list(work.late)) == (("next_reply",), ["next_reply"])
    await office.do(talk, Reply("在的"), Close())
    work = (await office.talk(talk)).work
    assert (work.missed, work.late, work.due) == (("next_reply",), {}, {})
    assert [event.due for event in await office.happened(talk, TargetMissed)] == [asked + minutes(60)]


@pytest.mark.parametrize("office", DATABASES, indirect=True)
async def test_what_is_late_stays_on_top_and_what_ends_later_is_still_noticed(office: Office) -> None:
    talk = await office.ask()
    for hours in (1, 1, 20):
        await office.pass_by(hours=hours)
        assert (await office.talk(talk)).work.missed == ("first_reply",)
    listed = (await office.store.inbox(View(status=("open",)), "due")).entries
    assert [entry.due for entry in listed] == [("first_reply", MONDAY + minutes(30))]
    await office.pass_by(hours=4)
    assert (await office.talk(talk)).work.missed == ("first_reply", "resolution")
    assert [event.target for event in await office.happened(talk, TargetNear)] == []


async def test_time_when_nobody_is_there_does_not_count(office: Office) -> None:
    office.now += timedelta(hours=7, minutes=50)  # ten minutes before the end of the day
    talk = await office.ask()
    await office.look()
    assert (await office.talk(talk)).work.due["first_reply"] == MONDAY + timedelta(hours=23, minutes=20)


async def test_a_reply_that_came_too_late_is_a_miss_even_if_the_clerk_slept(office: Office) -> None:
    talk = await office.ask()
    await office.look()
    office.now += minutes(31)
    await office.do(talk, Reply("您好"))
    assert [event.target for event in await office.happened(talk, TargetMissed)] == ["first_reply"]
    await office.look()
    assert len(await office.happened(talk, TargetMissed)) == 1


async def test_a_higher_priority_shortens_the_level_and_a_miss_escalates_once(office: Office) -> None:
    talk = await office.ask()
    await office.look()
    await office.do(talk, Prioritise("urgent"))
    await office.look()
    assert (await office.talk(talk)).work.due == {"first_reply": MONDAY + minutes(2)}
    for _ in range(3):
        await office.pass_by(minutes=3)
    assert [(event.because, event.team) for event in await office.happened(talk, Escalated)] == [
        ("first_reply", "seniors")
    ]
    assert (await office.talk(talk)).work.team == "seniors"
    assert await office.notices() == ["HandedOff", "TargetMissed", "Escalated"]


async def test_reopening_counts_anew_and_the_machine_has_no_targets(office: Office) -> None:
    talk = await office.ask()
    await office.do(talk, Reply("好"), Close())
    await office.look()
    assert (await office.talk(talk)).work.due == {}
    await office.pass_by(minutes=90)
    await office.do(talk, Reopen())
    await office.look()
    assert (await office.talk(talk)).work.due == {"resolution": office.now + minutes(600 + 15 * 60)}
    await office.do(talk, HandBack())
    await office.look()
    assert (await office.talk(talk)).work.due == {}
    assert not await office.happened(talk, TargetMissed)


@pytest.mark.parametrize("office", DATABASES, indirect=True)
async def test_what_was_snoozed_wakes_by_the_clock_once(office: Office) -> None:
    talk = await office.ask()
    await office.do(talk, Snooze(office.now + minutes(5)))
    await office.pass_by(minutes=4)
    assert (await office.talk(talk)).status == "snoozed"
    await office.pass_by(minutes=1)
    await office.pass_by(minutes=1)
    assert (await office.talk(talk)).status == "open"
    assert [event.because for event in await office.happened(talk, Woken)] == ["time"]


async def test_a_conversation_goes_to_the_team_that_takes_it_and_says_why(office: Office) -> None:
    talk, other = await office.ask("我要发票，另外转人工"), await office.ask(sender="v")
    await office.ask("转人工")
    await office.look()
    given = [(event.who, event.person, event.team, event.because) for event in await office.happened(talk, Assigned)]
    assert given == [("kefu", "", "billing", "intent:form")]
    assert (await office.talk(other)).work.team == "front"


@pytest.mark.parametrize("office", DATABASES, indirect=True)
async def test_the_queue_drains_as_somebody_has_room(office: Office) -> None:
    talks = []
    for number in range(5):
        talks.append(await office.ask(sender=f"s{number}"))
        office.now += minutes(1)
    await office.do(talks[4], Prioritise("high"))
    await office.look()
    assert {(await office.talk(talk)).work.person for talk in talks} == {""}
    await office.here("mei", "chen")
    await office.look()
    people = [(await office.talk(talk)).work.person for talk in talks]
    assert people[3] == ""
    assert sorted(people) == ["", "chen", "chen", "mei", "mei"]
    because = [event.because for event in await office.happened(talks[4], Assigned) if event.person]
    assert because == ["load:0/2"]
    await office.do(talks[0], Reply("好了"), Close(), who=people[0])
    await office.look()
    assert (await office.talk(talks[3])).work.person == people[0]


async def test_whoever_served_the_customer_gets_them_again(office: Office) -> None:
    await office.here("mei", "chen")
    talk = await office.ask()
    await office.look()
    first = (await office.talk(talk)).work.person
    await office.do(talk, Reply("好了"), Close(), who=first)
    await office.pass_by(minutes=30)
    await office.ask()
    await office.look()
    assert (await office.talk(talk)).work.person == first
    assert [event.because for event in await office.happened(talk, Assigned)][-1].startswith("served_before")


async def test_what_somebody_gives_away_does_not_come_back_to_them(office: Office) -> None:
    await office.here("chen")
    talk = await office.ask()
    await office.look()
    await office.do(talk, Assign(team="front"), who="chen")
    await office.look()
    assert (await office.talk(talk)).work.person == ""
    await office.here("mei")
    await office.look()
    assert (await office.talk(talk)).work.person == "mei"


async def test_whoever_is_away_gets_nothing_and_a_shift_ends(office: Office) -> None:
    await office.here("mei")
    await office.store.attend("mei", office.now, here=False)
    await office.here("chen")
    office.now += timedelta(hours=13)
    talk = await office.ask()
    await office.look()
    assert (await office.talk(talk)).work.person == ""


@pytest.mark.parametrize("office", DATABASES, indirect=True)
async def test_accounts_say_who_knows_what_and_how_much_they_take(office: Office) -> None:
    await office.join("bo", languages=("en",), capacity=9)
    await office.join("an", skills=("form",), capacity=1, teams=("front",))
    await office.join("eva", role="viewer", capacity=9)
    await office.here("bo", "an", "eva", "mei")
    talks = []
    for number in range(3):
        talks.append(await office.ask("我要发票，另外转人工", sender=f"s{number}"))
        await office.do(talks[-1], Assign(team="front"), who="chen")
    await office.look()
    assert [(await office.talk(talk)).work.person for talk in talks] == ["an", "mei", "mei"]
    given = [event.because for event in await office.happened(talks[0], Assigned) if event.person]
    assert given == ["skill:form load:0/1"]


@pytest.mark.parametrize("store_url", DATABASES, indirect=True)
async def test_two_processes_do_everything_once_and_overload_nobody(store_url: str, tmp_path: Path) -> None:
    tag = {"name": "vip", "when": ["HandedOff"], "then": {"deed": "tag", "add": ["vip"]}}
    config = make_config(tmp_path, service_levels=LEVELS, rules=[tag], **TEAMS)
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(store_url)) for _ in range(2)]
        offices = [make_office(store, config) for store in stores]
        talks = [await offices[0].ask(sender=f"s{number}") for number in range(6)]
        await offices[0].here("mei", "chen")
        await asyncio.gather(*(office.look() for office in offices * 3))
        office = offices[0]
        people = [(await office.talk(talk)).work.person for talk in talks]
        assert sorted(people) == ["", "", "chen", "chen", "mei", "mei"]
        for talk in talks:
            assert len(await office.happened(talk, TargetSet)) == 2
            assert len(await office.happened(talk, RuleApplied)) == 1
            assert (
                len([event for event in await office.happened(talk, Assigned) if event.team and not event.person]) == 1
            )


async def test_what_is_replayed_is_left_alone(office: Office) -> None:
    await office.here("mei")
    inbound = Inbound("replay", "r1", "u", "转人工", office.now, Identity("L1", "server"))
    talk = (await take_turn(inbound, office.house)).conversation_id
    await office.look()
    await office.clerk.take_up(office.house)
    assert (await office.happened(talk, TargetSet, Assigned), await office.notices()) == ([], ["HandedOff"])


async def test_old_history_is_left_alone(office: Office) -> None:
    talk = await office.ask()
    office.now += timedelta(days=3)
    await office.look()
    assert await office.happened(talk, TargetSet) == []
    await office.clerk.take_up(office.house)
    assert (await office.talk(talk)).work.missed == ("first_reply", "resolution")


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"service_levels": [{"name": "x"}]}, "promises nothing"),
        ({"service_levels": [{"first_reply": 5}]}, "name is missing"),
        ({"service_levels": [{"name": "x", "first_reply": "soon"}]}, "number of minutes"),
        ({"service_levels": [{"name": "x", "first_reply": 5, "prio": 1}]}, "unknown key 'prio'"),
        ({"service_levels": [{"name": "x", "first_reply": 5, "priorities": ["now"]}]}, "one of low"),
        ({"service_levels": [{"name": "x", "first_reply": 5, "escalate_team": "none"}]}, r"no \[teams.none\]"),
        ({"service_levels": [{"name": "x", "first_reply": 5}] * 2}, "same name"),
        ({"teams.a.member": ["mei"]}, "unknown key 'member'"),
        ({"teams.a.languages": ["fr"]}, "one of zh, en"),
        ({"teams.a.hours": "all day"}, "Write days"),
    ],
)
def test_a_wrong_table_says_what_to_do(tmp_path: Path, own: dict[str, object], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        read_plan(make_config(tmp_path, **own))


async def test_sample_conversations_are_left_alone_while_they_are_played(office: Office) -> None:
    talk = await office.ask()
    await office.look()
    await office.do(talk, Tag(("sample",)))
    await note_play(office.store, MONDAY + minutes(31))
    await office.pass_by(minutes=31)
    assert not await office.happened(talk, TargetMissed)
    await office.pass_by(seconds=PLAYS_S + 1)
    assert [event.target for event in await office.happened(talk, TargetMissed)] == ["first_reply"]
