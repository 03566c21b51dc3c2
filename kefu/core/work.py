"""What people know and decided about a conversation, beside what was said in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Status = Literal["machine", "open", "snoozed", "closed"]
"""Who has a conversation: the machine serves it, people have it, people look at it later, nobody needs to."""

Priority = Literal["low", "normal", "high", "urgent"]
"""How soon people should look, from least to most."""

Target = Literal["first_reply", "next_reply", "resolution"]
"""What a service level promises: a first answer of a person, the next one, the end."""

Speaker = Literal["", "customer", "machine", "person"]
"""Who said the last line."""


@dataclass(frozen=True, slots=True)
class Work:
    """The team's side of a conversation; a part of its state.

    `person` and `team` have it (the last ones, once it is closed). `unanswered_since` is when the customer wrote
    first since anybody answered; `answered_at` when a person answered first since people have it. `due` holds the
    service levels that run, `near` those of them that the team was warned of, `late` those whose time is over and
    that still are not met, `missed` all that ever were not. `rating` is 0 until the customer gave one, from 1 to
    5; `asked_at` is when they were last asked for it.
    """

    person: str = ""
    team: str = ""
    priority: Priority = "normal"
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    snoozed_until: datetime | None = None
    closed: bool = False
    merged_into: str = ""
    last_by: Speaker = ""
    unanswered_since: datetime | None = None
    due: Mapping[Target, datetime] = field(default_factory=dict)
    missed: tuple[Target, ...] = ()
    rating: int = 0
    answered_at: datetime | None = None
    near: tuple[Target, ...] = ()
    late: Mapping[Target, datetime] = field(default_factory=dict)
    asked_at: datetime | None = None

    @property
    def ends(self) -> tuple[Target, datetime] | None:
        """The service level that ends next, or that ended first and still is not met."""
        return min({**self.due, **self.late}.items(), key=lambda one: one[1], default=None)
