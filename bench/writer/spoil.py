"""Change a text so that it no longer says what it said; seeded, one kind of lie at a time."""

from __future__ import annotations

import random
import re

NUMBER = re.compile(r"\d+")
ADDED = {
    "zh": ("另外，我们会免费赠送您一门课程。", "王老师会给您打电话。", "您也可以要求双倍赔偿。", "该优惠永久有效。"),
    "en": (
        " We will also give you a free course.",
        " Professor Miller will call you.",
        " You may also claim double compensation.",
        " This offer is valid for ever.",
    ),
}
TURNED = (
    ("不能", "可以"), ("看不到", "看得到"), ("不在线", "在线"), ("可以", "不可以"), ("已", "没有"), ("才会", "不会"),
    ("can't", "can"), ("cannot", "can"), ("but not", "and also"), ("can be", "can't be"), ("can ", "can't "),
    ("was ", "was not "), ("are ", "are not "), ("is ", "is not "), ("may be", "may not be"),
)  # fmt: skip
MORE = (
    ("一般", "保证"), ("最多", "至少"), ("如果", ""), ("才会", "一定会"), ("以内", ""), ("可以", "随时都可以"),
    ("usually", "always"), ("up to ", ""), ("at most", "at least"), ("only when", "when"), ("may be", "will always be"),
    ("can be", "can always be"),
)  # fmt: skip


def spoil(text: str, kind: str, language: str, chance: random.Random) -> str | None:
    """The text with one lie of a kind, or None where that kind does not fit it."""
    match kind:
        case "number":
            found = list(NUMBER.finditer(text))
            if not found:
                return None
            one = chance.choice(found)
            return text[: one.start()] + str(int(one[0]) + chance.choice((1, 2, 10))) + text[one.end() :]
        case "swap":
            found = list(NUMBER.finditer(text))
            if len(found) < 2 or found[0][0] == found[-1][0]:
                return None
            first, last = found[0], found[-1]
            return text[: first.start()] + last[0] + text[first.end() : last.start()] + first[0] + text[last.end() :]
        case "negation":
            return _replaced(text, TURNED)
        case "more":
            return _replaced(text, MORE)
        case "added":
            return text + chance.choice(ADDED[language])
        case _:
            raise ValueError(kind)


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str | None:
    for old, new in pairs:
        if old in text:
            return text.replace(old, new, 1)
    return None
