"""A reader that remembers: quick replies and common questions come again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from kefu.core.nouns import Language, Reading
from kefu.core.ports.reader import Reader, Term

READINGS = 1024
"""How many readings are kept, some 4 kB each."""

LONGEST = 120
"""Characters of the longest text that is remembered; longer ones hardly come twice."""


class Remembered:
    """Keeps the latest readings of another reader, until it learns new names (implements `Reader`)."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known = self._nothing_yet()

    @property
    def version(self) -> str:
        """See `Reader`."""
        return self._reader.version

    def read(self, text: str, language: Language | None = None) -> Reading:
        """See `Reader`."""
        return (self._known if len(text) <= LONGEST else self._reader.read)(text, language)

    def know(self, lexicons: Mapping[str, Sequence[Term]]) -> None:
        """See `Reader`. A reading under way with the old names is kept with the old readings, and goes with them."""
        self._reader.know(lexicons)
        self._known = self._nothing_yet()

    def _nothing_yet(self) -> Callable[[str, Language | None], Reading]:
        return lru_cache(READINGS)(self._reader.read)
