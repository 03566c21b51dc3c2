"""Writer: rephrases what was found and decided; optional.

Entry-point group `kefu.writers`. No implementation ships yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kefu.core.nouns import Language, Statement


class Writer(Protocol):
    """A language model behind one method."""

    async def write(self, question: str, statements: Sequence[Statement], language: Language) -> str:
        """Say the same statements as one fluent answer; what is added is thrown away later.

        Raises `HouseError` when no answer came in time.
        """
