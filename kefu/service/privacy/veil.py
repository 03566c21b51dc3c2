"""Personal data is taken out of a text before it leaves the house, and put back afterwards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.service.privacy.guard import guard

PLACE = "⟦{}⟧"
"""What stands for a hidden thing; brackets that neither people nor pages write."""


@dataclass(frozen=True, slots=True)
class Veil:
    """What was hidden, each with its place: `pairs` of (original, placeholder)."""

    pairs: tuple[tuple[str, str], ...] = ()

    def hide(self, text: str) -> str:
        """The text with a placeholder for everything hidden; placeholders of its own are defused."""
        text = text.replace("⟦", "[").replace("⟧", "]")
        for original, place in self.pairs:
            text = text.replace(original, place)
        return text

    def show(self, text: str) -> str:
        """The text with everything put back."""
        for original, place in self.pairs:
            text = text.replace(place, original)
        return text


def veil_over(texts: Sequence[str], names: Sequence[str] = ()) -> Veil:
    """A veil over what the guard finds personal in some texts, and over these names.

    The same thing gets the same placeholder in all of them; longer ones are replaced first.
    """
    found = {name.strip() for name in names if name.strip()}
    for text in texts:
        guarded = guard(text, longest=len(text))
        found |= {guarded.text[span.start : span.end] for span in guarded.personal}
    ordered = sorted(found, key=lambda one: (-len(one), one))
    return Veil(tuple((original, PLACE.format(number)) for number, original in enumerate(ordered, start=1)))
