"""Write a suggestion down for those who can act on it."""

from __future__ import annotations

import re

from kefu.core import Call, Choices, Option, Say, Ticket

ENOUGH = 12
"""A message of so many Chinese characters holds a suggestion; a word of another script counts for one and a half."""


async def told(call: Call) -> Choices:
    """The first message itself, where it says what should be different."""
    return Choices((Option(call.text, call.text),) if says_enough(call.text) else ())


async def record(call: Call) -> Say:
    """Open the ticket."""
    what = str(call.slots["what"])
    text = what if what == call.text else f"{call.text}\n{what}"
    return Say("recorded", {"number": call.reference}, ticket=Ticket(call.reference, "suggestion", "low", text))


def says_enough(text: str) -> bool:
    """Whether a message is long enough to hold more than the wish to suggest something."""
    characters, words = re.findall(r"[\u3400-\u9fff]", text), re.findall(r"[^\W\u3400-\u9fff]+(?:['’]\w+)*", text)
    return len(characters) + 1.5 * len(words) >= ENOUGH
