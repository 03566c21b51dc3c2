"""Rasa's notation of entities in a sentence: `[text](kind)`, `[text](kind:value)`, `[text]{"entity": …}`.

Source: Rasa 3.6, training data format; the notation knows no escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from kefu.ai.training.corpus import Mark, Sentence, put_together, take_apart

NOTATION = re.compile(r"\[(?P<text>[^\]]+?)\](?:\((?P<kind>[^:)]+?)(?::(?P<value>[^)]+))?\)|\{(?P<table>[^}]+?)\})")
PARTS = {"entity", "value", "role", "group"}


def parse_notation(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The plain text and its marks; raises ValueError for a table that is no JSON or names no entity."""
    return put_together(_pieces(text))


def _pieces(text: str) -> Iterator[tuple[str, Mark | None]]:
    at = 0
    for match in NOTATION.finditer(text):
        yield text[at : match.start()], None
        if match["table"]:
            table = json.loads(f"{{{match['table']}}}")
            if not isinstance(table.get("entity"), str) or set(table) - PARTS:
                raise ValueError(f"{{{match['table']}}} must hold entity and perhaps value, role, group")
            yield match["text"], mark_of(table, match["text"])
        else:
            value = match["value"] if match["value"] != match["text"] else None
            yield match["text"], Mark(0, 0, match["kind"], value)
        at = match.end()
    yield text[at:], None


def mark_of(table: Mapping[str, object], text: str) -> Mark:
    """A mark, still without its place, from the parts that Rasa gives an entity."""
    value = str(table["value"]) if table.get("value") not in (None, text) else None
    return Mark(0, 0, str(table["entity"]), value, str(table.get("role") or ""), str(table.get("group") or ""))


def write_notation(sentence: Sentence) -> str | None:
    """The sentence in Rasa's notation; None when it would not be read back the same."""
    written = "".join(_noted(piece, mark) if mark else piece for piece, mark in take_apart(sentence))
    try:
        same = parse_notation(written) == (sentence.text, tuple(sorted(sentence.marks)))
    except ValueError:
        same = False
    return written if same else None


def _noted(text: str, mark: Mark) -> str:
    if mark.value is None and not mark.role and not mark.group and not set(mark.kind) & set(":)"):
        return f"[{text}]({mark.kind})"
    parts = {"entity": mark.kind, "value": mark.value, "role": mark.role, "group": mark.group}
    return f"[{text}]{json.dumps({name: part for name, part in parts.items() if part}, ensure_ascii=False)}"
