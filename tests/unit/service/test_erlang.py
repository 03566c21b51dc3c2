"""Waiting and staffing: against the exact sum, a known table, and queues that are played."""

from __future__ import annotations

import heapq
import math
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest

from kefu.service.desk.hours import Hours
from kefu.service.insight.erlang import Aim, agents_for, answered_within, waits, with_patience
from kefu.service.insight.forecast import backtest, forecast, full_days

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)


def exact(servers: int, load: Fraction) -> Fraction:
    """Erlang's C as he wrote it, without rounding."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(("servers", "load"), [(1, "1/2"), (3, "2"), (14, "10"), (30, "59/2"), (120, "100")])
def test_the_formula_is_the_exact_sum(servers: int, load: str) -> None:
    assert waits(servers, float(Fraction(load))) == pytest.approx(float(exact(servers, Fraction(load))), rel=1e-9)


def test_the_formula_never_overflows_and_knows_when_nobody_is_ever_served() -> None:
    assert waits(5000, 4990.0) < 1
    assert waits(3, 3.0) == 1
    assert answered_within(3, 3.0, 60, 1e9) == 0


def test_a_queue_that_is_played_keeps_what_the_formula_says() -> None:
    chance, servers, an_hour, work_s, within_s = Random(5), 6, 45.0, 300.0, 30.0
    free, now, kept, total = [0.0] * servers, 0.0, 0, 60_000
    for _ in range(total):
        now += chance.expovariate(an_hour / 3600)
        begins = max(now, heapq.heappop(free))
        kept += begins - now <= within_s
        heapq.heappush(free, begins + chance.expovariate(1 / work_s))
    assert kept / total == pytest.approx(answered_within(servers, an_hour / 3600 * work_s, work_s, within_s), abs=0.02)


@pytest.mark.parametrize(("servers", "an_hour", "patience_s"), [(6, 45.0, 240.0), (4, 70.0, 120.0), (1, 20.0, 60.0)])
def test_a_queue_that_customers_leave_keeps_what_the_formula_says(
    servers: int, an_hour: float, patience_s: float
) -> None:
    chance, work_s, aim = Random(6), 300.0, Aim(within_s=30, patience_s=patience_s)
    free, now, kept, gone, total = [0.0] * servers, 0.0, 0, 0, 60_000
    for _ in range(total):
        now += chance.expovariate(an_hour / 3600)
        begins = max(now, free[0])
        if begins - now > chance.expovariate(1 / patience_s):
            gone += 1
            continue
        kept += begins - now <= 30
        heapq.heapreplace(free, begins + chance.expovariate(1 / work_s))
    found = with_patience(servers, an_hour / 3600 * work_s, work_s, aim)
    assert kept / total == pytest.approx(found.in_time, abs=0.01)
    assert gone / total == pytest.approx(found.gave_up, abs=0.01)


def test_with_endless_patience_nobody_gives_up_and_it_is_the_other_formula() -> None:
    patient = with_patience(12, 10.0, 240, Aim(within_s=20, patience_s=1e7))
    assert patient.in_time == pytest.approx(answered_within(12, 10.0, 240, 20), abs=1e-4)
    assert patient.gave_up < 1e-4
    assert agents_for(150, 240, Aim(at_once=1, patience_s=120)) <= agents_for(150, 240, Aim(at_once=1))
    assert with_patience(3, 0.0, 240, Aim(patience_s=60)).in_time == 1


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("an_hour", [0.5, 20.0, 400.0])
def test_it_takes_the_fewest_agents_that_keep_the_aim(an_hour: float, at_once: int) -> None:
    aim = Aim(0.8, 60, at_once)
    agents, load = agents_for(an_hour, 240, aim), an_hour / 3600 * 240
    assert answered_within(agents * at_once, load, 240, 60) >= 0.8
    assert agents == 1 or answered_within((agents - 1) * at_once, load, 240, 60) < 0.8
    assert agents_for(0, 240, aim) == 0


def test_a_forecast_finds_the_week_that_made_the_past() -> None:
    chance, hours = Random(3), Hours(ZONE, days=frozenset(range(6)))
    days = full_days(MONDAY, MONDAY + timedelta(days=56), hours)
    assert len(days) == 48
    truth = {(weekday, hour): (3 + weekday) * (hour in (9, 10, 20)) for weekday in range(6) for hour in range(24)}
    arrivals = []
    for day in days:
        for hour in range(24):
            at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
            arrivals += [at] * round(max(0, chance.gauss(mean := truth[day.weekday(), hour], math.sqrt(mean))))
    found = forecast(arrivals, days, 240, Aim())
    for (weekday, hour), mean in truth.items():
        assert found.cells[weekday][hour].expected == pytest.approx(mean, abs=1.2)
    assert found.cells[6][9].expected == 0, "nobody is there on Sundays"
    assert found.cells[5][9].busy > found.cells[5][9].expected


def test_from_too_little_nothing_is_forecast() -> None:
    days = full_days(MONDAY, MONDAY + timedelta(days=13), Hours(ZONE))
    assert forecast([], days, 240, Aim()).cells == ()
    assert forecast([], days, 240, Aim()).days == 13


def test_a_backtest_knows_nothing_of_the_week_that_it_is_held_against() -> None:
    monday = date(2026, 3, 2)
    days = [monday + timedelta(days=ahead) for ahead in range(28)]

    def at(day: date, hour: int, count: int) -> list[datetime]:
        return [datetime.combine(day, time(hour, minute), ZONE) for minute in range(count)]

    same = [one for day in days for hour, count in ((10, 6), (15, 3)) for one in at(day, hour, count)]
    found = backtest(same, days, 240, Aim())
    assert found is not None
    assert (found.days, found.came, round(found.expected)) == (7, 63, 63)
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.naive == 0
    assert found.held == 1
    burst = [*same, *(one for day in days[-7:] for one in at(day, 20, 24))]
    worse = backtest(burst, days, 240, Aim())
    assert worse is not None
    assert (round(worse.expected), worse.came) == (63, 63 + 7 * 24)
    assert worse.error == worse.naive == pytest.approx(1.0)
    assert worse.held == pytest.approx(23 / 24)
    assert backtest(same, days[:20], 240, Aim()) is None
