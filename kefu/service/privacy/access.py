"""Who may see and do what. Pure: every reader of a store asks here first."""

from __future__ import annotations

from dataclasses import dataclass

from kefu.core.nouns import Conversation


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
    """A member of the team, by the name that customers and colleagues see."""

    who: str


Viewer = Customer | Server | Operator
"""Who asks."""


def may_read_conversation(viewer: Viewer, talk: Conversation) -> bool:
    """Whether the viewer may read what was said in a conversation."""
    match viewer:
        case Operator():
            return True
        case Server():
            return talk.channel in viewer.channels
        case Customer():
            return (talk.channel, talk.sender) == (viewer.channel, viewer.sender)


def may_see_evidence(viewer: Viewer) -> bool:
    """Whether the viewer may see rows of the records, readings and stages, not only what was said."""
    return isinstance(viewer, Operator)
