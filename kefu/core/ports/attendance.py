"""Attendance: who is there to be given conversations. A face of the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Attendance(Protocol):
    """People by the name that colleagues see, and what they last said of themselves."""

    async def attend(self, person: str, at: datetime, *, here: bool) -> None:
        """Write down that somebody is there, or away."""

    async def here(self) -> Mapping[str, datetime]:
        """Who said that they are there and not since that they are away, and when."""
