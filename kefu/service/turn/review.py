"""Which enquiries are drawn for people to judge: all of a random share of the customers.

The share is of customers, not of messages, since what one customer writes is alike. A
customer is drawn by a digest of who they are, so that every process draws the same.
"""

from __future__ import annotations

import hashlib

from kefu.core.decisions import Decision
from kefu.core.events import DrawnForReview
from kefu.service.dialogue.decide import ENQUIRIES, KNOWLEDGE
from kefu.service.turn.act import Work
from kefu.service.turn.consult import said_by

DRAWN = ENQUIRIES | {"found", "near", "expired", "complaint", "angry"}
"""Reasons of decisions that began with the question what the customer wants; all else goes on with something."""


def draw(decision: Decision, work: Work) -> None:
    """Record that this turn is to be judged, if its enquiry is one and its customer is drawn.

    An intent that no skill serves scores 0: whatever the threshold, it is not acted on. Where the
    company's texts were asked and are likelier to answer, they are what is judged.
    """
    if decision.because in DRAWN and is_drawn(_customer(work), work.house.drawn_share):
        best, reader, found = work.reading.best, work.reading.reader, work.found
        score = best.probability if work.house.catalog.serving(best.name) else 0.0
        if found and found.probability > score:
            drawn = DrawnForReview(work.now, KNOWLEDGE, found.probability, reader, said_by(found.parts))
        else:
            drawn = DrawnForReview(work.now, best.name, score, reader)
        work.record(drawn)


def is_drawn(customer: str, share: float) -> bool:
    """Whether a customer is in the random share, from 0 to 1; the same for ever."""
    digest = hashlib.blake2b(customer.encode(), digest_size=8, person=b"kefu-review").digest()
    return int.from_bytes(digest) < share * 2**64


def _customer(work: Work) -> str:
    talk = work.talk
    return talk.identity.customer_id if talk.identity else f"{talk.channel}/{talk.sender}"
