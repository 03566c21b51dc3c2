"""Whether a customer may be written to because of a forecast: asked for, awake, not often, not held back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from kefu.core.errors import BadConfig
from kefu.core.nouns import Conversation, Language
from kefu.core.ports.foresight import Approach
from kefu.service.desk.hours import Hours

Refusal = Literal["", "low", "not_asked_for", "no_way", "busy", "quiet", "often", "snoozed", "held"]
"""Why nobody is written to; empty where somebody may be."""

SHARES = 10_000

Span = tuple[time, time]
"""From when to when, by the clock; over midnight where the end comes first."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How customers are written to who did not ask just now.

    `opt_in` is the tag of a conversation whose customer wants it. Within `quiet`, in the business's zone, nobody is
    written to; nor again within `days`. `holdout` is the share of customers who never get such messages, so that
    it can be told what messages change.
    """

    opt_in: str = "may-write"
    quiet: Span = (time(20), time(9))
    days: int = 14
    holdout: float = 0.1


@dataclass(frozen=True, slots=True)
class Outreach:
    """What a predictor's customers are written: from which value on, and in which words."""

    at_least: float
    text: Mapping[Language, str] = field(default_factory=dict)
    automatic: bool = False


def is_held_out(customer: str, predictor: str, share: float) -> bool:
    """Whether a customer belongs to the group that gets no messages: always the same answer."""
    digest = hashlib.blake2b(f"{predictor}\0{customer}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % SHARES < share * SHARES


def is_quiet(manners: Manners, hours: Hours, now: datetime) -> bool:
    """Whether people are left alone now; a span may go over midnight."""
    return begin_of(manners.quiet, now.astimezone(hours.zone)) is not None


def begin_of(span: Span, local: datetime) -> datetime | None:
    """When the span began in which a local time lies; None outside."""
    (begins, ends), at = span, local.time()
    if begins <= ends:
        inside, back = begins <= at < ends, 0
    else:
        inside, back = at >= begins or at < ends, int(at < ends)
    return datetime.combine(local.date() - timedelta(days=back), begins, local.tzinfo) if inside else None


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision looks at: a customer's conversation, what was done before, and the time."""

    talk: Conversation | None
    pushes: bool
    before: Sequence[Approach]
    now: datetime


def refusal(customer: str, predictor: str, manners: Manners, hours: Hours, moment: Moment) -> Refusal:
    """Why a customer may not be written to now.

    The control group comes last, so that it holds those alone who would have been written to.
    """
    talk, now = moment.talk, moment.now
    if talk is None or not moment.pushes:
        return "no_way"
    if manners.opt_in not in talk.work.tags:
        return "not_asked_for"
    if talk.status in ("open", "snoozed") or talk.flow:
        return "busy"
    if any(one.until and one.until > now for one in moment.before):
        return "snoozed"
    if any(one.what != "snoozed" and now - one.at < timedelta(days=manners.days) for one in moment.before):
        return "often"
    if is_quiet(manners, hours, now):
        return "quiet"
    return "held" if is_held_out(customer, predictor, manners.holdout) else ""


def parse_span(text: str, key: str) -> Span | None:
    """Read a span such as `02:00-05:00`; None of an empty text. Raises `BadConfig`."""
    if not text:
        return None
    try:
        begins, ends = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as error:
        raise BadConfig(f'kefu.toml [foresight]: write {key} = "02:00-05:00".') from error
    return begins, ends


def parse_manners(table: Mapping[str, object]) -> Manners:
    """Read `[foresight]` of kefu.toml; raises `BadConfig`."""
    try:
        share, days = float(str(table.get("holdout", 0.1))), int(str(table.get("days", 14)))
    except ValueError as error:
        raise BadConfig("kefu.toml [foresight]: write holdout = 0.1, days = 14.") from error
    if not 0 <= share < 1:
        raise BadConfig("kefu.toml [foresight]: holdout is a share from 0 to below 1.")
    quiet = parse_span(str(table.get("quiet", "20:00-09:00")), "quiet") or (time(), time())
    return Manners(str(table.get("opt_in", "may-write")), quiet, days, share)
