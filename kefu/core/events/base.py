"""The common part of all events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """The common part: when it happened (aware, UTC)."""

    version: ClassVar[int] = 1
    at: datetime
