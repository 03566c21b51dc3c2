"""Text as it is said: money, dates, times, numbers of orders and phones, shares and units in words.

Chinese is said in Chinese and English in English, also where the other language stands in the same sentence: names keep
their letters, and what is a number takes the words of the sentence's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from kefu.ai.speech.numbers import decimal, digits, english_year, in_chinese, in_english, ordinal
from kefu.core.nouns import Language

Say = Callable[[re.Match[str]], str]

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
CURRENCIES: dict[str, tuple[str, str, str]] = {
    sign: (chinese, english, hundredth)
    for signs, chinese, english, hundredth in (
        ("¥ ￥ 元 rmb cny yuan", "元", "yuan", "fen"),
        ("块", "块", "yuan", "fen"),
        ("$ us$ usd 美元", "美元", "dollar", "cent"),
        ("hk$ hkd 港元", "港元", "Hong Kong dollar", "cent"),
        ("€ eur 欧元", "欧元", "euro", "cent"),
        ("£ gbp 英镑", "英镑", "pound", "pence"),
    )
    for sign in signs.split()
}
"""How a sign is said in Chinese, in English, and its hundredth in English."""

UNITS: dict[str, tuple[str, str]] = {
    "kg": ("千克", "kilogram"), "g": ("克", "gram"), "km": ("公里", "kilometre"), "cm": ("厘米", "centimetre"),
    "mm": ("毫米", "millimetre"), "m": ("米", "metre"), "ml": ("毫升", "millilitre"), "l": ("升", "litre"),
    "gb": ("G B", "gigabyte"), "mb": ("兆", "megabyte"), "kb": ("K B", "kilobyte"), "h": ("小时", "hour"),
    "min": ("分钟", "minute"), "s": ("秒", "second"), "lb": ("磅", "pound"), "oz": ("盎司", "ounce"),
    "℃": ("摄氏度", "degree Celsius"), "°c": ("摄氏度", "degree Celsius"),
    "m²": ("平方米", "square metre"), "㎡": ("平方米", "square metre"),
}  # fmt: skip
MEASURED = "|".join(sorted(UNITS, key=len, reverse=True))

MONTHS = "January February March April May June July August September October November December".split()
PLURALS = {"foot": "feet", "degree Celsius": "degrees Celsius"}
MARKUP = ((re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"), (re.compile(r"[*_`#>|]+(?=\S)|(?<=\S)[*_`|]+"), ""))


def spoken(text: str, language: Language) -> str:
    """The text as somebody says it; no figure and no sign is left for an engine to guess at."""
    for pattern, plain in MARKUP:
        text = pattern.sub(plain, text)
    for pattern, say in RULES[language]:
        text = pattern.sub(say, text)
    return re.sub(r"[ \t]+(?=[,.，。 \t])|^[ \t]+|[ \t]+$", "", text)


def _many(count: str, one: str) -> str:
    if count in ("1", "1.00") or one in ("yuan", "pence", "fen"):
        return one
    return PLURALS.get(one, f"{one}s")


def _money_zh(match: re.Match[str]) -> str:
    whole, _, rest = match["n"].replace(",", "").partition(".")
    name = CURRENCIES[(match["sign"] or match["word"]).lower()][0]
    rest = rest.rstrip("0")
    scale = match["scale"] or ""
    if not rest or len(rest) > 2 or name not in ("元", "块") or scale:
        return decimal(f"{whole}.{rest}" if rest else whole, "zh") + scale + name
    jiao, fen = rest[0], rest[1:]
    told = (decimal(whole, "zh") + name) if int(whole) else ""
    told += f"{in_chinese(int(jiao))}角" if jiao != "0" else "零" if told else ""
    return told + (f"{in_chinese(int(fen))}分" if fen else "")


def _money_en(match: re.Match[str]) -> str:
    whole, _, rest = match["n"].replace(",", "").partition(".")
    _, name, hundredth = CURRENCIES[(match["sign"] or match["word"]).lower()]
    scale = {"万": "ten thousand", "k": "thousand", "m": "million"}.get((match["scale"] or "").strip().lower(), "")
    if scale or len(rest) > 2:
        return f"{decimal(match['n'], 'en')} {scale} {_many('2', name)}".replace("  ", " ")
    told = f"{decimal(whole, 'en')} {_many(whole, name)}"
    cents = int(rest.ljust(2, "0")) if rest else 0
    if not cents:
        return told
    small = f"{in_english(cents)} {_many(str(cents), hundredth)}"
    return f"{told} and {small}" if int(whole) else small


def _date_zh(match: re.Match[str]) -> str:
    year = "".join("零一二三四五六七八九"[int(char)] for char in match["y"]) + "年" if match["y"] else ""
    day = f"{in_chinese(int(match['d']))}{match.groupdict().get('own') or '日'}" if match["d"] else ""
    return f"{year}{in_chinese(int(match['m']))}月{day}"


def _date_en(match: re.Match[str]) -> str:
    month = MONTHS[int(match["m"]) - 1] if 1 <= int(match["m"]) <= 12 else in_english(int(match["m"]))
    day = f" {ordinal(int(match['d']))}" if match["d"] else ""
    return f"{month}{day}" + (f", {english_year(int(match['y']))}" if match["y"] else "")


def _time_zh(match: re.Match[str]) -> str:
    hour, minute = int(match["h"]), int(match["min"])
    told = "整" if not minute else f"{'零' if minute < 10 else ''}{in_chinese(minute)}分"
    return f"{'两' if hour == 2 else in_chinese(hour)}点{told}"


def _time_en(match: re.Match[str]) -> str:
    hour, minute = int(match["h"]), int(match["min"])
    half = match["half"] or (" a.m." if hour < 12 else " p.m.")
    told = "" if not minute else f" oh {in_english(minute)}" if minute < 10 else f" {in_english(minute)}"
    return f"{in_english(hour % 12 or 12)}{told} {half.strip().lower()[0]} m"


def _range(match: re.Match[str], language: Language) -> str:
    to = "到" if language == "zh" else " to "
    return to.join(decimal(match[end], language) for end in ("n", "most"))


def _minus(match: re.Match[str], language: Language) -> str:
    sign = ("负" if language == "zh" else "minus ") if match["minus"] else ""
    return sign + decimal(match["n"], language)


def _percent(match: re.Match[str], language: Language) -> str:
    told = decimal(match["n"], language)
    return f"百分之{told}" if language == "zh" else f"{told} percent"


def _unit(match: re.Match[str], language: Language) -> str:
    chinese, english = UNITS[match["unit"].lower()]
    told = _minus(match, language)
    return f"{told}{chinese}" if language == "zh" else f"{told} {_many(match['n'], english)}"


def _code(match: re.Match[str], language: Language) -> str:
    """Letters and digits of a number that names something, one by one."""
    runs = re.findall(r"[A-Za-z]+|\d+", match["code"])
    found = [digits(run, language) if run.isdigit() else " ".join(run.upper()) for run in runs]
    return "，".join(found) if language == "zh" else f" {', '.join(found)}"


def _address(match: re.Match[str], language: Language) -> str:
    at, dot = ("艾特", "点") if language == "zh" else ("at", "dot")
    plain = re.sub(r"^https?://|/$", "", match[0])
    plain = plain.replace("@", f" {at} ").replace(".", f" {dot} ").replace("-", " dash ").replace("/", " slash ")
    return re.sub(r"\d+", lambda run: digits(run[0], language), plain)


def _rules(language: Language) -> list[tuple[re.Pattern[str], Say]]:
    """In the order in which they are tried: what names something before what counts."""
    english = language == "en"
    signs = "|".join(
        re.escape(one) for one in sorted(CURRENCIES, key=len, reverse=True) if not one.isalpha() or one.isascii()
    )
    words = "|".join(sorted((one for one in CURRENCIES if one.isalpha()), key=len, reverse=True))
    date, time, money = (_date_en, _time_en, _money_en) if english else (_date_zh, _time_zh, _money_zh)
    code = partial(_code, language=language)
    say: list[tuple[str, Say]] = [
        (
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[\w./-]*[\w/]|\bwww\.[\w./-]*[\w/]",
            partial(_address, language=language),
        ),
        (r"(?<!\d)(?P<y>\d{4})年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})(?P<own>[日号]))?", date),
        (r"(?<!\d)(?P<y>)(?P<m>\d{1,2})月(?P<d>\d{1,2})(?P<own>[日号])", date),
        (r"(?<![\d-])(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?![\d-])", date),
        (r"(?<![\d:])(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)(?::[0-5]\d)?(?P<half> ?[ap]\.?m\b\.?)?(?![\d:])", time),
        (rf"(?<![A-Za-z\d.])(?P<sign>{signs}) ?(?P<n>{NUMBER})(?P<word>)(?P<scale>万|[km]\b)?", money),
        (rf"(?<![A-Za-z\d.,])(?P<n>{NUMBER})(?P<scale>万|k|m)? ?(?P<sign>)(?P<word>{words})(?![a-z])", money),
        (r"(?<![A-Za-z\d.])(?P<code>(?:\+\d{1,3}[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)", code),
        (r"(?<![A-Za-z\d.])(?P<code>(?:0\d{2,3}|[48]00)-\d{3,4}-?\d{3,4})(?!\d)", code),
        (r"(?<![A-Za-z\d])(?P<code>[A-Za-z]{1,5}-?\d{3,}[A-Za-z\d-]*)", code),
        (r"(?<![A-Za-z\d.,])(?P<code>\d{7,})(?![\d.%])", code),
        (r"(?:(?<=单号)|(?<=订单)|(?<=编号)|(?<=尾号)|(?<=验证码)|(?<=order )|(?<=number ))(?P<code>\d{3,})", code),
        (rf"(?<![\d.])(?P<n>{NUMBER}) ?[%％]", partial(_percent, language=language)),
        (rf"(?<![\d.])(?P<n>{NUMBER}) ?(?:-|–|~|～|—)(?P<most>{NUMBER})(?![\d-])", partial(_range, language=language)),
        (
            rf"(?<![A-Za-z\d.])(?P<minus>(?<![A-Za-z\d])[-−])?(?P<n>{NUMBER}) ?(?P<unit>{MEASURED})(?![A-Za-z²])",
            partial(_unit, language=language),
        ),
    ]
    if english:
        say += [
            (r"(?<![\w.])(?P<n>\d{1,4})(?:st|nd|rd|th)\b", lambda match: ordinal(int(match["n"]))),
            (
                rf"\b(?P<month>{'|'.join(MONTHS)}) (?P<n>\d{{1,2}})(?!\d)",
                lambda m: f"{m['month']} {ordinal(int(m['n']))}",
            ),
        ]
    else:
        say.append((r"(?<![\d.])2(?=[个天次门节条位件种倍])", lambda _: "两"))
        say.append(
            (r"(?<!\d)(?P<n>\d{4})(?=年)", lambda m: "".join("零一二三四五六七八九"[int(char)] for char in m["n"]))
        )
    say.append((rf"(?P<minus>(?<![A-Za-z\d])[-−])?(?P<n>{NUMBER})", partial(_minus, language=language)))
    return [(re.compile(pattern, re.IGNORECASE), make) for pattern, make in say]


RULES = {language: _rules(language) for language in ("zh", "en")}
