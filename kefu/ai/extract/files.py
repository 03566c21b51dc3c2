"""Marked texts in files: JSON Lines of ours and of CLUENER, and columns of tokens with tags. Read by content.

{"text": "英语课多少钱", "entities": [{"start": 0, "end": 3, "entity": "course"}]}       ours
{"text": "浙商银行", "label": {"company": {"浙商银行": [[0, 3]]}}}                        CLUENER, ends included
英 B-course                                                                        BIO, BIOES, BMES; blank
语 I-course                                                                        lines between sentences
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kefu.ai.extract.marked import Marked, Stretch, without_overlaps
from kefu.ai.text.words import HAN
from kefu.core.errors import BadInput

TAG = re.compile(r"(?:O|([BIMESLU])[-_](\S+))")
BEGINS = frozenset("BSU")


def read_marked(name: str, content: str) -> list[Marked]:
    """The marked texts in a file; raises `BadInput` with name and line where it is of no known form."""
    lines = content.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")  # U+2028 may stand in a text
    first = next((line for line in lines if line.strip()), "")
    return list(_json_lines(name, lines) if first.lstrip().startswith("{") else _columns(name, lines))


def write_marked(texts: Sequence[Marked]) -> str:
    """Marked texts as JSON Lines of ours."""
    return "".join(
        json.dumps(
            {
                "text": one.text,
                "entities": [{"start": start, "end": end, "entity": kind} for start, end, kind in one.spans],
            },
            ensure_ascii=False,
        )
        + "\n"
        for one in texts
    )


def _json_lines(name: str, lines: Sequence[str]) -> Iterator[Marked]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            text = entry["text"]
            label = entry.get("label")
            spans = list(_of_cluener(label) if isinstance(label, Mapping) else _of_ours(entry.get("entities", ())))
            _check(text, spans)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{name}:{number}: no marked text ({error}); see the how-to of facts for the form."
            ) from error
        yield Marked(text, without_overlaps(spans))


def _of_ours(entities: Sequence[Mapping[str, Any]]) -> Iterator[Stretch]:
    for one in entities:
        yield int(one["start"]), int(one["end"]), str(one["entity"])


def _of_cluener(label: Mapping[str, Mapping[str, Sequence[Sequence[int]]]]) -> Iterator[Stretch]:
    for kind, mentions in label.items():
        for places in mentions.values():
            for start, end in places:
                yield int(start), int(end) + 1, kind


def _check(text: object, spans: Sequence[Stretch]) -> None:
    if not isinstance(text, str):
        raise TypeError("its text is no text")
    for start, end, kind in spans:
        if not (0 <= start < end <= len(text)) or not kind:
            raise ValueError(f"{start} to {end} is no stretch of a kind in a text of {len(text)} characters")


def _columns(name: str, lines: Sequence[str]) -> Iterator[Marked]:
    sentences: list[list[tuple[str, str]]] = [[]]
    for number, line in enumerate(lines, start=1):
        parts = line.split()
        if not parts:
            sentences.append([])
        elif len(parts) >= 2 and TAG.fullmatch(parts[-1]):
            sentences[-1].append((parts[0], parts[-1]))
        elif not TAG.fullmatch(parts[0]):  # else the token is a blank
            raise BadInput(f"{name}:{number}: {line.strip()[:60]!r} is no token with a tag such as B-course or O.")
    between = "" if all(len(token) == 1 for sentence in sentences for token, _ in sentence) else " "
    return (_joined(sentence, between) for sentence in sentences if sentence)


def _joined(tokens: Sequence[tuple[str, str]], between: str) -> Marked:
    """Tokens as a text: characters as they follow each other, words with blanks, but for Chinese ones."""
    text, spans = "", list[Stretch]()
    for token, tag in tokens:
        text += "" if not text or HAN.search(text[-1]) or HAN.match(token) else between
        start = len(text)
        text += token
        found = TAG.fullmatch(tag)
        if found and found[1]:
            if found[1] not in BEGINS and spans and spans[-1][2] == found[2] and start - spans[-1][1] <= len(between):
                spans[-1] = (spans[-1][0], len(text), found[2])
            else:
                spans.append((start, len(text), found[2]))
    return Marked(text, tuple(spans))
