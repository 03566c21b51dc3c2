"""Prints a page or two as PDF: headings, paragraphs, rows of a table, quotes; Chinese with a font of the machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from kefu.core.errors import BadConfig

Kind = Literal["title", "heading", "text", "quiet", "quote", "row"]
Block = tuple[Kind, Sequence[str]]
"""A piece of a page: a `row` has a label and its values, everything else one text."""

FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
)
"""Where systems keep a font with Chinese characters, and which of a collection writes simplified ones."""

SIZES: dict[Kind, float] = {"title": 18, "heading": 13, "text": 10.5, "quiet": 9, "quote": 10.5, "row": 10.5}
INK, QUIET, LINE = (23, 33, 29), (85, 99, 92), (221, 227, 222)


def print_pdf(blocks: Iterable[Block], font: str = "") -> bytes:
    """The blocks as a PDF with the parts of the font that it needs; `font` is a file, found where it is empty.

    Takes some 2 s. Raises `BadConfig` where fpdf2 or a font is missing.
    """
    page = _open(font)
    for kind, texts in blocks:
        page.set_font("body", size=SIZES[kind])
        page.set_text_color(*(QUIET if kind == "quiet" else INK))
        if kind == "heading":
            page.ln(4)
        if kind == "row":
            _row(page, texts)
        else:
            page.set_x(page.l_margin + (6 if kind == "quote" else 0))
            page.multi_cell(0, SIZES[kind] * 0.55, texts[0], align="L", new_x="LMARGIN", new_y="NEXT")
            page.ln(1)
    return bytes(page.output())


def find_font(wanted: str = "") -> tuple[str, int]:
    """A font with Chinese characters, and its number in its file; raises `BadConfig` saying what to install."""
    if wanted:
        if not Path(wanted).is_file():
            raise BadConfig(f"kefu.toml: [insight] font {wanted!r} is no file; name a TTF, OTF or TTC file.")
        return wanted, next((number for file, number in FONTS if file == wanted), 0)
    for file, number in FONTS:
        if Path(file).is_file():
            return file, number
    raise BadConfig(
        "A PDF needs a font with Chinese characters, and none was found: install one (Debian: fonts-noto-cjk, "
        "Fedora: google-noto-sans-cjk-fonts), or name its file in kefu.toml: [insight] font."
    )


def _open(font: str) -> Any:  # noqa: ANN401 - fpdf2 is an extra
    file, number = find_font(font)
    try:
        from fpdf import FPDF
    except ImportError as error:
        raise BadConfig('A PDF needs the extra: pip install "kefu[insight]".') from error
    page = FPDF(format="A4")
    page.set_margin(18)
    page.set_auto_page_break(auto=True, margin=16)
    page.add_font("body", "", file, collection_font_number=number)
    page.set_draw_color(*LINE)
    page.add_page()
    return page


def _row(page: Any, texts: Sequence[str]) -> None:  # noqa: ANN401 - as above
    """A label that may take two lines, and short values to its right."""
    label, *values = texts
    width, height = 30.0, 6.2
    room = page.epw - width * len(values)
    while page.get_string_width(label) > room - 2 and len(label) > 1:
        label = f"{label[:-2]}…"
    page.cell(room, height, label, border="B")
    for value in values:
        page.cell(width, height, value, border="B", align="R")
    page.ln(height)
