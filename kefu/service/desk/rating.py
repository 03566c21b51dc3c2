"""Asking customers how it went: whom, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kefu.core.nouns import Conversation
from kefu.service.desk.terms import Terms


@dataclass(frozen=True, slots=True)
class Asking:
    """On which channels customers are asked after a person served them, and for how long they are not asked again."""

    channels: tuple[str, ...] = ()
    pause: timedelta = timedelta(days=30)

    def is_due(self, talk: Conversation, now: datetime) -> bool:
        """Whether this customer should be asked, as far as this conversation knows."""
        work = talk.work
        served = work.closed and not work.merged_into and work.answered_at is not None and not work.rating
        return served and talk.channel in self.channels and not self.was_asked(talk, now)

    def was_asked(self, talk: Conversation, now: datetime) -> bool:
        """Whether this conversation's customer was asked too short a while ago."""
        asked_at = talk.work.asked_at
        return asked_at is not None and now - asked_at < self.pause


def parse_asking(table: Mapping[str, object], usual: Sequence[str]) -> Asking:
    """Read `[rating]`; without `channels` those that can show it, `usual`. Raises `BadConfig` with the key."""
    terms = Terms("rating", table)
    ask, channels, days = terms.yes("ask"), terms.texts("channels"), terms.whole("days", 30)
    terms.done()
    return Asking((channels or tuple(usual)) if ask else (), timedelta(days=days))
