"""How Chinese is said in the sounds of an English acoustic model: pinyin to ARPAbet, without tones.

Tones are lost: 买 and 卖 are one. What follows an initial depends on it: the i of 是 and 四 is not that of 你.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

INITIALS = dict(
    pair.split("=")
    for pair in "b=B p=P m=M f=F d=D t=T n=N l=L g=G k=K h=HH j=JH q=CH x=SH zh=JH ch=CH sh=SH r=R s=S".split()
) | {"z": "D Z", "c": "T S", "": ""}

FINALS = {
    "a": "AA", "o": "AO", "e": "AH", "i": "IY", "u": "UW", "v": "Y UW", "ê": "EH", "er": "AA R",
    "ai": "AY", "ei": "EY", "ao": "AW", "ou": "OW", "an": "AA N", "en": "AH N", "ang": "AA NG", "eng": "AH NG",
    "ong": "UH NG", "ia": "Y AA", "ie": "Y EH", "iao": "Y AW", "iou": "Y OW", "ian": "Y EH N", "in": "IH N",
    "iang": "Y AA NG", "ing": "IH NG", "iong": "Y UH NG", "ua": "W AA", "uo": "W AO", "uai": "W AY", "uei": "W EY",
    "uan": "W AA N", "uen": "W AH N", "uang": "W AA NG", "ueng": "W AH NG", "ve": "Y UW EH", "van": "Y UW AH N",
    "vn": "Y UH N", "io": "Y AO",
}  # fmt: skip

AFTER = {"zh": "ER", "ch": "ER", "sh": "ER", "r": "ER", "z": "IH", "c": "IH", "s": "IH"}
"""The i that is not one: 知吃是日 and 字词四."""

HUMMED = {"m": "M", "n": "AH N", "ng": "AH NG", "hm": "HH M", "hng": "HH AH NG"}
"""嗯 and 呣, syllables without a vowel."""


LONGEST_WORD = 4


def phones_of(text: str) -> Sequence[str]:
    """The phones of the Chinese characters in a text, syllable after syllable; heteronyms by their words."""
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    found: list[str] = []
    for syllable in syllables(text):
        initial, final = to_initials(syllable, strict=True), to_finals(syllable, strict=True, v_to_u=False)
        found += said(initial, final.replace("ü", "v"), syllable).split()
    return found


def said(initial: str, final: str, syllable: str) -> str:
    """The phones of one syllable."""
    if not final or syllable in HUMMED:
        return HUMMED.get(syllable, "AH N")
    if final == "i" and initial in AFTER:
        return f"{INITIALS[initial]} {AFTER[initial]}"
    return f"{INITIALS[initial]} {FINALS[final]}".strip()


def syllables(text: str) -> Iterator[str]:
    """Pinyin without tones of each character that has one: 银行行长 is yin hang hang zhang."""
    from pypinyin import lazy_pinyin

    words, at = _words(), 0
    while at < len(text):
        for end in range(min(len(text), at + LONGEST_WORD), at + 1, -1):
            if found := words.get(text[at:end]):
                yield from found.split()
                at = end
                break
        else:
            yield from lazy_pinyin(text[at], errors="ignore")
            at += 1


@cache
def _words() -> Mapping[str, str]:
    """Words that are said other than their characters alone; the table they come from is let go.

    Source: pypinyin's phrases (MIT), which the rest of kefu does without.
    """
    from pypinyin import lazy_pinyin
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.phrases_dict import phrases_dict

    alone, plain, found = cache(lambda char: lazy_pinyin(char)[0]), cache(to_normal), {}
    for word, readings in phrases_dict.items():
        if len(word) <= LONGEST_WORD:
            said_here = [plain(one[0]) for one in readings]
            if said_here != [alone(char) for char in word]:
                found[word] = " ".join(said_here)
    phrases_dict.clear()
    return found
