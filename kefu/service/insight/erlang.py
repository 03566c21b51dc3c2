"""How many people it takes so that customers do not wait too long: Erlang's waiting formula, and Palm's with patience.

Sources: A. K. Erlang, Solution of some problems in the theory of probabilities (1917); C. Palm, Research on telephone
traffic carried by full availability groups (1957), called Erlang A; N. Gans, G. Koole and A. Mandelbaum, Telephone call
centers: tutorial, review, and research prospects (2003), section 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST = 10_000
"""More agents than anybody has."""
LEAST = 1e-300
TINY = 1e-12
"""A queue so long that it is this rare says nothing more."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What customers are to get: a `share` of them is answered within so many seconds.

    `at_once` is how many conversations an agent serves at the same time. `patience_s` is for how long customers wait
    in the mean before they give up (Erlang A); 0: they wait for as long as it takes (Erlang C).
    """

    share: float = 0.8
    within_s: float = 60.0
    at_once: int = 3
    patience_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Service:
    """What customers get: the share who are answered in time, and the share who give up before they are answered."""

    in_time: float
    gave_up: float = 0.0


def waits(servers: int, load: float) -> float:
    """The probability that a customer waits, with a load in erlangs (arrivals a second times seconds of work)."""
    if load >= servers:
        return 1.0
    blocked = _blocked(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def answered_within(servers: int, load: float, work_s: float, within_s: float) -> float:
    """The share of the customers who are answered within a time, where nobody gives up."""
    if load >= servers:
        return 0.0
    return 1 - waits(servers, load) * math.exp(-(servers - load) * within_s / work_s)


def with_patience(servers: int, load: float, work_s: float, aim: Aim) -> Service:
    """What customers get who give up after a time of waiting that is exponential with the mean `aim.patience_s`.

    Whoever finds `ahead` others waiting is next after `ahead + 1` departures, of which each of those who wait makes
    one likelier. `exp(-wait / patience)` is then beta distributed, as the spacings of an ordered sample are; its
    incomplete function follows from `ahead` to `ahead + 1` by one term.
    """
    if load <= 0:
        return Service(1.0)
    leaving = servers * aim.patience_s / work_s  # departures of the served, in those of one who waits
    at, start = math.exp(-aim.within_s / aim.patience_s), 1 / max(_blocked(servers, load), LEAST)
    state, total, queued, in_time, served = 1.0, start, 0.0, start - 1, start - 1
    log_at = math.log(at) if at > 0 else -math.inf
    below = at ** (leaving + 1) if at > 0 else 0.0  # of Beta(leaving + 1, 1)
    term = math.exp((leaving + 1) * log_at) * (1 - at) * (leaving + 1) if at > 0 else 0.0
    for ahead in range(MOST * 10):
        reached = leaving / (leaving + ahead + 1)
        served += state * reached
        in_time += state * reached * (1 - below)
        state *= load * aim.patience_s / work_s / (leaving + ahead + 1)
        queued += state
        below += term
        term *= (1 - at) * (leaving + ahead + 2) / (ahead + 2)
        if state < TINY * total and state < 1:
            break
    total += queued
    return Service(min(1.0, in_time / total), max(0.0, 1 - served / total))


def service_of(servers: int, load: float, work_s: float, aim: Aim) -> Service:
    """What customers get from so many servers."""
    if aim.patience_s > 0:
        return with_patience(servers, load, work_s, aim)
    return Service(answered_within(servers, load, work_s, aim.within_s))


def agents_for(an_hour: float, work_s: float, aim: Aim) -> int:
    """How many agents keep an aim with so many customers an hour, each of so many seconds of work."""
    if an_hour <= 0 or work_s <= 0:
        return 0
    load = an_hour / 3600 * work_s
    for agents in range(1, MOST):
        if service_of(agents * aim.at_once, load, work_s, aim).in_time >= aim.share:
            return agents
    return MOST


def _blocked(servers: int, load: float) -> float:
    """Erlang's B, by the recursion that never overflows: the last state's share of all states up to it."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked
