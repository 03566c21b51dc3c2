"""What a call under way knows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kefu.core.nouns import Language

State = Literal["listening", "deciding", "speaking", "held", "handed_off"]

Words = Mapping[Language, Mapping[str, str]]
"""What the call says by itself, by language and name; section `call` of the house's sentences, and `person`, what
who wants a person says."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a call begins with; `consent` is what the caller said to being recorded before, None if nobody asked."""

    call_id: str
    line: str
    language: Language
    at: datetime
    now: float
    consent: bool | None = None
    greet: bool = True


@dataclass(slots=True)
class Ear:
    """The speech that is being heard: since when, and when it stopped what was being said."""

    since: float = 0.0
    hears: bool = False
    paused: bool = False
    recognising: bool = False
    stopped_at: float | None = None
    ended_at: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether there is speech whose words are not known yet."""
        return self.hears or self.recognising


@dataclass(slots=True)
class Clock:
    """When the turn under way reached which stage, from the end of the speech that led to it."""

    speech_end: float = 0.0
    turn_id: str = ""
    stages: dict[str, float] = field(default_factory=dict)
