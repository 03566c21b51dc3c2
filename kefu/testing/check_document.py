"""The conformance kit of document readers: run every check of `DOCUMENT_CHECKS` on a reader.

    @pytest.mark.parametrize("check", DOCUMENT_CHECKS)
    def test_reader(check):
        check(open_reader({}), {"a.rtf": content}, "退款")

`files` are sound files by name; `word` stands in each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.document import DocumentReader

Files = Mapping[str, bytes]

PROPERTIES = frozenset(("language", "audience", "owner", "valid_from", "valid_until", "link", "labels"))


def it_says_what_it_reads(reader: DocumentReader, files: Files, word: str) -> None:
    """Endings are lower case with the dot; the kit was given files with each of them."""
    del word
    assert reader.endings
    assert all(end.startswith(".") and end == end.lower() for end in reader.endings)
    assert {"." + name.rpartition(".")[2] for name in files} <= set(reader.endings)


def what_it_finds_is_whole(reader: DocumentReader, files: Files, word: str) -> None:
    """Every text has a title and Markdown without control characters, and the word is found."""
    for name, content in files.items():
        found = reader.read(name, content)
        assert found
        for written in found:
            assert written.title.strip()
            assert written.markdown.strip()
            assert all(char.isprintable() or char.isspace() for char in written.markdown)
            assert all(question.strip() for question in written.questions)
            assert all(isinstance(value, str) for value in written.properties.values())
        assert any(word in written.title + written.markdown for written in found), name


def the_same_bytes_give_the_same(reader: DocumentReader, files: Files, word: str) -> None:
    """Nothing depends on the time or on what was read before."""
    del word
    for name, content in files.items():
        assert list(reader.read(name, content)) == list(reader.read(name, content))


def several_texts_of_a_file_are_told_apart(reader: DocumentReader, files: Files, word: str) -> None:
    """Each has a place of its own."""
    del word
    for name, content in files.items():
        places = [written.place for written in reader.read(name, content)]
        assert len(set(places)) == len(places)


def nothing_at_all_is_refused(reader: DocumentReader, files: Files, word: str) -> None:
    """An empty file, or blanks, is said to be wrong."""
    del word
    for name in files:
        assert _refusal(reader, name, b""), name
        assert _refusal(reader, name, b" \n" * 100), name


def damage_never_raises_anything_else_than_a_refusal(reader: DocumentReader, files: Files, word: str) -> None:
    """A file that is cut off, or of another kind, is refused with its name, or read as far as it goes."""
    del word
    for name, content in files.items():
        for broken in (content[: len(content) // 2], content[len(content) // 3 :], b"\x00\xff\xfe\x01" * 500):
            refusal = _refusal(reader, name, broken)
            assert not refusal or name in refusal


def _refusal(reader: DocumentReader, name: str, content: bytes) -> str:
    try:
        reader.read(name, content)
    except (BadInput, TooLarge) as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - a parser's own error is turned into a refusal around it
        return f"{name}: {error}"
    return ""


DOCUMENT_CHECKS: tuple[Callable[[DocumentReader, Files, str], None], ...] = (
    it_says_what_it_reads,
    what_it_finds_is_whole,
    the_same_bytes_give_the_same,
    several_texts_of_a_file_are_told_apart,
    nothing_at_all_is_refused,
    damage_never_raises_anything_else_than_a_refusal,
)
