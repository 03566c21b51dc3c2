"""Pages about a test: one file each that needs nothing else, all with one look."""

from __future__ import annotations

import json
from importlib.resources import files

from kefu.core.nouns import Language


def render_sheet(package: str, language: Language, **values: object) -> str:
    """The page.html of a package with its page.<language>.json as `say`; the look of all sheets is `look`."""
    from jinja2 import Environment
    from markupsafe import Markup

    texts = json.loads(files(package).joinpath(f"page.{language}.json").read_text("utf-8"))
    template = files(package).joinpath("page.html").read_text("utf-8")
    look = Markup(files(__package__).joinpath("sheet.css").read_text("utf-8"))  # noqa: S704 - our own
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    return page.render(say=texts, look=look, language=language, **values)
