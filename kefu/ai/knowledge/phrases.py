"""What people say around a question and an answer, by rules in `phrases.*.txt`: courtesies, thanks, one order."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

from kefu.ai.knowledge.sentences import split_sentences
from kefu.ai.text.words import HAN

Section = Literal["courtesy", "opening", "grateful", "unsolved", "one_customer"]

PIECE = re.compile(r"[^,，、!！。~～:：\s][^,，、!！。~～]*[,，、!！。~～:：\s]*")
"""What stands between commas and the like, with what follows it."""

AFTER = r"(?![a-z])[,，、!！。~～\s]*"
"""What follows an opening."""

PARTICLES = "的了呢哦哈呀啊啦吧喔噢~～,，、。!！?？;；:：… \t"


def without_courtesy(text: str) -> str:
    """The sentences of a text that say something, without what is only polite at their ends; perhaps nothing.

    A greeting, thanks, "one moment", "anything else?" go; nothing within a sentence does.
    """
    kept = (_core(sentence) for line in text.splitlines() for sentence in split_sentences(line))
    return ("" if HAN.search(text) else " ").join(one for one in kept if one)


def is_grateful(text: str) -> bool:
    """Whether a customer thanks, or says that it is solved."""
    return bool(_pattern("grateful").search(text)) and not is_unsolved(text)


def is_unsolved(text: str) -> bool:
    """Whether a customer says that it is not solved."""
    return bool(_pattern("unsolved").search(text))


def is_of_one_customer(text: str) -> bool:
    """Whether an answer speaks of one customer's order or account, or of what was done for them."""
    return bool(_pattern("one_customer").search(text))


@cache
def _pattern(wanted: Section) -> re.Pattern[str]:
    """All patterns of a section, of both languages: people mix them."""
    found: list[str] = []
    for language in ("zh", "en"):
        section = ""
        for line in (files(__package__) / f"phrases.{language}.txt").read_text("utf-8").splitlines():
            if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
                section = line[1:-1]
            elif section == wanted and line and not line.startswith("#"):
                found.append(line)
    return re.compile("|".join(f"(?:{line})" for line in found), re.IGNORECASE)


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(f"(?:{_pattern('opening').pattern}){AFTER}", re.IGNORECASE)


def _core(sentence: str) -> str:
    pieces = [match.group() for match in PIECE.finditer(sentence)]
    while pieces and _is_courtesy(pieces[0]):
        pieces.pop(0)
    while pieces and _is_courtesy(pieces[-1]):
        pieces.pop()
        if pieces:
            pieces[-1] = pieces[-1].rstrip(",，、 ") + _stop(sentence)
    core = "".join(pieces).strip()
    while core and (match := _opening().match(core)) and match.end() < len(core):
        core = core[match.end() :]
    return core[:1].upper() + core[1:] if core[:1].isascii() else core


def _is_courtesy(piece: str) -> bool:
    plain = piece.strip(PARTICLES).rstrip(".")
    return not plain or bool(_pattern("courtesy").fullmatch(plain))


def _stop(sentence: str) -> str:
    """How a statement ends whose polite end was taken off; a question ends as it may."""
    if sentence.rstrip()[-1:] not in "。.!！~～":
        return ""
    return "。" if HAN.search(sentence) else "."
