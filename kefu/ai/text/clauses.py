"""The clauses of a message that may be requests of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kefu.ai.text.words import HAN

BORDER = re.compile(
    r"(?P<end>[。!?;\n]+|(?<!\d)\.+(?!\w)|(?<=\d)\.(?= |$))|(?P<comma>,(?!\d{3}\b)|、|(?<=[\u3400-\u9fff]) )"
)
CONNECTOR = re.compile(
    r"(?:另外|还有就是|还有|顺便(?:问一下|问下|再)?|然后(?:再)?|并且|而且|同时|再帮我|以及|第2|其次|对了)"
    r"|\b(?:also|plus|by the way|btw|and (?:also|then)"
    r"|and (?=(?:i|how|what|when|where|can|could|please|my)\b)|additionally|besides|secondly|one more thing)\b"
)
REASON = re.compile(
    r"(?:因为|由于|毕竟|谁让|主要是|原因是|如果|要是|虽然|所以|结果|但|可是|却)|\b(?:because|since|as|if|so|but|although)\b"
)
WANTING = re.compile(
    r"[?吗呢]|怎么|什么|哪|多少|几[个节门点天时]|何时|能不能|可不可以|有没有|是不是|我要|我想|帮我|给我|请|需要|想(?:问|查|看|要|退|换|改|买)|(?:查|退|改|换|开|投诉)(?:一下|下)"
    r"|\b(?:how|what|when|where|which|who|why|can|could|would|please|want|need|like to|help|is there|do you|i'd)\b"
)
SHORTEST = {True: 4, False: 3}
"""Fewest Chinese characters, or else words, of a request of its own."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` of a normalised text; `apart` says that more than a comma separates it from the one before."""

    start: int
    end: int
    apart: bool


def split_clauses(text: str) -> list[Clause]:
    """Cut a text where a new request may begin; reasons and conditions stay with what they explain."""
    cuts = [(match.start(), match.end(), bool(match["end"])) for match in BORDER.finditer(text)]
    cuts += [(match.start(), match.end(), True) for match in CONNECTOR.finditer(text)]
    clauses: list[Clause] = []
    begin, apart = 0, False
    for start, end, is_strong in [*sorted(cuts), (len(text), len(text), True)]:
        if start < begin:
            begin, apart = max(begin, end), apart or is_strong
            continue
        _add(clauses, text, Clause(begin, start, apart))
        begin, apart = end, is_strong or (apart and not text[begin:start].strip())
    return clauses


def _add(clauses: list[Clause], text: str, clause: Clause) -> None:
    piece = text[clause.start : clause.end]
    start = clause.start + len(piece) - len(piece.lstrip(" ,"))
    piece = piece.strip(" ,")
    if not piece:
        return
    end = start + len(piece)
    if clauses and REASON.match(piece):
        before = clauses[-1]
        clauses[-1] = Clause(before.start, end, before.apart)
    else:
        clauses.append(Clause(start, end, clause.apart))


def may_stand_alone(text: str, clause: Clause) -> bool:
    """Whether a clause is long enough to be a request; after a mere comma it must sound like one."""
    piece = text[clause.start : clause.end]
    n_han = len(HAN.findall(piece))
    is_long = n_han >= SHORTEST[True] or len(piece.split()) >= SHORTEST[False]
    return is_long and (clause.apart or bool(WANTING.search(piece)))
