"""html.v1: the content of a page, without what stands around it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from kefu.adapters.files.encoding import decode_text
from kefu.adapters.files.main_part import main_part
from kefu.adapters.files.markup import check_depth, markdown_of, text_of
from kefu.core.errors import BadInput
from kefu.core.ports.document import Written

DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
SITE = re.compile(r"\s+[-–—|·_]\s+[^-–—|·_]{1,40}$|[|_][^|_]{1,40}$")
"""What a page's title says of the site: “Refunds – Our School”."""

HEAD_BYTES = 4096


class HtmlReader:
    """Reads pages; where `name` is an address, links are completed by it."""

    endings = (".html", ".htm", ".xhtml")

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        from justhtml import JustHTML

        declared = DECLARED.search(content[:HEAD_BYTES])
        page = JustHTML(decode_text(name, content, declared[1].decode("ascii") if declared else ""), sanitize=False)
        check_depth(name, page.root)
        said = next((text_of(title) for title in page.query("title")), "")
        language = next((str((one.attrs or {}).get("lang") or "") for one in page.query("html")), "")
        part = main_part(page.root)
        markdown = markdown_of(part, name if name.startswith(("http://", "https://")) else "")
        if not markdown.strip():
            raise BadInput(
                f"{name} has no text of its own; pages that a script fills can't be read. Save the page as it shows."
            )
        heading = next((text_of(one) for one in part.query("h1")), "")
        title = heading or SITE.sub("", said) or said or PurePath(name).stem
        return [Written(title, markdown, properties={"language": language} if language else {})]


def open_reader(settings: Mapping[str, object]) -> HtmlReader:
    """A reader of web pages; it has no settings."""
    del settings
    return HtmlReader()
