"""From the lines of a PDF to Markdown: headings by their size, paragraphs by their distance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kefu.adapters.files.markup import escape

HAN = r"\u3400-\u9fff\uf900-\ufaff"
WIDE = HAN + r"\u3000-\u303f\uff01-\uff65"
BETWEEN = re.compile(rf"(?<=[{WIDE}]) +(?=[{WIDE}])")
PAIRS = re.compile(rf"(?<=[{HAN}])( ?)(?=[{HAN}])")
SPACED_SHARE = 0.3
"""From this share of spaces between Chinese characters on, they are an artefact of the PDF."""

LARGER = 1.15
"""A heading is at least so much larger than the text."""
LONGEST_HEADING = 80
NEAR = 1.9
"""Lines of a paragraph are at most so many line heights apart."""
SAME_PLACE = 0.5
"""A line that stands at the head or foot of more pages than this share belongs to none of them."""
FEWEST_PAGES = 3
ENDS = "。！？；.!?;:："
ITEM = re.compile(r"^\s*([•·●○▪■◆–-]|\(?\d{1,3}[.)、]|[（(][一二三四五六七八九十\d]{1,3}[)）])\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its height and its place from the top, in points."""

    text: str
    height: float
    top: float


def markdown_of(pages: Sequence[Sequence[Line]]) -> str:
    """Markdown of all pages, in their order."""
    pages = _without_margins(_unspaced(pages))
    lines = [line for page in pages for line in page]
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.height * 2) / 2] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted({_size(line) for line in lines if _is_heading(line, body)}, reverse=True)
    levels = {size: min(level, 4) for level, size in enumerate(larger, start=1)}
    blocks: list[list[Line]] = []
    for page in pages:
        before: Line | None = None
        for line in page:
            if before is None or _begins(line, before, body):
                # A paragraph that a page break interrupts goes on unless its last line ended.
                goes_on = before is None and blocks and _goes_on(blocks[-1][-1], line, body)
                if not goes_on:
                    blocks.append([])
            blocks[-1].append(line)
            before = line
    return "\n\n".join(_block(block, body, levels) for block in blocks).strip() + "\n"


def _size(line: Line) -> float:
    return round(line.height * 2) / 2


def _is_heading(line: Line, body: float) -> bool:
    return line.height >= LARGER * body and len(line.text) <= LONGEST_HEADING


def _begins(line: Line, before: Line, body: float) -> bool:
    far = line.top - before.top > NEAR * max(line.height, before.height) or line.top < before.top
    return (
        far
        or _size(line) != _size(before)
        or bool(ITEM.match(line.text))
        or _is_heading(line, body) != _is_heading(before, body)
    )


def _goes_on(last: Line, first: Line, body: float) -> bool:
    same = _size(last) == _size(first) and not _is_heading(first, body)
    return same and last.text[-1:] not in ENDS and not ITEM.match(first.text)


def _block(block: Sequence[Line], body: float, levels: dict[float, int]) -> str:
    text = join([line.text for line in block])
    if _is_heading(block[0], body) and len(text) <= LONGEST_HEADING:
        return f"{'#' * levels[_size(block[0])]} {escape(text)}"
    item = ITEM.match(text)
    if item and item[1] in "•·●○▪■◆–-":
        return f"- {escape(text[item.end() :])}"
    return escape(text)


def join(lines: Sequence[str]) -> str:
    """Lines as one text: a word that was divided is one again, Chinese gets no spaces."""
    text = ""
    for line in (one.strip() for one in lines):
        if re.search(r"[a-z]-$", text) and line[:1].islower():
            text = text[:-1] + line
        elif not text or (re.match(rf"[{WIDE}]", line) and re.search(rf"[{WIDE}]$", text)):
            text += line
        else:
            text += " " + line
    return text


def _unspaced(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    gaps = [gap for page in pages for line in page for gap in PAIRS.findall(line.text)]
    if not gaps or sum(map(bool, gaps)) < SPACED_SHARE * len(gaps):
        return [list(page) for page in pages]
    return [[replace(line, text=BETWEEN.sub("", line.text)) for line in page] for page in pages]


def _without_margins(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without their running heads and numbers."""
    if len(pages) < FEWEST_PAGES:
        return [list(page) for page in pages]
    ends = Counter(key for page in pages for key in {_place(line) for line in (*page[:2], *page[-2:])})
    running = {key for key, count in ends.items() if count > SAME_PLACE * len(pages)}
    kept = []
    for page in pages:
        edge = {id(line) for line in (*page[:2], *page[-2:])}
        kept.append([line for line in page if id(line) not in edge or _place(line) not in running])
    return kept


def _place(line: Line) -> str:
    """A line without its numbers, which count up from page to page."""
    return re.sub(r"\d+|(?<![^\W\d_])[ivxlc]+(?![^\W\d_])", "#", line.text.lower()).strip()
