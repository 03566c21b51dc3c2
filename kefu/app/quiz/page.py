"""The page about a quiz."""

from __future__ import annotations

from kefu.app.quiz import Figures, Quiz
from kefu.app.quiz.against import Against
from kefu.app.sheet import render_sheet
from kefu.core.nouns import Language


def render(quiz: Quiz, compared: Against | None, *, name: str, language: Language) -> str:
    """The page in one language; `name` is the installation's."""
    rows = {"all": quiz.figures, **quiz.by_language}
    shares = Figures.__slots__
    return render_sheet(__package__, language, quiz=quiz, rows=rows, shares=shares, compared=compared, name=name)
