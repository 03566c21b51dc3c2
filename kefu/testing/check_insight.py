"""The conformance kit of a store's insight (`INSIGHT_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Alarm, Label, Mention, Reason, Score, Settlement, Topic
from kefu.core.ports.store import Memory
from kefu.core.work import Work
from kefu.testing.check_store import NOW, talk_of, turn_of

EVERYBODY = Scope()
DAY = timedelta(days=1)


def mention_of(name: str, number: int = 1, minutes: float = 0, **known: object) -> Mention:
    """A message in a conversation, some minutes after `NOW`."""
    at = NOW + timedelta(minutes=minutes)
    plain = Mention(talk_of(name).id, number, 1, at, at.date(), "zh", "怎么退款", "refund", "enquiry", -0.25, 0.5)
    return plain._replace(**known)  # type: ignore[arg-type]


def score_of(name: str, number: int = 1, minutes: float = 0, **known: object) -> Score:
    """How a visit went."""
    at = NOW + timedelta(minutes=minutes)
    reasons = (Reason("solved", "answered", 20), Reason("effort", "handed_off", -15))
    return Score(talk_of(name).id, number, at, at.date(), 70, 70, 100, 85, reasons)._replace(**known)  # type: ignore[arg-type]


async def gather(store: Memory, *found: Mention | Score) -> None:
    """Keep them, and go on by one event."""
    place = await store.bookmark("kit")
    said = [one for one in found if isinstance(one, Mention)]
    judged = [one for one in found if isinstance(one, Score)]
    assert await store.gather_mentions(said, judged, "kit", place, place + 1)


async def read(store: Memory, scope: Scope = EVERYBODY) -> list[Mention]:
    """All messages around `NOW`."""
    return list(await store.mentions(NOW - DAY, NOW + DAY, scope))


async def what_was_gathered_comes_back_as_it_was(store: Memory) -> None:
    """Every field, in order."""
    await store.commit(turn_of(talk_of("a"), "a"))
    full = mention_of("a", 4, 5, troubles=("unclear", "handed_off"), sample=True)
    await gather(store, full, mention_of("a"), score_of("a", sample=True))
    assert await read(store) == [mention_of("a"), full]
    assert list(await store.scores(NOW, NOW + DAY, EVERYBODY)) == [score_of("a", sample=True)]
    assert list(await store.scores(NOW - DAY, NOW, EVERYBODY)) == []


async def a_visit_takes_the_place_of_what_was_known_and_keeps_topics(store: Memory) -> None:
    """From its first event on; earlier visits stay."""
    await store.commit(turn_of(talk_of("a"), "a"))
    later = {"visit": 5}
    await gather(store, mention_of("a"), mention_of("a", 6, 9, **later), score_of("a"), score_of("a", 5, 9))
    await store.place_mentions([(talk_of("a").id, 1, "t1", 0.5), (talk_of("a").id, 6, "t2", 0.75)])
    fresh = [mention_of("a", 6, 9, troubles=("wrong",), **later), mention_of("a", 8, 12, **later)]
    await gather(store, *fresh, score_of("a", 5, 9, solved=10))
    assert [(one.number, one.topic, one.closeness, one.troubles) for one in await read(store)] == [
        (1, "t1", 0.5, ()), (6, "t2", 0.75, ("wrong",)), (8, "", 0.0, ()),
    ]  # fmt: skip
    assert [one.solved for one in await store.scores(NOW, NOW + DAY, EVERYBODY)] == [70, 10]


async def topics_are_replaced_and_alarms_stay(store: Memory) -> None:
    """Of an alarm with the same topic and day a later look changes only how long it went on."""
    found, risen, at = await store.topics()
    assert (list(found), list(risen), at) == ([], [], None)
    one = Topic("t1", "f1", {"zh": ("退款", "到账"), "en": ()}, "refund", NOW)
    family = Topic("f1", "", {"zh": ("退款",), "en": ("refund",)}, "", NOW)
    alarm = Alarm("t1", NOW.date(), 1, 12, 3.5, 0.0001)
    await store.keep_topics([family, one], [alarm], NOW)
    await store.keep_topics(
        [family],
        [replace(alarm, observed=13, last=NOW.date() + DAY), Alarm("", NOW.date(), 7, 90, 60.0, 0.001)],
        NOW + DAY,
    )
    found, risen, at = await store.topics()
    assert list(found) == [family]
    assert [(alarm.topic, alarm.observed, alarm.until - alarm.day) for alarm in risen] == [
        ("t1", 12, DAY), ("", 90, timedelta(0)),
    ]  # fmt: skip
    assert at == NOW + DAY


async def an_alarm_is_settled_and_opened_again(store: Memory) -> None:
    """By whom and why stays with it, whatever is found later."""
    alarm = Alarm("", NOW.date(), 1, 12, 3.5, 0.0001)
    settled = Settlement("dismissed", "mei", NOW, "双十一")
    assert not await store.settle_alarm("", NOW.date(), settled)
    await store.keep_topics([], [alarm], NOW)
    assert await store.settle_alarm("", NOW.date(), settled)
    await store.keep_topics([], [replace(alarm, last=NOW.date() + DAY)], NOW + DAY)
    _, risen, _ = await store.topics()
    assert list(risen) == [replace(alarm, last=NOW.date() + DAY, settled=settled)]
    assert await store.settle_alarm("", NOW.date(), None)
    _, risen, _ = await store.topics()
    assert [one.settled for one in risen] == [None]


async def messages_are_read_in_pages_and_counted(store: Memory) -> None:
    """Each once, in order; those that nobody placed can be asked for alone."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await store.commit(turn_of(talk_of("b"), "b"))
    said = [mention_of(name, number, minutes=number // 2) for number in range(1, 6) for name in "ab"]
    await gather(store, *said, score_of("a"), score_of("b"))
    await store.place_mentions([(one.conversation_id, one.number, "t1", 0.5) for one in said[:3]])
    for unplaced, wanted in ((False, 10), (True, 7)):
        found: list[Mention] = []
        place = None
        while page := await store.next_mentions(NOW - DAY, NOW + DAY, place, 3, unplaced=unplaced):
            assert len(page) <= 3
            found += page
            place = (page[-1].at, page[-1].conversation_id, page[-1].number)
        keys = [(one.at, one.conversation_id, one.number) for one in found]
        assert keys == sorted(set(keys))
        assert len(keys) == wanted
    day = NOW.date()
    assert dict(await store.count_mentions(NOW - DAY, NOW + DAY)) == {("t1", day): 3, ("", day): 7}
    assert not await store.count_mentions(NOW - DAY, NOW)


async def the_past_is_read_as_it_is_kept(store: Memory) -> None:
    """The events of many conversations, each from a number on, without kinds that nobody minds."""
    for name in "ab":
        await store.commit(turn_of(talk_of(name), name))
    happened = await store.happenings(0, 1000)
    assert [one.position for one in happened] == [one.position for one in await store.happened()]
    assert list(await store.happenings(happened[0].position, 1)) == [happened[1]]
    a, b = talk_of("a").id, talk_of("b").id
    kept = await store.kept({b: 2, a: 0})
    wanted = [*await store.events(min(a, b)), *await store.events(max(a, b))]
    wanted = [one for one in wanted if one.conversation_id == a or one.number >= 2]
    assert [(one.conversation_id, one.number, one.turn_id) for one in kept] == [
        (one.conversation_id, one.number, one.turn_id) for one in wanted
    ]
    assert [one.kind for one in kept] == [type(one.event).__name__ for one in wanted]
    kinds = {type(one.event) for one in wanted[:1]}
    assert {one.kind for one in await store.kept({a: 0}, kinds)}.isdisjoint(kind.__name__ for kind in kinds)
    assert list(await store.kept({})) == []


async def whoever_may_not_see_a_conversation_reads_nothing_of_it(store: Memory) -> None:
    """Neither messages nor scores nor labels."""
    await store.commit(turn_of(replace(talk_of("a"), work=Work(team="billing")), "a"))
    await store.commit(turn_of(talk_of("b"), "b"))
    await gather(store, mention_of("a"), mention_of("b", minutes=1), score_of("a"), score_of("b", minutes=1))
    for name in ("a", "b"):
        assert await store.keep_label(Label(talk_of(name).id, 1, "mei", NOW, 5, 4, 3, 2))
    for teams, names in ((None, "ab"), (frozenset({"billing"}), "ab"), (frozenset({"sales"}), "b")):
        scope, ids = Scope("lin", teams), {talk_of(name).id for name in names}
        assert {one.conversation_id for one in await read(store, scope)} == ids
        assert {one.conversation_id for one in await store.scores(NOW, NOW + DAY, scope)} == ids
        assert {one.conversation_id for one in await store.labels(scope)} == ids


async def the_latest_label_of_a_colleague_holds(store: Memory) -> None:
    """And there is none of what was never scored."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await gather(store, score_of("a"))
    assert not await store.keep_label(Label(talk_of("a").id, 9, "mei", NOW, 1, 1, 1, 1))
    for at, solved in ((NOW, 2), (NOW + DAY, 5)):
        assert await store.keep_label(Label(talk_of("a").id, 1, "mei", at, solved, 4, 3, 2, "像是解决了"))
    assert await store.keep_label(Label(talk_of("a").id, 1, "lin", NOW, 3, 3, 3, 3))
    assert [(one.who, one.solved) for one in await store.labels(EVERYBODY)] == [("mei", 5), ("lin", 3)]


async def an_erased_conversation_leaves_nothing(store: Memory) -> None:
    """Nor does one that was erased before it was gathered."""
    await store.commit(turn_of(talk_of("a"), "a"))
    gone = (mention_of("gone"), score_of("gone"))
    await gather(store, mention_of("a"), score_of("a"), *gone)
    await store.keep_label(Label(talk_of("a").id, 1, "mei", NOW, 5, 4, 3, 2))
    assert len(await read(store)) == 1
    await store.erase(talk_of("a").id)
    assert await read(store) == []
    assert list(await store.scores(NOW, NOW + DAY, EVERYBODY)) == []
    assert list(await store.labels(EVERYBODY)) == []


INSIGHT_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    what_was_gathered_comes_back_as_it_was,
    a_visit_takes_the_place_of_what_was_known_and_keeps_topics,
    topics_are_replaced_and_alarms_stay,
    an_alarm_is_settled_and_opened_again,
    messages_are_read_in_pages_and_counted,
    the_past_is_read_as_it_is_kept,
    whoever_may_not_see_a_conversation_reads_nothing_of_it,
    the_latest_label_of_a_colleague_holds,
    an_erased_conversation_leaves_nothing,
)
"""Each is called with an empty store."""
