"""text.v1: plain text; its first line is the title when it is short."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from kefu.adapters.files.encoding import decode_text
from kefu.adapters.files.markup import escape
from kefu.core.errors import BadInput
from kefu.core.ports.document import Written

LONGEST_TITLE = 60
ENDS = "。！？；.!?;"


class TextReader:
    """Reads plain text: empty lines divide it into paragraphs."""

    endings = (".txt",)

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", decode_text(name, content)) if part.strip()]
        if not paragraphs:
            raise BadInput(f"{name} is empty; write something in it or take it away.")
        first, _, rest = paragraphs[0].partition("\n")
        titled = len(first) <= LONGEST_TITLE and first[-1] not in ENDS and bool(rest or paragraphs[1:])
        title = first.strip() if titled else PurePath(name).stem
        if titled:
            paragraphs[0] = rest.strip()
        body = [escape_lines(part) for part in paragraphs if part]
        return [Written(title, "\n\n".join([f"# {escape(title)}", *body]) + "\n")]


def escape_lines(text: str) -> str:
    """A paragraph whose lines stay lines; lists as people type them stay lists."""
    lines = [line.strip() for line in text.splitlines()]
    return "  \n".join(line if re.match(r"(-|\*|\d+\.) ", line) else escape(line) for line in lines)


def open_reader(settings: Mapping[str, object]) -> TextReader:
    """A reader of plain text; it has no settings."""
    del settings
    return TextReader()
