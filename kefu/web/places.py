"""The pages of the desk by what they are for: where the navigation leads, and to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kefu.app import Operator, Right, may


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address, its word in `[desk]`, the right that opens it, and the other pages that belong to it."""

    address: str
    word: str
    right: Right
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path is of this page."""
        starts = [f"{one.rstrip('/')}/" for one in (self.address, *self.also) if one != "/desk/"]
        return path == self.address or f"{path}/".startswith(tuple(starts))


AREAS: Mapping[str, Sequence[Place]] = {
    "work": (
        Place("/desk/", "overview", "read"),
        Place("/desk/inbox", "inbox", "read", ("/desk/macros",)),
        Place("/desk/queue", "queue", "read"),
        Place("/desk/tickets", "tickets", "read"),
        Place("/desk/calls", "calls", "read"),
    ),
    "understand": (
        Place("/desk/reports", "reports", "read_reports"),
        Place("/desk/foresight", "foresight", "read_reports"),
        Place("/desk/facts", "facts", "read_reports"),
        Place("/desk/topics", "topics", "read_reports", ("/desk/digest",)),
        Place("/desk/alarms", "alarms", "read_reports"),
        Place("/desk/quality", "quality", "read_reports"),
        Place("/desk/review", "review", "judge"),
        Place("/desk/promise", "promise", "read_reports"),
        Place("/desk/turns", "turns", "see_evidence", ("/desk/why",)),
    ),
    "teach": (
        Place("/desk/knowledge", "knowledge", "read"),
        Place("/desk/questions", "questions", "edit_knowledge"),
        Place("/desk/examples", "examples", "edit_training"),
        Place("/desk/skills", "skills", "edit_training"),
        Place("/desk/models", "models", "edit_training"),
    ),
    "manage": (
        Place("/desk/people", "people", "manage_people"),
        Place("/desk/teams", "teams", "read_reports"),
        Place("/desk/service_levels", "service_levels", "read_reports"),
        Place("/desk/rules", "rules", "read_reports"),
        Place("/desk/fields", "fields", "read_reports", ("/desk/tags",)),
        Place("/desk/channels", "channels", "change_settings"),
        Place("/desk/settings", "settings", "change_settings"),
        Place("/desk/audit", "audit", "read_audit"),
    ),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the desk as somebody sees it: its pages, and whether the present page is among them."""

    word: str
    places: tuple[Place, ...]
    here: bool


def areas_of(who: Operator | None, path: str) -> Sequence[Area]:
    """What somebody may open, with the area of the present page marked; nothing for who is not signed in."""
    if who is None:
        return ()
    open_ = {word: tuple(one for one in places if may(who, one.right)) for word, places in AREAS.items()}
    return [Area(word, places, any(one.holds(path) for one in places)) for word, places in open_.items() if places]
