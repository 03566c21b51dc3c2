"""Stage 护 guard: personal data is marked, hostile text is flagged. Pure."""

from __future__ import annotations

import re
import unicodedata

from kefu.core.nouns import Guarded, Span

MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
IDENTITY_CARD = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
BANK_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")

INJECTION = re.compile(
    r"ignore (?:all |any |the )?(?:previous|prior|above) (?:instructions|rules|prompts)"
    r"|system prompt|you are now |developer mode|jailbreak"
    r"|(?:忽略|无视|忘记)(?:之前|上面|以上|所有|前面)的?(?:所有)?(?:指令|规则|提示|设定)|系统提示词|开发者模式",
    re.IGNORECASE,
)
ABUSE = re.compile(r"傻[逼叉屄]|操你|你妈的|他妈的|去死|王八蛋|滚蛋|\bf+u+c+k+\w*|\basshole\b|\bbitch\b", re.IGNORECASE)

CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CODES = "10X98765432"
"""Weights and check digits of the resident identity card. Source: GB 11643-1999 (ISO 7064 mod 11-2)."""


def guard(text: str, longest: int = 2000) -> Guarded:
    """Clean a text, cut it to `longest` characters and mark what is personal or hostile in it."""
    clean = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    flags = set()
    if len(clean) > longest:
        clean = clean[:longest]
        flags.add("too_long")
    if not clean.strip():
        flags.add("empty")
    if INJECTION.search(clean):
        flags.add("injection")
    if ABUSE.search(clean):
        flags.add("abuse")
    return Guarded(clean, _personal(clean), frozenset(flags))


def _personal(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    if "@" in text:
        spans += [Span("email", *match.span()) for match in EMAIL.finditer(text)]
    if sum(char.isdigit() for char in text) >= 11:
        spans += [Span("id_card", *m.span()) for m in IDENTITY_CARD.finditer(text) if is_identity_card(m.group())]
        spans += [Span("bank_card", *m.span()) for m in BANK_CARD.finditer(text) if is_luhn(m.group())]
        spans += [Span("phone", *match.span()) for match in MOBILE.finditer(text)]
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def is_identity_card(digits: str) -> bool:
    """Whether 18 characters carry the right check digit of a Chinese identity card."""
    total = sum(weight * int(digit) for weight, digit in zip(CHECK_WEIGHTS, digits[:17], strict=True))
    return CHECK_CODES[total % 11] == digits[17].upper()


def is_luhn(number: str) -> bool:
    """Whether the digits pass the Luhn check of payment cards. Source: ISO/IEC 7812-1."""
    digits = [int(char) for char in reversed(number) if char.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
