"""The gate: every page of the desk and every function of the team's API says which right it needs.

A test walks all routes and finds those that say nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import RIGHTS, Operator, Right, may
from kefu.app.people.team import Hand
from kefu.core.errors import NotAllowed
from kefu.web.viewer import operator_of, place_of

Show = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency of a function of the API: the member of the team who asks, if they have the right.

    Without a right, every member of the team may. Raises `NotSignedIn`, `NotAllowed`.
    """

    right: Right | None

    def __call__(self, connection: HTTPConnection) -> Operator:
        """Who asks."""
        who = operator_of(connection)
        if self.right:
            require(who, self.right)
        return who


@dataclass(frozen=True, slots=True)
class Hands:
    """The same for what changes something: who asks, and from where."""

    right: Right | None

    def __call__(self, connection: HTTPConnection) -> Hand:
        """Who does it."""
        return Hand(Needs(self.right)(connection), place_of(connection).address)


class Door(Route):
    """The route of a page behind a right."""

    def __init__(self, path: str, show: Show, needs: Needs, methods: Sequence[str] = ("GET",)) -> None:
        @wraps(show)
        async def behind(request: Request) -> Response:
            needs(request)
            return await show(request)

        super().__init__(path, behind, methods=list(methods))
        self.needs = needs


def require(who: Operator, right: Right) -> None:
    """Raise `NotAllowed` for who lacks a right."""
    if not may(who, right):
        raise NotAllowed(f"Your role here is {who.role}; this needs {RIGHTS[right]} or higher.")
