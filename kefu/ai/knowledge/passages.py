"""Cut Markdown into passages that answer by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kefu.core.articles import Passage

FEWEST = 80
"""A passage goes on to the next block of its section until it has so many units."""
MOST = 400
"""Beyond this it ends; only a single sentence may be longer. Units: Chinese characters, words of other scripts."""
LONGEST_SENTENCE = 2_000
"""Characters after which a text without ends is divided all the same."""

UNIT = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")
SENTENCE = re.compile(r"(?<=[。！？；!?])|(?<=[.!?;])(?=\s)|\n")
WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uff65]")
TAG = re.compile(r"<[^<>]{0,1000}>")
BETWEEN = " › "
"""Between the headings that lead to a passage."""


@dataclass(slots=True)
class Piece:
    """A block of text that stays together if it can: `parts` are where it may be divided (items, rows, sentences)."""

    parts: list[str]
    between: str = "\n"
    leads: bool = False

    @property
    def text(self) -> str:
        """The whole block."""
        return self.between.join(self.parts)


@dataclass(slots=True)
class Section:
    """What stands under one heading."""

    heading: str
    anchor: str
    pieces: list[Piece] = field(default_factory=list)


def cut(markdown: str, title: str = "", questions: Sequence[str] = ()) -> tuple[Passage, ...]:
    """The passages of an article, in their order; the same text always gives the same ones.

    A passage is plain text from under one heading. Lists and tables stay whole up to `MOST`
    units and stay with the sentence that leads to them; each row of a table names its columns.
    An answer to `questions` gives its passages once for every question. The heading that repeats
    `title` leads nowhere. Linear in the length; 1 MB takes about a second.
    """
    sections = _sections(_parser().parse(markdown), title)
    texts = [(section, text) for section in sections for text in _texts(section.pieces)]
    found = [(section, text, asked) for asked in (questions or [""]) for section, text in texts]
    return tuple(
        Passage(number, text, section.heading, section.anchor, asked)
        for number, (section, text, asked) in enumerate(found)
    )


def units(text: str) -> int:
    """How long a text is: Chinese characters and words of other scripts."""
    return len(UNIT.findall(text))


def slug(heading: str, taken: dict[str, int]) -> str:
    """A heading's fragment, as pages are made of it; `taken` counts those before it."""
    plain = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") or "section"
    count = taken.get(plain, 0)
    taken[plain] = count + 1
    return f"{plain}-{count}" if count else plain


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _sections(tokens: Sequence[Token], title: str) -> list[Section]:
    path: dict[int, str] = {}
    taken: dict[str, int] = {}
    sections = [Section("", "")]
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        if tokens[at].type == "heading_open":
            heading, level = inline_text(tokens[at + 1]), int(tokens[at].tag[1])
            anchor = slug(heading, taken)
            path = {depth: name for depth, name in path.items() if depth < level}
            if heading and (path or heading != title):
                path[level] = heading
            sections.append(Section(BETWEEN.join(path.values()), anchor))
        else:
            sections[-1].pieces += (one for one in _pieces(tokens[at : end + 1]) if one.text.strip())
        at = end + 1
    return sections


def _end(tokens: Sequence[Token], at: int) -> int:
    """Where the block that begins here ends."""
    depth = 0
    for number in range(at, len(tokens)):
        depth += tokens[number].nesting
        if depth <= 0:
            return number
    return len(tokens) - 1


def _pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    """What a block holds: usually one piece, for a quotation those in it."""
    first = tokens[0]
    match first.type:
        case "bullet_list_open" | "ordered_list_open":
            yield Piece(list(_items(tokens)))
        case "table_open":
            yield Piece(list(_rows(tokens)))
        case "blockquote_open":
            at = 1
            while at < len(tokens) - 1:
                end = _end(tokens, at)
                yield from _pieces(tokens[at : end + 1])
                at = end + 1
        case "fence" | "code_block":
            yield Piece(first.content.rstrip().splitlines())
        case "html_block":
            if text := TAG.sub(" ", first.content).strip():
                yield Piece([" ".join(text.split())])
        case _:
            text = "\n".join(inline_text(token) for token in tokens if token.type == "inline").strip()
            if text:
                yield Piece(sentences(text), "", leads=text.endswith(("：", ":")))


def _items(tokens: Sequence[Token]) -> Iterator[str]:
    """The items of a list as lines, each with its mark; items within items are set in."""
    counts: list[int | None] = []
    mark = ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            counts.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counts.pop()
        elif token.type == "list_item_open":
            number = counts[-1]
            mark = "- " if number is None else f"{number}. "
            counts[-1] = None if number is None else number + 1
        elif token.type in ("inline", "fence", "code_block"):
            text = inline_text(token) if token.type == "inline" else token.content.strip()
            yield "  " * (len(counts) - 1) + mark + text
            mark = ""


def _rows(tokens: Sequence[Token]) -> Iterator[str]:
    """The rows of a table as lines; with a header, each cell is named by its column."""
    header: list[str] = []
    row: list[str] = []
    for token in tokens:
        if token.type == "inline":
            row.append(inline_text(token))
        elif token.type == "tr_close":
            if not header:
                header = row
            elif any(row):
                wide = WIDE.search("".join((*header, *row)))
                colon, between = ("：", "；") if wide else (": ", "; ")
                named = zip(header, row, strict=False)
                yield between.join(f"{name}{colon}{cell}" if name else cell for name, cell in named if cell)
            row = []


def inline_text(token: Token) -> str:
    """The plain text of a line; a line break between Chinese characters is nothing, elsewhere a space."""
    text = ""
    for child in token.children or ():
        match child.type:
            case "softbreak":
                text += "\0"
            case "hardbreak":
                text += "\n"
            case "image":
                text += child.content
            case "html_inline":
                text += "\n" if child.content.lower().startswith("<br") else ""
            case _:
                text += child.content
    before, *rest = text.split("\0")
    for line in rest:
        tight = WIDE.match(before[-1:]) and WIDE.match(line[:1])
        before += line if tight else f" {line}"
    return before.strip()


def sentences(text: str) -> list[str]:
    """A text divided after its sentences; joined, they are the text."""
    ends = [match.end() for match in SENTENCE.finditer(text)]
    found = [text[start:end] for start, end in pairwise([0, *ends, len(text)]) if start < end]
    return [one[at : at + LONGEST_SENTENCE] for one in found for at in range(0, len(one), LONGEST_SENTENCE)]


def _texts(pieces: Sequence[Piece]) -> Iterator[str]:
    """Pieces of one section as passages: short ones together, long ones divided."""
    together: list[str] = []
    size = 0
    for at, piece in enumerate(pieces):
        length = units(piece.text)
        if size and size + length > MOST:
            yield "\n".join(together)
            together, size = [], 0
        if length > MOST:
            *whole, last = [*together, *_divided(piece)]
            yield from whole
            together, size = [last], units(last)
        else:
            together.append(piece.text)
            size += length
        follows = units(pieces[at + 1].text) if at + 1 < len(pieces) else 0
        if size >= FEWEST and not piece.leads and not 0 < follows < FEWEST // 2:
            yield "\n".join(together)
            together, size = [], 0
    if together:
        yield "\n".join(together)


def _divided(piece: Piece) -> list[str]:
    """A long block in parts of at most `MOST` units; a single sentence may be longer."""
    found: list[str] = []
    size = MOST
    for part in piece.parts:
        length = units(part)
        if size + length > MOST or not found:
            found.append(part)
            size = length
        else:
            found[-1] += piece.between + part
            size += length
    return [text.strip() for text in found if text.strip()]
