"""The inbox for the API and the desk's pages alike: lists, counts, search and deeds, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kefu.app import Deed, Merge, Operator, TeamDeed, scope_of, view_of
from kefu.core.errors import KefuError
from kefu.core.ports.desk import Line, Order, Page, View
from kefu.web.gate import require
from kefu.web.hall import Hall
from kefu.web.staff import act_on
from kefu.web.tools import read_tools


@dataclass(frozen=True, slots=True)
class Deeds:
    """What became of deeds in one conversation: its last event's number, or what was wrong; `undo` puts them back."""

    id: str
    number: int = 0
    undo: tuple[Deed, ...] = ()
    error: str = ""


def usual_views(hall: Hall, who: Operator) -> dict[str, View]:
    """The views that every member of the team has, one for each team that they see, and one for each channel."""
    scope = scope_of(who)
    view = View(scope, ("open",))
    found = {
        "mine": replace(view, person=who.who),
        "unassigned": replace(view, person=""),
        "mentions": View(scope, ("open", "snoozed"), mentions=who.who),
        "open": view,
        "snoozed": View(scope, ("snoozed",)),
        "closed": View(scope, ("closed",)),
        "machine": View(scope, ("machine",)),
        "to_review": View(scope, to_review=True),
    }
    teams = dict.fromkeys((*hall.kefu.clerk.plan.teams, *sorted(who.teams)))
    found |= {f"team:{team}": replace(view, team=team) for team in teams if team in (scope.teams or teams)}
    return found | {f"channel:{name}": replace(view, channel=name) for name in hall.kefu.channels}


async def all_views(hall: Hall, who: Operator) -> dict[str, View]:
    """The usual views, and the saved ones (`saved:` and their id)."""
    scope = scope_of(who)
    saved = {f"saved:{tool.id}": view_of(tool.body, who.who, scope) for tool in await read_tools(hall, who, "view")}
    return usual_views(hall, who) | saved


async def read_inbox(hall: Hall, who: Operator, view: View, order: Order, *, after: str = "", limit: int = 25) -> Page:
    """A part of a view, within what the viewer may see."""
    require(who, "read")
    return await hall.kefu.store.inbox(replace(view, scope=scope_of(who)), order, after, limit)


async def count_views(hall: Hall, who: Operator) -> dict[str, int]:
    """How many conversations each view has."""
    require(who, "read")
    views = await all_views(hall, who)
    return dict(zip(views, await hall.kefu.store.tally(list(views.values())), strict=True))


async def find_lines(hall: Hall, who: Operator, text: str, limit: int = 30) -> Sequence[Line]:
    """Lines that hold all words of a text, within what the viewer may see, latest first."""
    require(who, "read")
    return await hall.kefu.index.find(text, scope_of(who), limit)


async def act(
    hall: Hall, who: Operator, conversation_id: str, deeds: Sequence[TeamDeed], name: str, *, seen: int | None = None
) -> Deeds:
    """Let deeds happen in a conversation; raises `NotFound` or `NotAllowed` where the viewer may not.

    With `seen`, the last event that the viewer knows, raises `Overtaken` where somebody else acted since.
    """
    for id_ in (conversation_id, *(deed.into for deed in deeds if isinstance(deed, Merge))):
        await act_on(hall, who, id_)
    number, undo = await hall.kefu.act(conversation_id, name, deeds, seen=seen)
    return Deeds(conversation_id, number, undo)


async def act_on_all(
    hall: Hall, who: Operator, ids: Sequence[str], deeds: Sequence[TeamDeed], name: str
) -> Sequence[Deeds]:
    """The same deeds in many conversations, each for itself: one that can't be says why, the others happen."""
    done = []
    for id_ in dict.fromkeys(ids):
        try:
            done.append(await act(hall, who, id_, deeds, name))
        except KefuError as error:
            done.append(Deeds(id_, error=error.message))
    return done
