"""Sentences as customers spoil them: typos, homophones, traditional script, speech recognition, mixed languages.

Each function is given a sentence and a source of chance, and returns what a hurried person or a
machine might have made of it. The same seed spoils in the same way.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from kefu.core.nouns import Language

Noise = Callable[[str, Language, random.Random], str]

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[a-zA-Z]{4,}")
FILLERS: dict[Language, tuple[str, ...]] = {"zh": ("那个", "嗯", "就是", "呃"), "en": ("um", "uh", "like", "you know")}
DIGITS: dict[Language, str] = {"zh": "零一二三四五六七八九", "en": "zero one two three four five six seven eight nine"}
HEARD = (("their", "there"), ("your", "you're"), ("to", "too"), ("for", "four"), ("know", "no"), ("where", "were"))
ACROSS: dict[Language, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("退款", "refund"),
        ("发票", "invoice"),
        ("课程", "course"),
        ("密码", "password"),
        ("订单", "order"),
        ("老师", "teacher"),
        ("账号", "account"),
        ("邮箱", "email"),
        ("客服", "support"),
        ("课", "class"),
    ),
    "en": (
        ("refund", "退款"),
        ("invoice", "发票"),
        ("course", "课程"),
        ("password", "密码"),
        ("order", "订单"),
        ("teacher", "老师"),
        ("account", "账号"),
        ("email", "邮箱"),
        ("lesson", "课"),
        ("please", "请"),
    ),
}


def typos(text: str, language: Language, chance: random.Random) -> str:
    """One slip: in Latin letters a neighbouring key, a dropped or doubled letter, two swapped; else a character."""
    places = [match.start() + 1 for match in WORD.finditer(text)] if language == "en" else _han(text)
    if not places:
        return text
    at = chance.choice(places)
    if language == "zh":
        return chance.choice((text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]))
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + _neighbour(text[at], chance) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def homophones(text: str, language: Language, chance: random.Random) -> str:
    """One Chinese character becomes another that sounds the same; English words become ones that sound alike."""
    if language == "en":
        return _exchange(text, HEARD, whole=True)
    places = [at for at in _han(text) if len(_alike().get(_sound(text[at]), "")) > 1]
    if not places:
        return text
    at = chance.choice(places)
    others = [char for char in _alike()[_sound(text[at])] if char != text[at]]
    return text[:at] + chance.choice(others) + text[at + 1 :]


def traditional(text: str, language: Language, chance: random.Random) -> str:  # noqa: ARG001 - all have one shape
    """As it is written in Taiwan."""
    return str(_converter().convert(text)) if language == "zh" else text


def heard(text: str, language: Language, chance: random.Random) -> str:
    """As speech recognition gives it: no capitals, no punctuation, digits as words, a filler, a wrong homophone."""
    digits = DIGITS[language] if language == "zh" else DIGITS[language].split()
    spoken = re.sub(r"\d", lambda found: f"{digits[int(found[0])]}{' ' if language == 'en' else ''}", text.lower())
    bare = re.sub(r"[^\w\s']|_", "" if language == "zh" else " ", spoken)
    filler = chance.choice(FILLERS[language])
    joined = filler + bare if language == "zh" else f"{filler} {' '.join(bare.split())}"
    return homophones(joined, language, chance)


def mixed(text: str, language: Language, chance: random.Random) -> str:  # noqa: ARG001 - all have one shape
    """The matter in the other language, as people write who live in both."""
    return _exchange(text, ACROSS[language], whole=language == "en")


NOISES: dict[str, Noise] = {
    "typos": typos,
    "homophones": homophones,
    "traditional": traditional,
    "heard": heard,
    "mixed": mixed,
}


def _han(text: str) -> list[int]:
    return [match.start() for match in HAN.finditer(text)]


def _neighbour(letter: str, chance: random.Random) -> str:
    for row in KEYS:
        if (at := row.find(letter.lower())) >= 0:
            return chance.choice([row[near] for near in (at - 1, at + 1) if 0 <= near < len(row)])
    return letter


def _exchange(text: str, pairs: tuple[tuple[str, str], ...], *, whole: bool) -> str:
    for one, other in pairs:
        pattern = rf"\b{one}\b" if whole else re.escape(one)
        text, count = re.subn(pattern, other, text, count=1, flags=re.IGNORECASE)
        if count:
            return text
    return text


@cache
def _alike() -> dict[str, str]:
    """Sounds to the common characters that have them."""
    from pypinyin.pinyin_dict import pinyin_dict

    found: dict[str, list[str]] = defaultdict(list)
    for char in _common():
        found[pinyin_dict.get(ord(char), "").partition(",")[0]].append(char)
    return {sound: "".join(chars) for sound, chars in found.items() if sound}


@cache
def _common() -> str:
    """Characters of GB 2312's first level, the 3,755 most used ones, in its order."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return "".join(code.decode("gb2312", "ignore") for code in codes)


def _sound(char: str) -> str:
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict.get(ord(char), "").partition(",")[0]


@cache
def _converter() -> Any:  # noqa: ANN401 - opencc is untyped
    import opencc

    return opencc.OpenCC("s2tw")
