"""How many people it takes so that customers do not wait too long: Erlang's waiting formula.

Sources: A. K. Erlang, Solution of some problems in the theory of probabilities (1917); N. Gans, G. Koole and
A. Mandelbaum, Telephone call centers: tutorial, review, and research prospects (2003), section 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST = 10_000
"""More agents than anybody has."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What customers are to get: a `share` of them is answered within so many seconds.

    `at_once` is how many conversations an agent serves at the same time.
    """

    share: float = 0.8
    within_s: float = 60.0
    at_once: int = 3


def waits(servers: int, load: float) -> float:
    """The probability that a customer waits, with a load in erlangs (arrivals a second times seconds of work).

    Erlang's C, by the recursion of his B, which never overflows.
    """
    if load >= servers:
        return 1.0
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def answered_within(servers: int, load: float, work_s: float, within_s: float) -> float:
    """The share of the customers who are answered within a time."""
    if load >= servers:
        return 0.0
    return 1 - waits(servers, load) * math.exp(-(servers - load) * within_s / work_s)


def agents_for(an_hour: float, work_s: float, aim: Aim) -> int:
    """How many agents keep an aim with so many customers an hour, each of so many seconds of work."""
    if an_hour <= 0 or work_s <= 0:
        return 0
    load = an_hour / 3600 * work_s
    for agents in range(1, MOST):
        if answered_within(agents * aim.at_once, load, work_s, aim.within_s) >= aim.share:
            return agents
    return MOST
