"""Insight, pure: alarms keep their rate and find what rises, kappa is that of the books, scores have reasons."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from kefu.core.events import Event, MessageReceived, MessageUnderstood, PersonReplied
from kefu.core.nouns import Act, ActScore, IntentScore
from kefu.core.ports.insight import Alarm, Label, Reason, Score, Settlement, Topic
from kefu.core.ports.store import Recorded
from kefu.service.insight.agreement import agree, agreements, draw, kappa, level
from kefu.service.insight.alarms import DAY, Series, exceedance, watch
from kefu.service.insight.digest import digest, week_of
from kefu.service.insight.quality import finished, overall, score
from kefu.service.insight.report import Period
from kefu.service.insight.topics import Ground, Growth, figures, quotes, troubled
from kefu.testing.check_insight import mention_of
from kefu.testing.check_reports import fact_of

START = date(2026, 1, 1)
WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 0.95, 0.6, 0.5)
Traffic = tuple[dict[str, dict[date, int]], dict[date, int]]


def poisson(chance: Random, mean: float) -> int:
    """Knuth's."""
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


def traffic(seed: int, days: int, topics: int = 15, unrest: float = 1.0, rise: tuple[int, float] = (0, 1.0)) -> Traffic:
    """Stationary messages by topic and day; from day `rise[0]` on, topic 0 has `rise[1]` times as many."""
    chance = Random(seed)
    rates = [math.exp(chance.gauss(1, 0.8)) for _ in range(topics)]
    rates[0] = 6.0
    counts: dict[str, dict[date, int]] = {f"t{topic}": {} for topic in range(topics)}
    total: dict[date, int] = defaultdict(int)
    for number in range(days):
        day = START + DAY * number
        for topic, rate in enumerate(rates):
            mean = rate * WEEKDAYS[day.weekday()]
            if topic == 0 and rise[0] and number >= rise[0]:
                mean *= rise[1]
            if unrest > 1:
                mean = chance.gammavariate(mean / (unrest - 1), unrest - 1)
            counts[f"t{topic}"][day] = count = poisson(chance, mean)
            total[day] += count
    return counts, total


def alarmed(found: Traffic, days: range, per_year: float) -> list[Alarm]:
    alarms: dict[tuple[str, date], Alarm] = {}
    for number in days:
        later = watch(*found, START + DAY * number, [*alarms.values()], per_year)
        alarms |= {(one.topic, one.day): one for one in later}
    return [*alarms.values()]


@pytest.mark.parametrize("unrest", [1.0, 2.0])
def test_false_alarms_keep_their_rate_on_traffic_that_does_not_change(unrest: float) -> None:
    watched, rate = 3 * 180, 24.0
    false = sum(
        len({one.day for one in alarmed(traffic(seed, 250, unrest=unrest), range(70, 250), rate)}) for seed in range(3)
    )
    allowed = watched * rate / 365
    assert false <= allowed + 2.5 * math.sqrt(allowed)  # a Poisson count of the promised rate lies below in 99 of 100


def test_without_history_nothing_is_alarmed() -> None:
    counts, total = traffic(1, 12, rise=(10, 30.0))
    assert watch(counts, total, START + DAY * 11, []) == []


def test_what_rises_is_alarmed_soon_and_once() -> None:
    found = alarmed(traffic(5, 100, rise=(80, 4.0)), range(70, 100), 6.0)
    first = next(one for one in found if one.topic == "t0")
    assert START + DAY * 80 <= first.day <= START + DAY * 83
    assert first.observed > 2 * first.expected
    mine = [one for one in found if one.topic == "t0"]
    assert all(later.day - earlier.until >= timedelta(days=7) for earlier, later in pairwise(mine))


def test_a_settled_alarm_does_not_come_back_while_its_episode_goes_on() -> None:
    traffic_ = traffic(5, 130, rise=(80, 4.0))
    alarms: dict[tuple[str, date], Alarm] = {}
    for number in range(70, 130):
        later = watch(*traffic_, START + DAY * number, [*alarms.values()], 6.0)
        for one in later:
            settled = one.settled or Settlement("dismissed", "mei", datetime(2026, 3, 30, tzinfo=UTC), "a sale")
            alarms[one.topic, one.day] = replace(one, settled=settled)
    mine = [one for one in alarms.values() if one.topic == "t0"]
    assert len(mine) == 1
    assert mine[0].settled
    assert mine[0].until - mine[0].day > timedelta(days=7)  # it went on, and nobody was alarmed again


