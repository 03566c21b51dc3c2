"""The words and the sockets: what every other part of kefu may import.

Standard library only. Skills import from here; plug-ins import this package and
`kefu.testing`, nothing else of kefu.
"""

from kefu.core.nouns import Effect, Evidence, Fact, Identity, Option, Row, Ticket, Value
from kefu.core.skill import Action, Again, Call, Carry, Choices, Outcome, Say

__all__ = [
    "Action",
    "Again",
    "Call",
    "Carry",
    "Choices",
    "Effect",
    "Evidence",
    "Fact",
    "Identity",
    "Option",
    "Outcome",
    "Row",
    "Say",
    "Ticket",
    "Value",
]
