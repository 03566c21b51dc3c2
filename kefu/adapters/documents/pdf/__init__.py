"""pdf.v1: the text of PDFs, with headings where letters are larger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from kefu.adapters.documents.pdf.lines import Line, markdown_of
from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.document import Written

if TYPE_CHECKING:
    import pypdfium2

DIVIDED = re.compile(r"\ufffe(?=[a-z])")
"""PDFium's mark for a hyphen at the end of a line, after which the word goes on."""

MOST_PAGES = 2_000
LEAST_CHARACTERS = 20
"""Fewer on a page, on average, mean that it is a picture of text."""


class PdfReader:
    """Reads PDFs whose text is text; scans are refused with what to do."""

    endings = (".pdf",)

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        pages = _pages(name, content)
        characters = sum(len(line.text) for page in pages for line in page)
        if characters < LEAST_CHARACTERS * len(pages):
            raise BadInput(f"{name} holds pictures of text; run text recognition (OCR) on it and save it anew.")
        markdown = markdown_of(pages)
        heading = re.search(r"^# (.+)$", markdown, re.MULTILINE)
        title = re.sub(r"\\(.)", r"\1", heading[1]) if heading else PurePath(name).stem
        return [Written(title, markdown)]


def _pages(name: str, content: bytes) -> list[list[Line]]:
    import pypdfium2

    if b"%PDF-" not in content[:1024]:
        raise BadInput(f"{name} is no PDF; give it the ending of its kind, or save it anew.")
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise BadInput(f"{name} is encrypted; save it without a password.") from error
        raise BadInput(f"{name} is damaged ({error}); open it and save it anew.") from error
    if len(document) > MOST_PAGES:
        raise TooLarge(f"{name} has {len(document):,} pages; at most {MOST_PAGES:,} are read, so divide it.")
    return [list(_lines(document[number])) for number in range(len(document))]


def _lines(page: pypdfium2.PdfPage) -> Iterator[Line]:
    """The lines of a page in reading order, each as high as its first letter."""
    height, text_page = page.get_height(), page.get_textpage()
    at = 0
    for written in re.split(r"(\r\n|\n|\r)", text_page.get_text_range()):
        text = DIVIDED.sub("", written).replace("\ufffe", "-").replace("\0", "").strip()
        if text:
            first = at + len(written) - len(written.lstrip())
            _, bottom, _, top = text_page.get_charbox(first, loose=True)
            yield Line(re.sub(r"\s+", " ", text), top - bottom, height - top)
        at += len(written)


def open_reader(settings: Mapping[str, object]) -> PdfReader:
    """A reader of PDFs; it has no settings."""
    del settings
    return PdfReader()
