"""What the team learns from questions that were left or that colleagues answered, for the API and the desk's page."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.app import Operator
from kefu.app.library.articles import Properties
from kefu.app.library.learning import Theme, learned
from kefu.core.articles import Article
from kefu.core.errors import BadInput
from kefu.web.gate import require
from kefu.web.hall import Hall, now


async def list_themes(hall: Hall, who: Operator) -> Sequence[Theme]:
    """The open questions by what they ask, for the team: what kefu can't answer yet first."""
    require(who, "edit_knowledge")
    return await hall.kefu.themes()


async def accept(
    hall: Hall, who: Operator, turns: Sequence[str], ways: Sequence[str], answer: str, *, said: Properties, name: str
) -> Article:
    """Answer these questions so from now on, for the team: the article is found at once."""
    require(who, "edit_knowledge")
    _some(turns)
    article = learned(turns[0], ways, answer, said, now())
    await hall.kefu.learn(turns, article, name)
    return article


async def dismiss(hall: Hall, who: Operator, turns: Sequence[str], *, name: str) -> None:
    """Take these questions from the list, for the team."""
    require(who, "edit_knowledge")
    _some(turns)
    await hall.kefu.dismiss(turns, name)


def _some(turns: Sequence[str]) -> None:
    if not turns:
        raise BadInput("Say which questions: the turns that left or answered them.")