def test_a_busy_day_alone_alarms_no_topic() -> None:
    counts, total = traffic(7, 90)
    day = START + DAY * 89
    for one in counts.values():
        one[day] *= 5
    total[day] *= 5
    assert {one.topic for one in watch(counts, total, day, [])} == {""}


def test_the_tail_is_that_of_the_negative_binomial() -> None:
    # 56 days with 2 a day, of 100 others each: Jeffreys' prior makes the predictive NB(112.5, 56/57)
    series = Series([2] * 56, [100.0] * 56, 7, 100.0)
    expected, chance = exceedance(series, 1.0)
    size, stay = 112.5, 56 / 57
    log = [
        math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1) + size * math.log(stay) + k * math.log(1 - stay)
        for k in range(7)
    ]
    assert expected == pytest.approx(112.5 / 56)
    assert chance == pytest.approx(1 - math.fsum(map(math.exp, log)), rel=1e-9)


def test_kappa_is_that_of_the_books() -> None:
    # J. Cohen's unweighted kappa equals the weighted one of two levels: 20/5/10/15 of 50, kappa .4
    assert kappa(Counter({(1, 1): 20, (1, 2): 5, (2, 1): 10, (2, 2): 15})) == pytest.approx(0.4)
    assert kappa(Counter({(1, 1): 5, (5, 5): 5})) == 1.0
    assert kappa(Counter({(3, 3): 9})) is None
    found = agree([(1, 1)] * 20 + [(1, 2)] * 5 + [(2, 1)] * 10 + [(2, 2)] * 15)
    assert found.interval is not None
    low, high = found.interval
    assert low == pytest.approx(0.4 - 1.96 * 0.127, abs=0.02)  # the large-sample standard error is .127
    assert high == pytest.approx(0.4 + 1.96 * 0.127, abs=0.02)
    assert agree([(1, 2), (2, 1)]).kappa is None


def score_of(name: str, number: int = 1, **points: int) -> Score:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    values = {"solved": 50, "tone": 70, "process": 100, "effort": 100, **points}
    return Score(name, number, at, at.date(), **values, reasons=())


def test_the_sample_to_label_is_the_same_for_everybody() -> None:
    scores = [score_of(f"c{number}") for number in range(200)]
    drawn = draw(scores, 40, "2026-03")
    assert drawn == draw(scores[::-1], 40, "2026-03")
    assert len({one.conversation_id for one in drawn}) == 40
    assert drawn != draw(scores, 40, "2026-04")
    again = draw([*scores, *(score_of(f"d{number}") for number in range(20))], 40, "2026-03")
    assert len({*again} & {*drawn}) >= 32  # who comes later takes few places


