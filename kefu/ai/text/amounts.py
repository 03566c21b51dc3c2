"""Money, quantities, percentages, places in a list and parts of a work."""

from __future__ import annotations

import re

from kefu.ai.text.forms import DIGIT, Meaning, form

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
TIMES = {
    "万": 1e4,
    "w": 1e4,
    "千": 1e3,
    "k": 1e3,
    "百万": 1e6,
    "亿": 1e8,
    "m": 1e6,
    "million": 1e6,
    "thousand": 1e3,
    "": 1.0,
}
SIGNS = {
    "¥": "CNY",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "hk$": "HKD",
    "us$": "USD",
    "nt$": "TWD",
    "a$": "AUD",
    "c$": "CAD",
    "s$": "SGD",
}
CODES = "cny rmb usd eur gbp hkd twd jpy krw aud cad sgd".split()
WORDS = {
    "元": "CNY", "块": "CNY", "块钱": "CNY", "人民币": "CNY", "美元": "USD", "美金": "USD", "刀": "USD", "美刀": "USD",
    "欧元": "EUR", "欧": "EUR", "英镑": "GBP", "镑": "GBP", "港币": "HKD", "港元": "HKD", "台币": "TWD",
    "日元": "JPY", "日币": "JPY", "韩元": "KRW", "韩币": "KRW", "澳元": "AUD", "加元": "CAD", "新币": "SGD",
    "yuan": "CNY", "rmb": "CNY", "kuai": "CNY", "dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP",
    "quid": "GBP",
}  # fmt: skip
DIGIT_OF = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"两": 2}
GREATEST = 1e12

COUNTED = "[个门条项种份张本单笔位次家款件套台部人岁倍]"
LISTED = "[个门条项种份张本单笔家款件套台部]"
PARTS = "课|章|节|讲|单元|期|页|步|集"
PLACES = {
    name: at for at, name in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
} | {"last": -1}
PLACE = "(" + "|".join(PLACES) + ")"
MEASURES = {
    "公斤": "kg", "千克": "kg", "kg": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "克": "g", "g": "g", "斤": "jin",
    "公里": "km", "千米": "km", "km": "km", "米": "m", "厘米": "cm", "cm": "cm", "毫米": "mm", "mm": "mm", "升": "l",
    "毫升": "ml",
    "ml": "ml", "平米": "m2", "平方米": "m2", "平方": "m2", "gb": "GB", "mb": "MB", "tb": "TB", "kb": "KB", "兆": "MB",
    "mile": "mi", "miles": "mi", "lb": "lb", "lbs": "lb", "oz": "oz", "inch": "in", "inches": "in", "feet": "ft",
    "ft": "ft", "litre": "l", "litres": "l", "liter": "l", "liters": "l",
}  # fmt: skip
NOT_COUNTED = frozenset(
    "is was has does this yes less plus always as us its his hers ours theirs yours across business minus times "
    "percent years months weeks days hours minutes seconds mins secs hrs yrs wks dollars bucks euros pounds cents "
    "pence bits kbps fps versus class unless perhaps besides ages stars windows others fortnights quarters st news "
    "thanks guess address access process success discuss".split()
)
"""What ends in s after a number and is not what it counts, or is counted elsewhere."""

COUNTED_IN_ENGLISH = (
    "person people child children man men woman women class course lesson ticket seat license licence account item "
    "piece copy box order student kid user device book invoice subscription gift pair bottle pack bag card coupon "
    "refund payment"
)
ONE_OF = "(?:" + "|".join(COUNTED_IN_ENGLISH.split()) + ")"


def number(written: str) -> int | float:
    """A number as it is written, with commas."""
    value = float(written.replace(",", ""))
    return int(value) if value.is_integer() else value


def minor(written: str, scale: str | None = None, *, rest: int = 0) -> int:
    """An amount in hundredths of its currency; `scale` is 万, k and such, `rest` hundredths beside it."""
    return round(min(float(written.replace(",", "")) * TIMES[(scale or "").strip()], GREATEST) * 100) + rest


