"""Documents: read the files that a company has.

Entry-point group `kefu.documents`: a factory `(settings) -> DocumentReader`. The name before the
version is the kind of file (`pdf.v1`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Written:
    """One text found in a file, as Markdown.

    `place` is empty for a whole file, else where in the file it stands (`row 12`). `questions`
    are set for an entry of a table of questions and answers: ways to ask for it, the first being
    its title. `properties` are what the file says of
    itself by name: `title`, `language`, `audience`, `owner`, `valid_from`, `valid_until`, `link`, `labels`.
    """

    title: str
    markdown: str
    place: str = ""
    questions: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)


class DocumentReader(Protocol):
    """Turns a file's bytes into Markdown. A plain function: no network, nothing but these bytes."""

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of file names that it reads, with the dot, lower case."""

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """The texts of a file.

        Raises `BadInput` for a file that is damaged, encrypted, too large once unpacked, or not
        of this kind: with what is wrong and what to do.
        """
