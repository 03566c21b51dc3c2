"""Who may see and do what. Pure: every reader of a store asks here first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kefu.core.nouns import Conversation
from kefu.core.ports.desk import Scope

Role = Literal["owner", "admin", "supervisor", "agent", "viewer"]
"""What a member of the team is, from most to least."""

WIDE = ("owner", "admin", "supervisor")
"""Who sees the conversations of all teams."""


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
    """A member of the team, by the name that customers and colleagues see; `id` is empty for the bare token."""

    who: str
    role: Role = "owner"
    teams: frozenset[str] = frozenset()
    id: str = ""


Viewer = Customer | Server | Operator
"""Who asks."""


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
    return isinstance(viewer, Operator) and viewer.role != "viewer" and may_read_conversation(viewer, talk)


def scope_of(who: Operator) -> Scope:
    """Whose conversations a member of the team sees: everybody's, or those of their teams, of none, and their own."""
    return Scope(who.who, None if who.role in WIDE else who.teams)


def sees(scope: Scope, talk: Conversation) -> bool:
    """Whether a conversation lies within a scope; stores ask the same in their own language."""
    work = talk.work
    return scope.teams is None or work.team in {"", *scope.teams} or bool(work.person and work.person == scope.person)


def may_see_evidence(viewer: Viewer) -> bool:
    """Whether the viewer may see rows of the records, readings and stages, not only what was said."""
    return isinstance(viewer, Operator)