def _money(match: re.Match[str]) -> Meaning | None:
    """An amount, or two from the least to the most, with a sign or a word for its currency."""
    named = match.groupdict()
    currency = _currency(named.get("sign") or named.get("word") or "")
    scale = named.get("scale")
    if match["most"]:
        return "money", f"{minor(match['n'], named.get('own') or scale)}/{minor(match['most'], scale)}", currency
    return "money", minor(match["n"], named.get("own") or scale), currency


def _currency(name: str) -> str:
    if name.upper() in ("RMB", *(code.upper() for code in CODES)):
        return "CNY" if name == "rmb" else name.upper()
    return SIGNS.get(name) or WORDS.get(name) or WORDS.get(name.removesuffix("s"), "")


def _yuan(match: re.Match[str]) -> Meaning:
    """12块8, 5块5毛, 128元5角, 3毛."""
    tenths = match["jiao"] or match["bare"]
    rest = 10 * _digit(tenths) if tenths else 0
    rest += _digit(match["fen"]) if match["fen"] else 0
    return "money", minor(match["n"] or "0", rest=rest), "CNY"


def _digit(written: str) -> int:
    return int(written) if written.isdecimal() else DIGIT_OF[written]


def _cents(match: re.Match[str]) -> Meaning:
    return "money", minor(match["n"]) + int(match["cents"]), _currency(match["word"])


def _share(match: re.Match[str]) -> Meaning | None:
    return "percent", 10 * _digit(match[1])


def _place(name: str) -> int:
    return PLACES[name] if name in PLACES else int(name)


def _counted(match: re.Match[str]) -> Meaning | None:
    noun = match["noun"]
    if noun in NOT_COUNTED or noun in MEASURES:
        return None
    return "quantity", number(match["n"]), noun


AMOUNT = rf"(?P<n>{NUMBER})"
SCALE = r"(?P<scale>万|亿|百万|千(?=[^\d克米瓦])|[kw](?![a-z\d])|m(?![a-z\d])| ?(?:million|thousand)\b)"
MOST = rf"(?: ?(?:-|–|~|到|至|to) ?(?P<most>{NUMBER}))"
SIGN = r"(?P<sign>(?:hk|us|nt|[acs])?\$|[¥€£]|人民币|(?<![a-z])(?:" + "|".join(CODES) + r")\b)"
CURRENCY = "|".join(sorted((word for word in WORDS if not word.isascii()), key=len, reverse=True))
PAID = "付|花|扣|充值?|退款?|交|收|转|便宜|优惠|预算|原价|现价|打折后|折后|价格?是?|[满减卖送补差]"

