"""Who gets a conversation: whatever the crew, somebody for whom it is and who has room, and the best of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from kefu.service.desk.routing import Colleague, Need, choose

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
names = some.sampled_from("abcdef")
teams = some.frozensets(some.sampled_from(["x", "y"]))
topics = some.frozensets(some.sampled_from(["refund", "form"]))
languages = some.sampled_from(["zh", "en"])
colleagues = some.builds(
    Colleague,
    names,
    some.none() | teams,
    some.lists(languages, unique=True, max_size=2).map(tuple),
    topics,
    some.integers(0, 3),
    some.booleans(),
    some.integers(0, 4),
    some.none() | some.integers(0, 5).map(lambda minutes: NOW - timedelta(minutes=minutes)),
)
needs = some.builds(
    Need, some.sampled_from(["", "x"]), languages, topics, names | some.just(""), some.frozensets(names, max_size=2)
)


@given(needs, some.lists(colleagues, max_size=6, unique_by=lambda one: one.name))
def test_it_is_for_whoever_gets_it_and_nobody_better_was_left_out(need: Need, crew: list[Colleague]) -> None:
    fits = [one for one in crew if one.has_room and one.may_have(need)]
    found = choose(need, crew)
    assert (found is None) == (not fits)
    if found is None:
        return
    best, because = found
    assert best in fits
    served = [one for one in fits if one.name == need.served_by]
    if served:
        assert (best, because.split()[0]) == (served[0], "served_before")
        return
    knowing = [one for one in fits if one.skills & need.topics]
    assert bool(best.skills & need.topics) == bool(knowing)
    assert all(best.load / best.capacity <= one.load / one.capacity for one in knowing or fits)
    assert because.endswith(f"load:{best.load}/{best.capacity}")


def test_of_equals_whoever_has_been_idle_for_longest() -> None:
    crew = [
        Colleague(name, capacity=2, is_there=True, load=1, idle_since=NOW - timedelta(minutes=minutes))
        for name, minutes in (("a", 1), ("b", 9), ("c", 5))
    ]
    found = choose(Need("", "zh"), crew)
    assert found
    assert found[0].name == "b"
