"""Write a complaint down under a number; a serious one goes to a person at once."""

from __future__ import annotations

import re
from datetime import timedelta

from kefu.core import Call, Carry, Choices, Option, Say, Ticket

ANGER, PRESSURE = 0.75, 0.75
"""Anger and urgency from which a complaint can't wait. The word "complaint" alone reaches neither."""

ANSWER = timedelta(days=1)
"""A colleague answers an ordinary complaint after so long."""

ENOUGH = 12
"""A message of so many Chinese characters says what happened; a word of another script counts for one and a half."""


async def weigh(call: Call) -> Carry | Say:
    """Don't question customers who are beside themselves: a person must talk to them."""
    return serious(call, call.text) if is_serious(call) else Carry({})


async def told(call: Call) -> Choices:
    """The first message itself, where it says what happened."""
    return Choices((Option(call.text, call.text),) if says_enough(call.text) else ())


async def register(call: Call) -> Say:
    """Open the ticket."""
    what = str(call.slots["what"])
    text = what if what == call.text else f"{call.text}\n{what}"
    if is_serious(call):
        return serious(call, text)
    ticket = Ticket(call.reference, "complaint", "normal", text)
    return Say("registered", {"number": call.reference, "by": call.now + ANSWER}, ticket=ticket)


def serious(call: Call, text: str) -> Say:
    """A ticket that stands at the front of the queue, and a person at once."""
    ticket = Ticket(call.reference, "complaint", "high", text)
    return Say("serious", {"number": call.reference}, ticket=ticket, hand_off="serious_complaint")


def is_serious(call: Call) -> bool:
    """Whether the customer is very angry, or under great pressure."""
    return call.anger >= ANGER or call.urgency >= PRESSURE


def says_enough(text: str) -> bool:
    """Whether a message is long enough to hold more than the wish to complain."""
    characters, words = re.findall(r"[\u3400-\u9fff]", text), re.findall(r"[^\W\u3400-\u9fff]+(?:['’]\w+)*", text)
    return len(characters) + 1.5 * len(words) >= ENOUGH
