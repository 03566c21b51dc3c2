"""The page about a quiz: one file that needs nothing else."""

from __future__ import annotations

import json
from importlib.resources import files

from kefu.app.quiz import Figures, Quiz
from kefu.app.quiz.against import Against
from kefu.core.nouns import Language


def render(quiz: Quiz, compared: Against | None, *, name: str, language: Language) -> str:
    """The page in one language; `name` is the installation's."""
    from jinja2 import Environment

    texts = json.loads(files(__package__).joinpath(f"page.{language}.json").read_text("utf-8"))
    template = files(__package__).joinpath("page.html").read_text("utf-8")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    rows = {"all": quiz.figures, **quiz.by_language}
    return page.render(
        quiz=quiz, rows=rows, shares=Figures.__slots__, compared=compared, say=texts, language=language, name=name
    )
