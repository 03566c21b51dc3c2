"""Doubt: a phrase that was heard with little confidence is asked back before anything follows from it.

A closed recogniser finds the phrase that is nearest to whatever was said, so what it is not sure of must not count
as said. What an open recogniser heard is weighed by the reader of the turn, as typed text is.
"""

from __future__ import annotations

import re
from typing import Literal

from kefu.core.ports.speech import Heard

YES = frozenset(
    ("是", "是的", "对", "对对", "好的", "好", "嗯", "确认", "yes", "yeah", "yep", "right", "okay", "ok", "confirm")
)
NO = frozenset(("不是", "不对", "不", "没有", "取消", "算了", "no", "nope", "thatswrong", "cancel", "nevermind"))

Verdict = Literal["take", "ask", "denied"]


class Doubt:
    """What was asked back, if something was."""

    def __init__(self) -> None:
        self._asked: Heard | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is waited for."""
        return self._asked is not None

    def weigh(self, heard: Heard, sure: float) -> tuple[Verdict, Heard]:
        """What to do with an utterance, and which: with a yes, the one that was asked back before.

        `sure` in [0, 1] is the confidence from which a phrase counts as said.
        """
        asked, self._asked = self._asked, None
        plain = re.sub(r"\W", "", heard.text).casefold()
        if asked and plain in YES:
            return "take", asked
        if asked and plain in NO:
            return "denied", heard
        if heard.phrase_id and heard.confidence is not None and heard.confidence < sure:
            self._asked = heard
            return "ask", heard
        return "take", heard
