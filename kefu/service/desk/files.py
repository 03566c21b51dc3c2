"""What a file is by its bytes, and under which name it may be saved. Pure; its name and its sender are not believed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Literal, get_args
from zipfile import BadZipFile, ZipFile

Group = Literal["image", "pdf", "text", "office"]
GROUPS: tuple[Group, ...] = get_args(Group)

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."

KINDS: Mapping[str, tuple[Group, tuple[str, ...]]] = {
    "image/png": ("image", (".png",)),
    "image/jpeg": ("image", (".jpg", ".jpeg")),
    "image/gif": ("image", (".gif",)),
    "image/webp": ("image", (".webp",)),
    "application/pdf": ("pdf", (".pdf",)),
    "text/plain": ("text", (".txt", ".csv", ".log", ".md", ".json")),
    f"{OOXML}wordprocessingml.document": ("office", (".docx",)),
    f"{OOXML}spreadsheetml.sheet": ("office", (".xlsx",)),
    f"{OOXML}presentationml.presentation": ("office", (".pptx",)),
    f"{ODF}text": ("office", (".odt",)),
    f"{ODF}spreadsheet": ("office", (".ods",)),
    f"{ODF}presentation": ("office", (".odp",)),
}
"""Media types that may be sent: their group, and the endings that a name may have (the first is given to others).

Markup (HTML, SVG) counts as plain text, so that no browser ever runs it; what carries macros and whatever is
not listed is refused.
"""

SHOWN = frozenset(kind for kind, (group, _) in KINDS.items() if group == "image")
"""What a browser may show in a page; everything else is only saved."""

PARTS = {"word/": "wordprocessingml.document", "xl/": "spreadsheetml.sheet", "ppt/": "presentationml.presentation"}

BLANKS = "\t\n\r\f"
LONGEST_NAME = 100


def kind_of(data: bytes) -> str:
    """The media type that the bytes have, or nothing where it is none of `KINDS`.

    Source of the marks: WHATWG MIME Sniffing, 6.1 (images); ISO 32000-1, 7.5.2; ECMA-376, part 2; ODF 1.3, part 2.
    """
    return next((kind for kind, has in MARKS.items() if has(data)), "") or _of_archive(data) or _of_text(data)


MARKS: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:14] == b"WEBPVP",
    "application/pdf": lambda data: data.startswith(b"%PDF-"),
}


def name_for(name: str, kind: str) -> str:
    """A name that is safe to save under: no path, no sign that turns or hides letters, an ending of its kind."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    plain = " ".join(plain.split()).strip(". ")
    endings = KINDS[kind][1]
    ending = next((one for one in endings if plain.lower().endswith(one)), "")
    stem = plain[: len(plain) - len(ending)].strip(". ") or "file"
    return stem[:LONGEST_NAME] + (ending or endings[0])


def _of_archive(data: bytes) -> str:
    """The kind of an office document; nothing where it carries macros or is another archive."""
    if not data.startswith(b"PK\x03\x04"):
        return ""
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < LONGEST_NAME:
                said = archive.read("mimetype").decode("ascii", "replace").strip()
                return said if said in KINDS and not any(name.startswith("Basic/") for name in names) else ""
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return ""
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    return next((OOXML + kind for part, kind in PARTS.items() if any(name.startswith(part) for name in names)), "")


def _of_text(data: bytes) -> str:
    """Text in one of the encodings in which people here save it, without control characters."""
    for encoding in ("utf-8-sig", "gb18030", *(("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ())):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip() and not any(char not in BLANKS and unicodedata.category(char) in ("Cc", "Cn") for char in text):
            return "text/plain"
    return ""
