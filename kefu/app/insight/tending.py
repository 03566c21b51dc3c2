"""Begins mining and the weekly digest when they are due, as work of a process of its own."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from kefu.app.config import Config
from kefu.app.jobs import Jobs
from kefu.core.errors import BadInput
from kefu.core.ports.desk import Scope
from kefu.core.ports.store import Memory

LOOK_S = 60.0
"""How often it is looked whether something is due."""
DIGEST = "digest"
"""The bookmark of the Monday whose digest was sent last, counted from the year 1."""
HOUR = 8
"""From when on Mondays the digest is sent."""
KEFU = "kefu"


async def tend(store: Memory, config: Config, now: datetime) -> Literal["", "mine", "digest"]:
    """Begin what is due, one at a time; says what it began. While other work is under way, nothing."""
    jobs = Jobs(config.home)
    if await _wants_digest(store, config, now):
        with suppress(BadInput):
            jobs.begin("digest", KEFU, now)
            return "digest"
    elif await _wants_mining(store, config, now):
        with suppress(BadInput):
            jobs.begin("mine", KEFU, now)
            return "mine"
    return ""


async def _wants_mining(store: Memory, config: Config, now: datetime) -> bool:
    """Whether customers said something since topics were looked for, and that was long enough ago."""
    hours = config.get("insight.hours", float)
    _, _, found_at = await store.topics()
    if hours <= 0 or (found_at and now - found_at < timedelta(hours=hours)):
        return False
    since = found_at or now - timedelta(days=config.get("insight.days", int))
    return bool(await store.mentions(since, now, Scope()))


async def _wants_digest(store: Memory, config: Config, now: datetime) -> bool:
    """Whether it is Monday morning or later, and this week's digest was not sent."""
    local = now.astimezone(config.zone)
    if not config.get("insight.digest_to", list) or (local.weekday() == 0 and local.hour < HOUR):
        return False
    return await store.bookmark(DIGEST) < monday_of(now, config)


def monday_of(now: datetime, config: Config) -> int:
    """The Monday of this week, counted from the year 1."""
    today = now.astimezone(config.zone).date()
    return today.toordinal() - today.weekday()
