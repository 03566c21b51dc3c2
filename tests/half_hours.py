"""Weeks of visits by half hours, for what is foreseen of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kefu.core.ports.reports import Fact
from kefu.testing.check_reports import fact_of

ZONE = ZoneInfo("Asia/Shanghai")


def arrivals(days: int, conversation: str = "") -> list[Fact]:
    """Eight visits every morning and two in the afternoon, of which every other wants people at once."""
    today = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = [
        today - timedelta(days=back) + timedelta(hours=hour, minutes=minute)
        for back in range(days, 0, -1)
        for hour, minute in ((10, 0), *[(10, 35)] * 7, (15, 5), (15, 5))
    ]
    return [
        fact_of(
            "a",
            number,
            **({"conversation_id": conversation} if conversation else {}),
            at=at.astimezone(UTC),
            ended=at.astimezone(UTC),
            day=at.date(),
            hour=at.hour,
            handed=at.astimezone(UTC) if number % 2 else None,
        )
        for number, at in enumerate(begun, start=2)
    ]
