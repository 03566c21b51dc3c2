"""docx.v1: Word documents: headings, lists, tables and links stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import PurePath

from kefu.adapters.files.archive import check_archive
from kefu.adapters.files.markup import check_depth, markdown_of, text_of
from kefu.core.errors import BadInput
from kefu.core.ports.document import Written

STYLES = "\n".join(
    f"p[style-name='{style}{gap}{level}'] => h{level}:fresh"
    for style, gap in (("标题", " "), ("标题", ""), ("heading", " "))
    for level in range(1, 7)
)
"""How word processors name headings where their interface is Chinese."""


class DocxReader:
    """Reads .docx; pictures, headers and footers are left out."""

    endings = (".docx",)

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        import mammoth
        from justhtml import JustHTML

        check_archive(name, content, "word/document.xml")
        styles = f"{STYLES}\np[style-name='Title'] => h1:fresh\np[style-name='标题'] => h1:fresh"
        html: str = mammoth.convert_to_html(
            BytesIO(content), style_map=styles, convert_image=mammoth.images.img_element(lambda _: {}),
            external_file_access=False,
        ).value  # fmt: skip
        page = JustHTML(html, sanitize=False)
        check_depth(name, page.root)
        markdown = markdown_of(page.query("body")[0])
        if not markdown.strip():
            raise BadInput(f"{name} has no text; pictures of text can't be read.")
        heading = next((text_of(one) for one in page.query("h1")), "")
        return [Written(heading or PurePath(name).stem, markdown)]


def open_reader(settings: Mapping[str, object]) -> DocxReader:
    """A reader of Word documents; it has no settings."""
    del settings
    return DocxReader()
