"""Files that attack: each is refused with its name and what to do, in bounded time, and the next file is read."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

import pytest
from files import docx_parts, make_archive, make_docx, make_pdf, xlsx_parts

from kefu.adapters.documents import docx, html, markdown, pdf, table, text
from kefu.adapters.files.apart import Apart, Limits
from kefu.core.errors import BadInput, KefuError, TooLarge
from kefu.core.ports.document import Written

LIMITS = Limits(memory_mb=600, cpu_s=2, wall_s=6)

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "{}">]>'.format("&a;" * 10)
FOREIGN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    opened = Apart(LIMITS)
    yield opened
    opened.close()


def with_part(parts: Mapping[str, str | bytes], name: str, prefix: str) -> bytes:
    return make_archive({**parts, name: prefix + str(parts[name])})


def overlapping_bomb() -> bytes:
    """An archive whose directory names the same packed megabytes a thousand times."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (1 << 20))
        (entry,) = archive.filelist
        archive.filelist += [entry] * 1000
    return out.getvalue()


def lying_archive() -> bytes:
    """An archive that says its part is small and holds 300 MB."""
    content = bytearray(make_archive({"word/document.xml": b" " * (300 << 20), "a.xml": b"a"}))
    size = (300 << 20).to_bytes(4, "little")
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"PK\x01\x02"))
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert content.count(size) == 1
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(make_docx([("", "x")]))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


PARTS = docx_parts([("1", "退款")])
SHEETS = xlsx_parts({"a": [["问题", "答案"], ["q", "a"]]})
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

HOSTILE = {
    "bomb.docx": (docx, lambda: make_archive({**PARTS, "word/media/a.bin": bytes(150 << 20)}), "packed 200 times"),
    "huge.docx": (docx, lambda: make_archive({f"{n}.xml": b" " * (25 << 20) for n in range(10)}), "at most 200 MB"),
    "overlap.docx": (docx, overlapping_bomb, "unpacks to|packed|damaged"),
    "liar.docx": (docx, lying_archive, "damaged|not in it|within"),
    "parts.docx": (docx, lambda: make_archive({f"{n}": b"" for n in range(10_001)}), "parts"),
    "laughs.docx": (docx, lambda: with_part(PARTS, "word/document.xml", LAUGHS), "declares entities"),
    "foreign.docx": (docx, lambda: with_part(PARTS, "word/styles.xml", FOREIGN), "declares entities"),
    "wide.docx": (docx, lambda: make_archive({**PARTS, "word/document.xml": FOREIGN.encode("utf-16")}), "entities"),
    "encrypted.docx": (docx, encrypted, "password"),
    "old.docx": (docx, lambda: OLD, "without a password as .docx"),
    "deep.docx": (
        docx,
        lambda: make_archive({**PARTS, "word/document.xml": "<w:document>" + "<w:p>" * 50_000}),
        "damaged|nested|within",
    ),
    "renamed.docx": (docx, lambda: make_archive(SHEETS), "no .docx file"),
    "laughs.xlsx": (table, lambda: with_part(SHEETS, "xl/workbook.xml", LAUGHS), "declares entities"),
    "bomb.xlsx": (table, lambda: make_archive({**SHEETS, "xl/a.xml": bytes(150 << 20)}), "packed 200 times"),
    "far.xlsx": (
        table,
        lambda: make_archive({**SHEETS, "xl/worksheets/s1.xml": str(SHEETS["xl/worksheets/s1.xml"]).replace(
            'r="B2"', 'r="XFD1048576"')}),
        "within|damaged|no columns|rows",
    ),
    "old.xlsx": (table, lambda: OLD, "without a password as .xlsx"),
    "wide.csv": (table, lambda: b"question,answer\nq," + b"a" * 200_000, "cell may have"),
    "quotes.csv": (table, lambda: b'question,answer\n"' + b'"",""\n' * 3_000_000, "cell may have|no columns|within"),
    "rows.csv": (table, lambda: b"question,answer\n" + b"q,a\n" * 60_000, "divide it"),
    "deep.html": (html, lambda: b"<div>" * 300_000, "deep|within"),
    "tables.html": (html, lambda: b"<table><tr><td>" * 5_000, "deep"),
    "attributes.html": (html, lambda: b"<p " + b"a=1 " * 500_000, "no text|within"),
    "zeros.html": (html, lambda: bytes(1 << 20), "no text"),
    "encrypted.pdf": (
        pdf,
        lambda: make_pdf([[(11, 60, "x")]], trailer="/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 "
                         f"/O <{'41' * 32}> /U <{'42' * 32}> >> /ID [<41> <41>] "),
        "encrypted",
    ),
    "cycle.pdf": (pdf, lambda: make_pdf([[(11, 60, "x")]], kids="2 0 R 2 0 R"), "pictures|damaged|within"),
    "pages.pdf": (pdf, lambda: make_pdf([[(11, 60, "text on a page that is quite short")]] * 2_500), "pages"),
    "cut.pdf": (pdf, lambda: b"%PDF-1.7\n" + bytes(1000), "damaged"),
    "renamed.pdf": (pdf, lambda: make_docx([("", "x")]), "no PDF"),
    "binary.md": (markdown, lambda: bytes(range(256)) * 100, "no text"),
    "head.md": (markdown, lambda: b"---\n" + b"a: b\n" * 9000 + b"---\ntext", "longer than"),
    "empty.txt": (text, lambda: b"", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_the_next_one_is_read(name: str, apart: Apart) -> None:
    reader, make, reason = HOSTILE[name]
    content, start = make(), time.perf_counter()
    with pytest.raises((BadInput, TooLarge), match=reason) as refusal:
        apart.read(reader.open_reader, {}, name, content)
    assert name in refusal.value.message
    assert time.perf_counter() - start < LIMITS.wall_s + 4
    assert apart.read(text.open_reader, {}, "next.txt", b"fine") == [Written("next", "# next\n\nfine\n")]


class Rogue:
    """A parser that a file has got the better of."""

    endings = (".x",)

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        match content:
            case b"eat":
                return [Written("x", "y" * (2 << 30))]
            case b"spin":
                while True:
                    pass
            case b"sleep":
                time.sleep(60)
            case b"die":
                import os

                os._exit(3)
            case b"write":
                with open("/tmp/written-by-a-rogue", "wb") as file:  # noqa: PTH123, S108
                    file.write(b"x" * 100_000)
        raise RuntimeError("what\nparsers say")


def rogue(settings: Mapping[str, object]) -> Rogue:
    return Rogue()


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("eat", "too much memory"),
        ("spin", "within 600 MB and 2 s"),
        ("sleep", "within 600 MB and 2 s"),
        ("die", "broke its parser"),
        ("write", "OSError"),
        ("raise", "RuntimeError: what"),
    ],
)
def test_a_parser_that_goes_wrong_takes_nothing_with_it(deed: str, reason: str, apart: Apart) -> None:
    with pytest.raises(KefuError, match=reason):
        apart.read(rogue, {}, "a.x", deed.encode())
    assert apart.read(text.open_reader, {}, "next.txt", b"fine")
