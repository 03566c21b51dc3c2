"""Office files are archives of XML: look inside before anything unpacks them."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from kefu.core.errors import BadInput, TooLarge

MOST_MB = 200
"""What an archive may hold once it is unpacked."""
MOST_PARTS = 10_000
MOST_RATIO = 200
"""A part that is packed tighter than this is a bomb; honest XML stays below 30."""
HONEST_BYTES = 1 << 20
"""Below this size the ratio says nothing: repetitive small parts pack well."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: office files before 2007, and all that are encrypted."""


def check_archive(name: str, content: bytes, needs: str) -> None:
    """Raise `BadInput` or `TooLarge` unless this is a harmless office archive that has the part `needs`.

    What is refused: encryption, more data than `MOST_MB` or packed tighter than `MOST_RATIO`, and
    XML that declares entities, by which a small file grows or reads other files.
    """
    kind = name.rpartition(".")[2].lower()
    if content.startswith(OLD_OFFICE):
        raise BadInput(f"{name} is encrypted or in an old office format; save it without a password as .{kind}.")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_sizes(name, archive.infolist())
            if needs not in archive.namelist():
                raise BadInput(f"{name} is an archive but no .{kind} file: {needs} is not in it. Save it anew.")
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(name, archive, part)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise BadInput(f"{name} is no .{kind} file or is damaged ({error}); open it and save it anew.") from error


def _check_sizes(name: str, parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or size > MOST_MB << 20:
        raise TooLarge(f"{name} unpacks to {size >> 20} MB in {len(parts)} parts; at most {MOST_MB} MB are read.")
    for part in parts:
        if part.flag_bits & 1:
            raise BadInput(f"{name} is encrypted; save it without a password.")
        if part.file_size > max(HONEST_BYTES, MOST_RATIO * part.compress_size):
            raise TooLarge(f"{name}: {part.filename} is packed {MOST_RATIO} times or more; save the file anew.")


def _check_xml(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as stream:
        rest = b""
        while block := stream.read(1 << 16):
            # UTF-16 hides the word behind zeros.
            if b"<!DOCTYPE" in (seen := (rest + block).replace(b"\0", b"")):
                raise BadInput(f"{name}: {part.filename} declares entities, which is refused; save the file anew.")
            rest = seen[-16:]
