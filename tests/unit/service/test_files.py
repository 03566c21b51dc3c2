"""What a file is by its bytes, and under which name it may be saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.service.desk.files import KINDS, kind_of, name_for
from kefu.service.privacy.links import holds, key_for, signed

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def archive(*names: str, **texts: str) -> bytes:
    """A zip with these files."""
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, texts.get(name, "x"))
    return packed.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        ("您好\n".encode(), "text/plain"),
        ("您好".encode("gb18030"), "text/plain"),
        ("您好".encode("utf-16"), "text/plain"),
        (WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            archive("mimetype", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"<!doctype html><script>", "text/plain"),
        (b"MZ\x90\x00\x03", ""),
        (b"\x7fELF\x02\x01", ""),
        (b"", ""),
        (b"PK\x03\x04 broken", ""),
        (archive("a.txt"), ""),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""),
        (archive("mimetype", "Basic/script.xml", mimetype="application/vnd.oasis.opendocument.text"), ""),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("photo.PNG", "image/png", "photo.png"),
        ("page.html", "text/plain", "page.html.txt"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\temp\\发票.pdf", "application/pdf", "发票.pdf"),
        ("gpj\u202egnp.exe", "image/png", "gpjgnp.exe.png"),
        ("", "image/jpeg", "file.jpg"),
        ("..", "text/plain", "file.txt"),
        ("a\r\nSet-Cookie: x.txt", "text/plain", "aSet-Cookie: x.txt"),
    ],
)
def test_a_name_is_safe_and_ends_as_its_kind_does(name: str, kind: str, safe: str) -> None:
    assert name_for(name, kind) == safe


@given(st.text(), st.sampled_from(sorted(KINDS)))
def test_no_name_leads_elsewhere(name: str, kind: str) -> None:
    safe = name_for(name, kind)
    assert not {*"/\\\r\n\0"} & {*safe}
    assert safe.lower().endswith(KINDS[kind][1])
    assert 0 < len(safe) <= 106


@given(st.binary(max_size=200))
def test_any_bytes_have_a_listed_kind_or_none(data: bytes) -> None:
    assert kind_of(data) in {"", *KINDS}


def test_a_link_holds_for_what_it_was_made_and_for_its_time() -> None:
    key = key_for("attachments", "s" * 32)
    query = dict(part.split("=") for part in signed("f1", NOW + timedelta(hours=1), key).split("&"))
    assert holds("f1", query["until"], query["sign"], key, NOW)
    assert not holds("f1", query["until"], query["sign"], key, NOW + timedelta(hours=1))
    assert not holds("f2", query["until"], query["sign"], key, NOW)
    assert not holds("f1", str(int(query["until"]) + 9), query["sign"], key, NOW)
    assert not holds("f1", query["until"], query["sign"], key_for("other", "s" * 32), NOW)
    assert not holds("f1", "٣", query["sign"], key, NOW)
    assert not holds("f1", "", "", key, NOW)