FORMS = (
    form("¥$€£人 " + " ".join(CODES), rf"{SIGN} ?{AMOUNT}{MOST}?{SCALE}?", _money),
    form(
        "元块美欧英港台日韩澳加新镑刀人",
        rf"(?<![\d.]){AMOUNT}{MOST}?{SCALE}? ?(?P<word>{CURRENCY})(?![高头素旦宵音具]|[\d一二三四五六七八九](?!折))",
        _money,
    ),
    form(
        "dollar dollars buck bucks euro euros pound pounds quid yuan kuai " + " ".join(CODES),
        rf"(?<![\d.]){AMOUNT}(?P<own>[kw])?{MOST}?{SCALE}? ?"
        rf"(?P<word>(?:dollar|buck|euro|pound)s?|quid|yuan|kuai|{'|'.join(CODES)})\b",
        _money,
    ),
    form(
        "元块毛角",
        rf"(?<![\d.])(?:{AMOUNT}[元块]零?)?"
        r"(?:(?P<jiao>[\d一二三四五六七八九两])[毛角](?P<fen>[\d一二三四五六七八九](?=分))?分?|"
        r"(?<=[元块])(?P<bare>[\d一二三四五六七八九])(?![\d毛角个门次天年月分点折块元%]))钱?",
        _yuan,
    ),
    form(
        "cents cent pence",
        rf"(?<![\d.]){AMOUNT} (?P<word>dollar|euro|pound)s?,? (?:and )?(?P<cents>\d{{1,2}}) (?:cents?|pence)\b",
        _cents,
    ),
    form("cents cent", r"(?<![\d.])(?<!and )\b(\d{1,3}) cents?\b", lambda m: ("money", int(m[1]), "USD")),
    form(
        "k w m 万",
        rf"(?<![\d.a-z-]){AMOUNT}(?P<scale>[kw](?![a-z\d])|万)(?P<most>)"
        r"(?! ?(?:[人个名次字元块屏]|video|视频|分辨率|画质|高清|resolution|hz))",
        _money,
        0.9,
    ),
    form(
        DIGIT,
        rf"(?:{PAID})了?[我你他]?(?:大概|大约|共)?(?P<x>{AMOUNT}(?P<most>))(?=$|[^\w.:/%-]|[的左送减行可吧呢吗结才就还多])",
        _money,
        0.9,
    ),
    form("贵 一", rf"(?<![\d.-])(?P<x>{AMOUNT}(?P<most>))(?=也?太?贵|一[节门套年](?!级))", _money, 0.9),
    form("% percent per", rf"(?<!\d)({NUMBER}) ?(?:%|percent\b|per cent\b)", lambda m: ("percent", number(m[1]))),
    form("百", rf"百分之({NUMBER})", lambda m: ("percent", number(m[1]))),
    form(
        "成", r"(?<![\d一二三四五六七八九十])([1-9一二三四五六七八九])成(?=$|[^\w]|[左的以多新把半])(?!员|本)", _share
    ),
    form("第", rf"(?<!倒数)第(\d{{1,3}}){LISTED}?(?!\d|{PARTS}|[次位名届季])", lambda m: ("ordinal", int(m[1]))),
    form("倒", rf"倒数第(\d{{1,3}}){LISTED}?", lambda m: ("ordinal", -int(m[1]))),
    form(DIGIT, r"^\W*[选要]?(\d{1,2})\W*$", lambda m: ("ordinal", int(m[1]))),
    form("number no option #", r"(?:\b(?:number|no\.?|option) ?|#)(\d{1,2})\b(?!-)", lambda m: ("ordinal", int(m[1]))),
    form(
        "st nd rd th the",
        r"\b(?:the )(\d{1,2})(?:st|nd|rd|th)(?: one| option| item)?\b",
        lambda m: ("ordinal", int(m[1])),
    ),
    form("最后", rf"最[后末][那这]?1?{LISTED}(?!课)|后者", lambda _: ("ordinal", -1)),
    form("前", r"前者", lambda _: ("ordinal", 1)),
    form(" ".join(PLACES), rf"\b(?:the )?{PLACE} (?:one|option|item|choice)\b", lambda m: ("ordinal", _place(m[1]))),
    form(" ".join(PLACES), rf"^\W*(?:the )?{PLACE}(?: \w+)?\W*$", lambda m: ("ordinal", _place(m[1]))),
    form("课章节讲单期页步集", rf"第?(\d{{1,3}})(?:{PARTS})(?!约|省|省略)", lambda m: ("part", int(m[1]))),
    form(
        "lesson chapter unit part section page episode",
        r"\b(?:lesson|chapter|unit|part|section|page|episode) (\d{1,3})\b",
        lambda m: ("part", int(m[1])),
    ),
    form(DIGIT, rf"(?<![\d.第])({NUMBER})({COUNTED})(?!月)", lambda m: ("quantity", number(m[1]), m[2])),
    form(
        DIGIT,
        rf"(?<![\d.a-z])({NUMBER}) ?({'|'.join(sorted(MEASURES, key=len, reverse=True))})(?![a-z\d])",
        lambda m: ("quantity", number(m[1]), MEASURES[m[2]]),
    ),
    form(
        DIGIT,
        r"(?<![\d.a-z])(\d{1,4}) ?([gmt])(?![a-z\d'])(?!网络|信号|手机|卡)",
        lambda m: ("quantity", int(m[1]), m[2].upper() + "B"),
        0.8,
    ),
    form(
        DIGIT,
        rf"(?<![\d.,$€£¥:/#-])(?<!\d )\b(?P<n>{NUMBER}) (?:(?:more|new|other|extra|additional|different|separate) )?"
        rf"(?P<noun>[a-z]{{2,}}s|{ONE_OF})\b(?!-)",
        _counted,
        0.7,
    ),
)
