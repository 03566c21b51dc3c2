"""Who may see and do what. Pure: every reader of a store asks here first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from kefu.core.nouns import Conversation
from kefu.core.people import ROLES, Role
from kefu.core.ports.desk import Scope

Right = Literal[
    "read", "see_evidence", "act", "read_all", "edit_knowledge", "edit_training", "read_reports", "judge",
    "change_settings", "manage_people", "read_audit",
]  # fmt: skip
"""What somebody may do in the house; without `read_all`, which conversations they reach is asked of each one."""

RIGHTS: Mapping[Right, Role] = {
    "read": "viewer",
    "see_evidence": "agent",
    "act": "agent",
    "read_all": "supervisor",
    "edit_knowledge": "supervisor",
    "edit_training": "supervisor",
    "read_reports": "supervisor",
    "judge": "supervisor",
    "change_settings": "admin",
    "manage_people": "admin",
    "read_audit": "admin",
}
"""From which role on somebody has a right."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The holder of a session: the other end of one conversation."""

    channel: str
    sender: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the company with an API token; it speaks for the senders of these channels."""

    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Operator:
    """A member of the team, by the name that customers and colleagues see.

    The operator token, a local demo and the command line are owners without an `id`.
    """

    who: str
    role: Role = "owner"
    teams: frozenset[str] = frozenset()
    id: str = ""


Viewer = Customer | Server | Operator
"""Who asks."""


def is_at_least(role: Role, other: Role) -> bool:
    """Whether a role may do all that the other one may."""
    return ROLES.index(role) <= ROLES.index(other)


def may(viewer: Viewer, right: Right) -> bool:
    """Whether the viewer has a right in the house."""
    return isinstance(viewer, Operator) and is_at_least(viewer.role, RIGHTS[right])


def rights_of(role: Role) -> tuple[Right, ...]:
    """All rights of a role."""
    return tuple(right for right in get_args(Right) if is_at_least(role, RIGHTS[right]))


def may_read_conversation(viewer: Viewer, talk: Conversation) -> bool:
    """Whether the viewer may read what was said in a conversation."""
    match viewer:
        case Operator():
            return sees(scope_of(viewer), talk)
        case Server():
            return talk.channel in viewer.channels
        case Customer():
            return (talk.channel, talk.sender) == (viewer.channel, viewer.sender)


def may_act_on(viewer: Viewer, talk: Conversation) -> bool:
    """Whether the viewer may answer and do the team's deeds in a conversation."""
    return may(viewer, "act") and may_read_conversation(viewer, talk)


def scope_of(who: Operator) -> Scope:
    """Whose conversations a member of the team sees: everybody's, or those of their teams, of none, and their own."""
    return Scope(who.who, None if may(who, "read_all") else who.teams)


def sees(scope: Scope, talk: Conversation) -> bool:
    """Whether a conversation lies within a scope; stores ask the same in their own language."""
    work = talk.work
    return scope.teams is None or work.team in {"", *scope.teams} or bool(work.person and work.person == scope.person)


def may_see_evidence(viewer: Viewer) -> bool:
    """Whether the viewer may see rows of the records, readings and stages, not only what was said."""
    return may(viewer, "see_evidence")


def may_listen(viewer: Viewer, talk: Conversation) -> bool:
    """Whether the viewer may hear the recordings of a conversation's calls; a viewer reads them alone."""
    return may_see_evidence(viewer) and may_read_conversation(viewer, talk)


def may_give(viewer: Operator, role: Role, before: Role | None = None) -> bool:
    """Whether the viewer may give a role to who had another one `before`; nobody gives more than they have."""
    high = role if before is None or is_at_least(role, before) else before
    return may(viewer, "manage_people") and is_at_least(viewer.role, high)
