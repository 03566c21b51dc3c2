"""The gate: every page of the desk and every function of the team's API says which right it needs.

What changes something also says how the audit trail calls it. A test walks all routes and finds those that
say nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import RIGHTS, Operator, Right, may
from kefu.app.people.team import Hand
from kefu.core.errors import NotAllowed
from kefu.core.trail import Deed
from kefu.web.looking import LOOKED
from kefu.web.viewer import operator_of, place_of

Show = Callable[[Request], Awaitable[Response]]

OBJECTS = ("conversation", "turn", "article", "person", "invitation", "name")
"""Parts of an address that name an object; in the API they end in `_id`."""


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency of a function of the API: the member of the team who asks, if they have the right.

    Without a right, every member of the team may. `deed` names what is done, such as `promise.mode`; parts of the
    address may stand in it. It is written into the audit trail before the answer leaves, if that is a good one.
    """

    right: Right | None
    deed: str = ""

    def __call__(self, connection: HTTPConnection) -> Operator:
        """Who asks; raises `NotSignedIn`, `NotAllowed`."""
        who = operator_of(connection)
        if self.right:
            require(who, self.right)
        if self.deed:
            parts = connection.path_params
            what = self.deed.format_map(parts)
            connection.state.deed = Hand(who, place_of(connection).address).did(what, _about(parts))
        return who


@dataclass(frozen=True, slots=True)
class Hands:
    """The same for what writes the audit trail itself: who asks, and from where."""

    right: Right | None

    def __call__(self, connection: HTTPConnection) -> Hand:
        """Who does it."""
        return Hand(Needs(self.right)(connection), place_of(connection).address)


class Door(Route):
    """The route of a page behind a right."""

    def __init__(self, path: str, show: Show, needs: Needs | Hands, methods: Sequence[str] = ("GET",)) -> None:
        @wraps(show)
        async def behind(request: Request) -> Response:
            needs(request)
            return await show(request)

        super().__init__(path, behind, methods=list(methods))
        self.needs = needs


def specify(connection: HTTPConnection, detail: str, about: str = "") -> None:
    """Say more of what the audit trail will hold of this request."""
    known: Deed = connection.state.deed
    connection.state.deed = replace(known, detail=detail, about=about or known.about)


def note_look(connection: HTTPConnection, who: Operator, conversation_id: str) -> None:
    """Let the audit trail hold that somebody reads a conversation: once an hour, and if they get it."""
    if not hasattr(connection.state, "deed"):
        hand = Hand(who, place_of(connection).address)
        connection.state.look = hand.did(LOOKED, f"conversation:{conversation_id}")


def require(who: Operator, right: Right) -> None:
    """Raise `NotAllowed` for who lacks a right."""
    if not may(who, right):
        raise NotAllowed(f"Your role here is {who.role}; this needs {RIGHTS[right]} or higher.")


def _about(parts: Mapping[str, str]) -> str:
    """The object of an address, as the audit trail names it."""
    for kind in OBJECTS:
        for name in (kind, f"{kind}_id"):
            if name in parts:
                return f"{'file' if kind == 'name' else kind}:{parts[name]}"[:200]
    return "house:"
