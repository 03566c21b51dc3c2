"""Reader: understands a text.

Entry-point group `kefu.readers`: a factory `(settings) -> TrainableReader`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kefu.core.nouns import Language, Reading


@dataclass(frozen=True, slots=True)
class Term:
    """A name from the records: how it is written, what it stands for, other spellings."""

    text: str
    value: str
    aliases: tuple[str, ...] = ()


TONES = ("positive", "neutral", "negative", "angry", "urgent")
"""What an example may be said to sound like; who is angry is negative too."""

OUT_OF_SCOPE = "out_of_scope"
"""The intent of examples that no skill serves: they teach a reader to doubt, and are never read as an intent."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled sentence; entities are marked in place: `我想看[英语课](course)`.

    `tone` holds words with blanks between them: how it sounds (some of `TONES`), what act of
    speaking it is (an `Act`); what it leaves out is not known. The `intent` is empty in one
    that teaches tone alone.
    """

    text: str
    intent: str
    language: Language
    tone: str = ""


Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done, total) while long work goes on."""


class Reader(Protocol):
    """Turns a text into a `Reading`. A plain function of its text: no I/O, thread-safe."""

    @property
    def version(self) -> str:
        """Names the model: changes whenever a reading could change."""

    def read(self, text: str, language: Language | None = None) -> Reading:
        """Understand a guarded text; `language` is the conversation's, for texts too short to tell.

        Costs under 2 ms of CPU for a sentence. Never raises for any text.
        """

    def know(self, lexicons: Mapping[str, Sequence[Term]]) -> None:
        """Replace the names from the records, by kind of entity (`course`)."""


class TrainableReader(Reader, Protocol):
    """A reader that learns from examples and is saved without code in its files."""

    def fit(self, examples: Sequence[Example], progress: Progress) -> None:
        """Learn; takes seconds for thousands of examples."""

    def save(self, folder: Path) -> None:
        """Write the model; the folder exists and is empty."""

    def load(self, folder: Path) -> None:
        """Read the model. Raises `ModelMissing` when files are missing or damaged."""
