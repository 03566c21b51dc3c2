"""HTML as Markdown: headings, lists, tables, links and code stay; the page around the content goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from kefu.core.errors import BadInput

if TYPE_CHECKING:
    from justhtml import Node

DEEPEST = 200
"""How deep elements may be nested; pages that people write stay below 40."""

BLOCKS = frozenset(
    "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
IGNORED = frozenset(
    "script style noscript template svg math iframe object embed canvas audio video button select option input "
    "textarea dialog head link meta".split()
)
SPECIAL = re.compile(r"([\\`*\[\]<])|(?<!\w)(_)|(_)(?!\w)")
LEADING = re.compile(r"^(\s*)([-+#>=~]|\d+[.)])(?=\s|$)")
SPACE = re.compile(r"[ \t\n\r\f\u00a0]+")


def check_depth(name: str, root: Node) -> None:
    """Raise `BadInput` for a tree that is nested deeper than `DEEPEST`."""
    level, depth = [root], 0
    while level:
        if depth > DEEPEST:
            raise BadInput(f"{name} nests its elements more than {DEEPEST} deep; save it anew, more simply.")
        level, depth = [child for node in level for child in node.children or ()], depth + 1


def escape(text: str) -> str:
    """Plain text so that Markdown shows it as it is."""
    marked = SPECIAL.sub(lambda match: "\\" + match.group(0), text)
    return LEADING.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", marked)


def text_of(node: Node) -> str:
    """All text under a node, with single spaces."""
    return SPACE.sub(" ", "".join(_texts(node))).strip()


def _texts(node: Node) -> Iterator[str]:
    if node.name == "#text":
        yield str(node.data or "")
    elif node.name not in IGNORED and node.name != "#comment":
        yield " " if node.name in BLOCKS or node.name == "br" else ""
        for child in node.children or ():
            yield from _texts(child)


def _raw(node: Node) -> Iterator[str]:
    """Text as it stands, with its spaces and lines."""
    if node.name == "#text":
        yield str(node.data or "")
    elif node.name == "br":
        yield "\n"
    else:
        for child in node.children or ():
            yield from _raw(child)


def markdown_of(node: Node, base: str = "") -> str:
    """A node's content as Markdown; links are completed by `base`, the page's own address."""
    return "\n\n".join(_Writer(base).blocks(node)).strip() + "\n"


class _Writer:
    """Writes blocks and lines; each block is a text without empty lines around it."""

    def __init__(self, base: str) -> None:
        self._base = base

    def blocks(self, node: Node) -> list[str]:
        """The blocks of a node's children; text between blocks is a paragraph."""
        found: list[str] = []
        run: list[Node] = []
        for child in [*(node.children or ()), None]:
            if child is not None and not self._breaks(child):
                run.append(child)
                continue
            if run and (text := self._paragraph(run)):
                found.append(text)
            run = []
            if child is not None and child.name not in IGNORED:
                found += self._block(child)
        return found

    def _breaks(self, node: Node) -> bool:
        """Whether a node ends the paragraph before it: blocks do, and what holds blocks."""
        if node.name in BLOCKS or node.name in IGNORED:
            return True
        return any(self._breaks(child) for child in node.children or ())

    def _paragraph(self, run: list[Node]) -> str:
        lines = "".join(map(self._inline, run)).split("\n")
        return "\n".join(LEADING.sub(r"\1\\\2", line.strip()) for line in lines if line.strip())

    def _block(self, node: Node) -> list[str]:
        match node.name:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                text = self._line(node)
                return [f"{'#' * int(node.name[1])} {text}"] if text else []
            case "ul" | "ol":
                return self._list(node)
            case "table":
                return self._table(node)
            case "pre":
                code = "".join(_raw(node)).strip("\n")
                fence = "```" if "```" not in code else "~~~~~"
                return [f"{fence}\n{code}\n{fence}"] if code.strip() else []
            case "blockquote":
                inner = "\n\n".join(self.blocks(node))
                return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []
            case "hr":
                return ["---"]
            case "dt" | "summary":
                return [f"**{text}**"] if (text := self._line(node).strip("*")) else []
        return self.blocks(node)

    def _list(self, node: Node) -> list[str]:
        items = []
        ordered, loose = node.name == "ol", False
        number = int(start) if (start := str((node.attrs or {}).get("start") or "1")).isdigit() else 1
        for child in node.children or ():
            blocks = [] if child.name.startswith("#") else self.blocks(child)
            if not blocks:
                continue
            mark = f"{number}. " if ordered else "- "
            number += 1
            nested = all(block.startswith(("- ", "1. ")) for block in blocks[1:])
            loose = loose or not nested
            inner = ("\n" if nested else "\n\n").join(blocks)
            items.append(mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), inner))
        return [("\n\n" if loose else "\n").join(items)] if items else []

    def _table(self, node: Node) -> list[str]:
        rows = [row for row in _rows(node) if _cells(row)]
        width = max((len(_cells(row)) for row in rows), default=0)
        if width < 2 or any(cell.query("table") for row in rows for cell in _cells(row)):
            return [block for row in rows for cell in _cells(row) for block in self.blocks(cell)]
        lines = []
        for row in rows:
            cells = [self._line(cell).replace("|", "\\|") for cell in _cells(row)]
            if any(cells):
                lines.append("| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |")
        return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])] if lines else []

    def _line(self, node: Node) -> str:
        return SPACE.sub(" ", self._inline(node)).strip()

    def _inline(self, node: Node) -> str:
        if node.name == "#text":
            return escape(SPACE.sub(" ", str(node.data or "")))
        if node.name.startswith("#") or node.name in IGNORED:
            return ""
        if node.name == "br":
            return "\n"
        if node.name == "img":
            return escape(SPACE.sub(" ", str((node.attrs or {}).get("alt") or "")))
        if node.name in ("code", "kbd", "samp"):
            code = SPACE.sub(" ", "".join(_texts(node))).strip().replace("`", "'")
            return f"`{code}`" if code else ""
        inner = "".join(map(self._inline, node.children or ()))
        if node.name in BLOCKS:
            return f" {inner} "
        core = inner.strip()
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        if not core:
            return inner
        if node.name in ("strong", "b") and "**" not in core:
            return f"{before}**{core}**{after}"
        if node.name in ("em", "i") and "*" not in core:
            return f"{before}*{core}*{after}"
        if node.name == "a" and (link := self._link(node)):
            return f"{before}[{core}]({link}){after}"
        return inner

    def _link(self, node: Node) -> str:
        href = str((node.attrs or {}).get("href") or "").strip()
        try:
            whole = urljoin(self._base, href)
        except ValueError:
            return ""
        # Links within the page lead nowhere once it is an article; other schemes may act.
        if not whole.startswith(("http://", "https://", "mailto:", "tel:")) or href.startswith("#"):
            return ""
        return re.sub(r"[\s()<>]", lambda char: f"%{ord(char.group()):02X}", whole)


def _rows(table: Node) -> list[Node]:
    """The rows of a table, but not those of tables in it."""
    found: list[Node] = []
    for child in table.children or ():
        if child.name == "tr":
            found.append(child)
        elif child.name in ("thead", "tbody", "tfoot"):
            found += _rows(child)
    return found


def _cells(row: Node) -> list[Node]:
    return [cell for cell in row.children or () if cell.name in ("td", "th")]
