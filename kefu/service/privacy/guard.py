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
    r"(?:ignor|disregard|forget|overrid|bypass|neglect)\w* .{0,40}?"
    r"\b(?:instructions?|rules|prompts?|guidelines|directives|directions|restrictions|policies|filters)\b"
    r"|from (?:now|this (?:point|moment)) on(?:wards?)?,? (?:you|whenever|respond|answer|act|every|all)\b"
    r"|you (?:are|'re|will be|must) (?:now |going to |about to |to )"
    r"(?:act|pretend|be|become|behave|immerse|play|role-?play|simulate)"
    r"|you are now \w|\b(?:pretend|imagine|act) (?:that |as if |like )?you(?: are|'re| were| have) (?:an? )?(?:\w+ )?"
    r"(?:ai|gpt|dan|bot|evil)"
    r"|\b(?:act|behave|respond|answer|reply|pretend)(?:ing)? (?:as|to be) (?:an? )?"
    r"(?:dan\b|\w*gpt|unfiltered|uncensored|evil|different ai|ai\b|chatbot|language model|completely)"
    r"|do anything now|\bDAN mode|developer mode|jail ?br(?:ea|o)k|system prompt|opposite mode"
    r"|(?:no|without|free (?:of|from)|ignoring|not have|lacks?)(?: any| all| his| its| their| the)?"
    r"(?: ethical| moral| typical| legal)?(?: or| and)?(?: ethical| moral)? ?"
    r"(?:restrictions?|limitations?|limits|filters?|censorship|guidelines|boundaries)\b"
    r"|\b(?:unfiltered|uncensored|amoral)\b|(?:never|cannot|can't|doesn.t|won.t|not) (?:refuse|decline)\b"
    r"|stay in (?:character|role)|break(?:ing)? character|immoral|unethical"
    r"|(?:your|the) (?:initial|original|hidden|secret) (?:instructions?|prompt)|(?:just|only) print\b"
    r"|(?:忽略|无视|忘记|忘掉|不要理会)(?:之前|上面|以上|所有|前面|一切|你|全部)的?.{0,6}?(?:指令|规则|提示|设定|要求|限制)"
    r"|从现在(?:开始|起).{0,3}你(?:是|就是|要|将|必须|扮演)|(?:你现在是|假装你是|请?扮演)(?:一个|一名)?.{0,10}(?:AI|人工智能|机器人|模型|助手)"
    r"|没有任何(?:限制|约束|道德)|系统提示词?|(?:输出|告诉我|打印|显示)你的(?:提示词|指令|设定)|开发者模式|越狱模式",
    re.IGNORECASE,
)
"""Ways to talk a language model out of its task; `bench/writer` says how many known ones that finds."""

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
