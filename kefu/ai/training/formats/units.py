"""Places in a text counted in UTF-16 code units, as systems on .NET and JavaScript count them."""

from __future__ import annotations

from itertools import accumulate


def to_units(text: str, at: int) -> int:
    """Where the character `at` stands, in code units."""
    return at + sum(char > "\uffff" for char in text[:at])


def from_units(text: str, at: int) -> int:
    """The character that stands at a place in code units; -1 when none does."""
    if text.isascii():
        return at if 0 <= at <= len(text) else -1
    places = list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    return places.index(at) if at in places else -1
