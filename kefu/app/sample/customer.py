"""What a sample customer says next, from what the machine has just said: pure, with chance as an argument."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from kefu.ai.training.noise import typos
from kefu.app.sample.plan import Matter
from kefu.app.sample.script import KNOWLEDGE, Asked, Script
from kefu.core.events import Clarified, DecisionTaken, DrawnForReview, Event, FlowEnded, FlowStarted, QuestionAsked
from kefu.core.nouns import Question

E = TypeVar("E", bound=Event)

PERSON = "talk_to_person"
THANKS = "thank"

ANGRY, GREETING, TYPO, NO, WRONG_DIGITS, GIVES_UP = 0.05, 0.15, 0.1, 0.12, 0.1, 0.05
"""How likely a customer begins in anger, begins with a greeting alone, slips on a key, declines, errs, leaves."""


class Customer:
    """One customer with one matter. `meant` is the intent behind what they said last."""

    def __init__(self, matter: Matter, script: Script, chance: Random) -> None:
        self._matter, self._script, self._chance = matter, script, chance
        self._language = matter.person.language
        self._words = script.says[self._language]
        self._asked: Asked | None = None
        self._tries = 0
        self.angry = chance.random() < (0.4 if matter.want == "complaint" else ANGRY)
        self.content = False
        self.meant = ""

    def begin(self) -> str:
        """The first message."""
        if self._chance.random() < GREETING:
            self.meant = "greet"
            return self.one_of("greet")
        return self._tell()

    def answer(self, events: Sequence[Event]) -> str:
        """The next message after a turn of the machine; empty when they leave."""
        if self.meant == THANKS:
            return ""
        if self.meant == "greet":
            return self._tell()
        asked = _last(events, QuestionAsked)
        if asked:
            return "" if self._chance.random() < GIVES_UP else self._reply(asked.question)
        offered = _last(events, Clarified)
        if offered and offered.options:
            fitting = [one.label for one in offered.options if one.value == self._matter.want]
            self.meant = self._matter.want
            return fitting[0] if fitting else self._insist()
        return self._after_answer() if self._is_served(events) else self._insist()

    def judge(self, drawn: DrawnForReview) -> bool:
        """Whether acting on a drawn enquiry is right: the customer knows what they meant."""
        if drawn.intent == KNOWLEDGE:
            expected = self._asked.contains if self._asked else ""
            return bool(expected) and expected in drawn.answer
        return drawn.intent == self.meant

    def one_of(self, section: str) -> str:
        """A sentence of a section, with this customer's course and order in it."""
        person = self._matter.person
        return self._chance.choice(self._words[section]).format(course=person.course, order=person.order)

    def _tell(self) -> str:
        self.meant = want = self._matter.want
        if want == KNOWLEDGE:
            self._asked = self._chance.choice(self._script.questions[self._language])
            text = self._asked.text
        else:
            text = self.one_of(want)
        if self._chance.random() < TYPO:
            text = typos(text, self._language, self._chance)
        return self.one_of("angry") + text if self.angry else text

    def _reply(self, question: Question) -> str:
        chance, person = self._chance, self._matter.person
        if question.kind == "confirm":
            return self.one_of("no" if chance.random() < NO else "yes")
        if question.options:
            mine = [one.label for one in question.options if person.course in one.label or person.order in one.label]
            return chance.choice(mine or [one.label for one in question.options])
        known = {"order": person.order, "email": person.email, "digits": person.digits, "course": person.course}
        if question.about == "digits" and chance.random() < WRONG_DIGITS:
            return "0000"
        if question.about in known:
            return known[question.about]
        return self.one_of(question.about) if question.about in self._words else ""

    def _is_served(self, events: Sequence[Event]) -> bool:
        """Whether the machine did what was meant."""
        decided, began, ended = _last(events, DecisionTaken), _last(events, FlowStarted), _last(events, FlowEnded)
        if decided and decided.decision == "answer":
            return self._matter.want == KNOWLEDGE
        return bool(ended and ended.outcome == "done" and (began is None or began.intent == self._matter.want))

    def _after_answer(self) -> str:
        self.content = True
        if self._chance.random() < 0.4:
            self.meant = THANKS
            return self.one_of("thanks")
        return ""

    def _insist(self) -> str:
        self._tries += 1
        lot = self._chance.random()
        if self._tries <= 2 and lot < 0.5:
            return self.one_of("again") + self._tell()
        if lot < 0.75:
            self.meant = PERSON
            return self.one_of("person")
        return ""


def _last(events: Sequence[Event], kind: type[E]) -> E | None:
    return next((event for event in reversed(events) if isinstance(event, kind)), None)
