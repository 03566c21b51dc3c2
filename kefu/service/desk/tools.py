"""What the team's tools mean: a saved view as a view, a macro's text as it reads in a conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kefu.core.nouns import Conversation
from kefu.core.ports.desk import Scope, View

ME = "@me"
"""In a saved view: whoever looks at it."""

NAMES = ("team", "channel", "language", "priority", "tag", "customer_id")

PLACE = re.compile(r"\{([^{}]{1,64})\}")


def view_of(body: Mapping[str, Any], who: str, scope: Scope) -> View:
    """The view that a saved one means for somebody."""
    person = who if body.get("person") == ME else body.get("person")
    rest: dict[str, Any] = {name: body.get(name) for name in NAMES}
    return View(scope, tuple(body.get("status", ())), person, **rest)


def fill(text: str, talk: Conversation, agent: str, company: str) -> str:
    """A text with its names filled in: `{customer}`, `{agent}`, `{company}`, and the conversation's fields.

    A name that nothing is known of stays, so that whoever sends it sees the gap.
    """
    known = {"agent": agent, "company": company, **talk.work.fields}
    if talk.identity:
        known["customer"] = talk.identity.customer_id
    return PLACE.sub(lambda found: known.get(found[1], found[0]), text)
