"""What a decision may look at, and how sure it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu.core.nouns import Ask, Conversation, Flow, Reading
from kefu.core.skill import Skill, Slot
from kefu.service.skills.catalog import Catalog

DIGRESSION = 0.75
"""How sure the reader must be to leave a question that waits."""


@dataclass(frozen=True, slots=True)
class Promise:
    """How sure kefu must be: from `answer_at` it acts, from `clarify_at` it asks back.

    `own` holds the intents from another probability on which it acts.
    """

    answer_at: float = 0.6
    clarify_at: float = 0.3
    own: Mapping[str, float] = field(default_factory=dict)

    def answers_at(self, intent: str) -> float:
        """From which probability on kefu acts on this intent."""
        return self.own.get(intent, self.answer_at)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision may look at."""

    text: str
    talk: Conversation
    reading: Reading
    catalog: Catalog
    promise: Promise

    @property
    def best(self) -> Skill | None:
        """The skill for the likeliest intent, if the reader is sure enough."""
        return self.sure(self.reading.asks[0])

    @property
    def likeliest(self) -> float:
        """How likely the best intent is that a skill serves."""
        best = self.reading.best
        return best.probability if self.catalog.serving(best.name) else 0.0

    def sure(self, ask: Ask) -> Skill | None:
        """The skill for a request, if the reader is sure enough; who waits for a person mostly talks to them."""
        least = max(self.promise.answers_at(ask.best.name), DIGRESSION if self.talk.waiting else 0.0)
        serving = self.catalog.serving(ask.best.name)
        return serving if serving and ask.best.probability >= least else None

    def slot(self, flow: Flow) -> Slot | None:
        """The slot that the flow's question is about."""
        question = flow.question
        return self.catalog.skills[flow.skill].slots.get(question.about) if question else None
