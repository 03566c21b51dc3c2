"""Back-channels: small sounds of a listener, which are no wish to speak."""

from __future__ import annotations

import re

from kefu.core.nouns import Language
from kefu.core.ports.speech import Phrase

ZH = (
    "嗯",
    "嗯嗯",
    "哦",
    "噢",
    "啊",
    "呃",
    "好",
    "好的",
    "好好",
    "对",
    "对对",
    "是",
    "是的",
    "行",
    "哦好的",
    "嗯好的",
    "明白",
    "知道了",
    "了解",
)
EN = (
    *("uh huh", "mhm", "mm hmm", "mm", "hmm", "uh", "um", "oh", "ah", "ok", "okay", "right", "yeah", "yes", "yep"),
    *("sure", "i see", "got it", "alright", "all right", "okay okay", "oh okay"),
)
MURMURS = frozenset(re.sub(r"\W", "", text) for text in (*ZH, *EN))

SOUNDED: dict[Language, tuple[str, ...]] = {
    "zh": ("嗯", "好的", "对", "是的"),
    "en": ("uh huh", "okay", "yeah", "right"),
}
"""Those that a closed recogniser listens for while kefu speaks."""


def is_murmur(text: str) -> bool:
    """Whether a text is nothing but a listener's small sounds."""
    return re.sub(r"\W", "", text).casefold() in MURMURS


def murmurs(language: Language) -> tuple[Phrase, ...]:
    """Back-channels as phrases, so that a closed recogniser hears them as what they are."""
    return tuple(Phrase(f"murmur:{text}", text, language, 0.5) for text in SOUNDED[language])
