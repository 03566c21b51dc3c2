"""Numbers in words, Chinese and English."""

from __future__ import annotations

CHINESE = "零一二三四五六七八九"
ON_THE_PHONE = CHINESE.replace("一", "幺", 1)
"""One is said 幺 in a string of digits, where 一 sounds like 七."""

ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
MOST = 10**12
"""From here on numbers are read digit by digit."""


def in_chinese(number: int) -> str:
    """一千零五; below 10¹²."""
    if number >= 10**8:
        return _joined(in_chinese(number // 10**8) + "亿", number % 10**8, 10**7)
    if number >= 10**4:
        return _joined(in_chinese(number // 10**4) + "万", number % 10**4, 10**3)
    found, gap = "", False
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            found += ("零" if gap and found else "") + CHINESE[digit] + unit
        gap = not digit
    return (found[1:] if found.startswith("一十") else found) or "零"


def _joined(high: str, low: int, full: int) -> str:
    if not low:
        return high
    told = in_chinese(low)
    if told.startswith("十"):
        told = f"一{told}"
    return high + ("零" if low < full else "") + told


def in_english(number: int) -> str:
    """One thousand and five is `one thousand five`; below 10¹²."""
    if number < 20:
        return ENGLISH[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {ENGLISH[number % 10]}" if number % 10 else "")
    value, name = next(one for one in SCALES if number >= one[0])
    rest = number % value
    return f"{in_english(number // value)} {name}" + (f" {in_english(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """Twenty first."""
    *first, last = in_english(number).split()
    last = ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return " ".join([*first, last])


def english_year(year: int) -> str:
    """Nineteen ninety nine, two thousand five, twenty twenty six."""
    if not 1100 <= year <= 2099 or 2000 <= year <= 2009 or year % 1000 == 0:
        return in_english(year)
    rest = year % 100
    told = "hundred" if not rest else f"oh {in_english(rest)}" if rest < 10 else in_english(rest)
    return f"{in_english(year // 100)} {told}"


def digits(written: str, language: str) -> str:
    """A string of digits one by one, in groups of at most four where it is long."""
    plain = [char for char in written if char.isdigit()]
    named = [(ON_THE_PHONE if language == "zh" else ENGLISH)[int(char)] for char in plain]
    groups = [named[at : at + 4] for at in range(0, len(named), 4)] if len(plain) > 6 else [named]
    if len(plain) == 11 and plain[0] == "1":  # how mobile numbers are said: 138 1234 5678
        groups = [named[:3], named[3:7], named[7:]]
    return "，".join("".join(group) for group in groups) if language == "zh" else ", ".join(map(" ".join, groups))


def decimal(written: str, language: str) -> str:
    """A number as it is written, with commas and a fraction."""
    whole, _, rest = written.replace(",", "").partition(".")
    if int(whole) >= MOST or (len(whole) > 1 and whole.startswith("0")):
        told = digits(whole, language)
    else:
        told = in_chinese(int(whole)) if language == "zh" else in_english(int(whole))
    if not rest:
        return told
    if language == "zh":
        return f"{told}点" + "".join(CHINESE[int(char)] for char in rest)
    return f"{told} point " + " ".join(ENGLISH[int(char)] for char in rest)
