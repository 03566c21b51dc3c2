"""What names one thing: numbers of orders, parcels, phones and cards, e-mail and web addresses."""

from __future__ import annotations

import re

from kefu.ai.text.forms import DIGIT, Meaning, form

ORDER = "order_number"
TRACKING = "tracking_number"
LABEL = r"(?:号码?|编号|number|no\.?|num|id|code|#)?"
FOLLOWS = rf" ?{LABEL}(?: is|是|为)?[:;,# ]{{0,3}}"
TOP_LEVEL = "com|cn|net|org|edu|gov|io|info|co|app|dev|me|top|shop|vip|cc|tv|ai|uk|de|hk|tw"


def _digits(match: re.Match[str]) -> Meaning:
    return "phone", re.sub(r"\D", "", re.split("x|ext", match["n"])[0])


def _international(match: re.Match[str]) -> Meaning | None:
    digits = re.sub(r"\D", "", match[0])
    return ("phone", f"+{digits}") if 8 <= len(digits) <= 15 else None


def _number(kind: str, written: str) -> Meaning | None:
    plain = re.sub(r"[^a-z\d]", "", re.sub(r"^no\.?", "", written)).upper()
    return (kind, plain) if sum(map(str.isdigit, plain)) >= 5 else None


def _url(match: re.Match[str]) -> Meaning:
    return "url", match["x"]


EXTENSION = r"(?: ?(?:x|ext\.?) ?\d{1,5})?"
ADDRESS = r"[a-z0-9\-._~:/?#@!$&'*+=%]"
ADDRESS_END = r"[a-z0-9/=_~&-]"

FORMS = (
    form("@", r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.[a-z]{2,63}", lambda m: ("email", m[0])),
    form("http https", rf"(?<![a-z\d])(?P<x>https?://{ADDRESS}*{ADDRESS_END})", _url),
    form("www", rf"(?<![a-z\d/.])(?P<x>www\.{ADDRESS}*{ADDRESS_END})", _url),
    form(
        TOP_LEVEL.replace("|", " "),
        rf"(?<![a-z\d@/.-])(?P<x>[a-z0-9][a-z0-9-]{{1,62}}(?:\.[a-z0-9-]{{1,63}}){{0,3}}\.(?:{TOP_LEVEL})\b(?:/(?:{ADDRESS}*{ADDRESS_END})?)?)(?!@|\.[a-z])",
        _url,
        0.9,
    ),
    form(DIGIT, r"(?<![a-z0-9@._-])[a-z]{1,3}-?\d{6,20}(?![a-z0-9@])", lambda m: _number(ORDER, m[0])),
    form(
        "单号 order",
        rf"(?:订单|单号|订单编|(?<![a-z])order\b){FOLLOWS}(?P<x>(?:[a-z]{{1,5}}[-.]?)?\d[\d-]{{4,24}}\d)(?![a-z\d@.年月日元块])",
        lambda m: _number(ORDER, m["x"]),
        1.1,
    ),
    form(
        "快运物包 tracking parcel",
        rf"(?:快递|运单|物流|包裹|(?<![a-z])(?:tracking|parcel)\b)单?{FOLLOWS}(?P<x>[a-z]{{0,4}}\d{{8,24}}[a-z]{{0,2}})(?![a-z\d@])",
        lambda m: _number(TRACKING, m["x"]),
        1.2,
    ),
    form(
        "sf yt jd",
        r"(?<![a-z\d])(?:sf\d{12,15}|yt\d{13,15}|jd[a-z]?\d{12,15})(?![a-z\d])",
        lambda m: _number(TRACKING, m[0]),
        1.2,
    ),
    form(
        DIGIT, r"(?<![a-z\d])(?:1z[a-z\d]{16}|[a-z]{2}\d{9}[a-z]{2})(?![a-z\d])", lambda m: _number(TRACKING, m[0]), 1.2
    ),
    form(DIGIT, r"(?<![\da-z])(?:\+?86[- ]?)?(?P<n>1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)", _digits),
    form(DIGIT, r"(?<![\da-z.-])(?P<n>1(?: \d){10})(?! ?\d)", _digits),
    form("+", r"(?<![\da-z])\+\d{1,3}(?:[ .-]?(?:\(\d{1,4}\)|\d{1,5})){2,6}(?!\d)", _international),
    form(DIGIT, r"(?<![\da-z.-])(?P<n>(?:\(0\d{2,3}\)|0\d{2,3}) ?-? ?\d{3,4} ?-?\d{4})(?![\d-])", _digits),
    form(DIGIT, r"(?<![\da-z.-])(?P<n>[48]00[- ]?(?:\d{3}[- ]?\d{4}|\d{4}[- ]?\d{3}))(?![\d-])", _digits),
    form(
        DIGIT,
        r"(?<![\da-z.+-])(?P<n>(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}"
        rf"{EXTENSION})(?![\d-])",
        _digits,
    ),
    form(
        "phone mobile cell tel telephone call text fax whatsapp reach 电话手机座热线",
        r"(?:(?<![a-z])(?:phone|mobile|cell|tel|telephone|call|text|fax|whatsapp|reach)\b|电话|手机|座机|热线)"
        r"[^\d+(.]{0,20}(?P<x>(?P<n>(?:\([\d ]+\)|\d)(?:[ .-]?(?:\(\d+\)|\d)){6,13}))(?![\d-]|[ .]\d)",
        _digits,
        0.8,
    ),
    form(
        "尾后末 last ending",
        r"(?:尾号|[后末]4位|last (?:four|4)(?: digits)?|ending (?:in |with )?)\D{0,6}(\d{4})(?!\d)",
        lambda m: ("last_four", m[1]),
    ),
    form(DIGIT, r"^\W*(\d{4})\W*$", lambda m: ("last_four", m[1])),
)