def test_scores_and_labels_agree_where_they_do() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    scores = [score_of(f"c{number}", solved=number % 5 * 25, tone=number % 2 * 99) for number in range(40)]
    labels = [
        Label(one.conversation_id, 1, "mei", at, level(one.solved), 1 + number // 2 % 5, 3, 3)
        for number, one in enumerate(scores)
    ]
    found = agreements(scores, labels)
    assert found["solved"].kappa == 1.0
    assert found["tone"].kappa is not None
    assert abs(found["tone"].kappa) < 0.3
    assert found["process"].count == 40


def visit(*said: Event) -> Score:
    """The score of a visit that a colleague answered."""
    recorded = [Recorded(place, "a", place, f"t{place}", event) for place, event in enumerate(said, start=1)]
    fact = fact_of("a", answered=False, handed=said[0].at, asked=sum(isinstance(one, MessageReceived) for one in said))
    return score(recorded, fact, ("thank",))


def heard(sentiment: float, intent: str = "refund", act: Act = "enquiry") -> tuple[Event, ...]:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    scores = (IntentScore(intent, 0.9),)
    understood = MessageUnderstood(at, "zh", scores, (), (), sentiment, 0.1, 0.1, ActScore(act, 0.9), "kit")
    return MessageReceived(at, "", "退款"), understood


def test_what_customers_say_to_an_answer_tells_whether_it_was_solved() -> None:
    answer = PersonReplied(datetime(2026, 3, 2, tzinfo=UTC), "mei", "好的")
    thanked = visit(*heard(-0.9), answer, *heard(0.5, "thank"))
    angry = visit(*heard(-0.9), answer, *heard(-0.9, act="complaint"))
    silent = visit(*heard(-0.9), answer)
    assert angry.solved < silent.solved < thanked.solved
    assert angry.effort < silent.effort == thanked.effort
    assert {one.code for one in thanked.reasons} >= {"thanked", "last_word_good"}
    assert {one.code for one in angry.reasons} >= {"last_word_bad", "insisted"}
    before = visit(*heard(0.5, "thank"), answer)  # thanks for an answer that nobody had given yet
    assert "thanked" not in {one.code for one in before.reasons}


def test_a_long_talk_with_people_costs_no_points() -> None:
    answer = PersonReplied(datetime(2026, 3, 2, tzinfo=UTC), "mei", "好的")
    short, long = visit(*heard(0.0), answer), visit(*(one for _ in range(9) for one in (*heard(0.0), answer)))
    assert long.effort == short.effort


def test_what_only_time_tells_is_counted_later() -> None:
    fact = fact_of("a")
    found = score_of("a")._replace(reasons=(Reason("solved", "answered", 20),), solved=70)
    assert finished(found, fact) == found
    back = finished(found, fact._replace(returned=fact.ended + timedelta(hours=5)))
    assert (back.solved, back.effort) == (45, 85)
    assert overall(back) < overall(found)
    assert finished(found, fact._replace(returned=fact.ended + timedelta(hours=80))) == found


def test_growth_is_only_told_where_chance_does_not_explain_it() -> None:
    assert Growth(60, 20).direction == 1
    assert Growth(20, 60).direction == -1
    assert Growth(12, 9).direction == 0
    assert Growth(3, 0).ratio is None
    low, high = Growth(60, 20).interval or (0, 0)
    assert low < 3 < high


def test_every_figure_of_a_topic_is_that_of_a_count_by_hand() -> None:
    family, one = Topic("f", "", {}, "", datetime.now(UTC)), Topic("t", "f", {}, "", datetime.now(UTC))
    other = Topic("u", "f", {}, "", datetime.now(UTC))
    day = mention_of("a").day
    period = Period(day - timedelta(days=6), day)
    said = [
        mention_of("a", topic="t", closeness=0.8, troubles=("unanswered",), act="complaint"),
        mention_of("b", topic="t", closeness=0.9, anger=0.9),
        mention_of("c", topic="u", closeness=0.4),
        mention_of("d", topic="t", closeness=0.7)._replace(day=day - timedelta(days=10)),
        mention_of("e", topic="")._replace(day=day - timedelta(days=13)),
    ]
    facts = [
        fact_of("a", handed=mention_of("a").at, reason="not_understood", answers=1, worked_s=1800.0, answered=False),
        fact_of("b", rating=1),
        fact_of("c"),
    ]
    ground = Ground.of(said, facts, period)
    found = {row.topic.id: row for row in figures([family, one, other], ground)}
    assert [(found[name].messages, found[name].visits) for name in ("f", "t", "u")] == [(3, 3), (2, 2), (1, 1)]
    row = found["t"]
    assert (row.growth.now, row.growth.before) == (2, 1)
    assert (row.contained.count, row.contained.total) == (1, 2)
    assert (row.handed.count, row.unanswered.count, row.badly_rated.count, row.angry.count) == (1, 1, 1, 2)
    assert (row.simple.count, row.simple.total) == (1, 3)
    assert row.hours == 0.5
    assert row.acts == {"complaint": 1}
    assert [one.conversation_id for one in troubled(said, ground.facts, "rated_low")] == [said[1].conversation_id]
    assert [one.closeness for one in quotes(said, 2)] == [0.9]  # the same text is quoted once
    told = digest([*found.values()], ground, [], [])
    assert told.visits == (3, 0)
    assert dict(told.failures) == {"unanswered": 1, "rated_low": 1}
    assert week_of(date(2026, 3, 4)) == Period(date(2026, 2, 23), date(2026, 3, 1))
