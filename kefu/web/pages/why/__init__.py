"""Why a turn went as it did: its eight stages, its decision, the evidence of each sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.events import (
    Assigned,
    DecisionTaken,
    Drafted,
    EffectPromised,
    Escalated,
    HandedBack,
    HandedOff,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    PersonTook,
    Replied,
    RuleApplied,
    Stage,
    TurnTraced,
    Woken,
)
from kefu.core.nouns import Evidence
from kefu.core.ports.store import Recorded
from kefu.web.gate import note_look
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.staff import read_turn
from kefu.web.transcript import title_of
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language


@dataclass(slots=True)
class Story:
    """What one turn did, sorted by what it tells."""

    conversation: str
    received: MessageReceived | None = None
    understood: MessageUnderstood | None = None
    decision: DecisionTaken | None = None
    handed_off: HandedOff | None = None
    drafted: Drafted | None = None
    person: str = ""
    stages: tuple[Stage, ...] = ()
    replies: list[Replied | PersonReplied] = field(default_factory=list)
    effects: list[EffectPromised] = field(default_factory=list)
    moves: list[Assigned | Escalated | RuleApplied | Woken] = field(default_factory=list)

    @property
    def total_ms(self) -> float:
        """Wall time of all stages together."""
        return sum(stage.took_ms for stage in self.stages)


async def show(request: Request) -> Response:
    """The turn as a flow from top to bottom."""
    who, hall = operator_of(request), hall_of(request)
    recorded = await read_turn(hall, who, request.path_params["turn"])
    story = tell(recorded)
    note_look(request, who, story.conversation)
    longest = max((stage.took_ms for stage in story.stages), default=0.0) or 1.0

    def title(evidence: Evidence) -> str:
        return title_of(evidence, hall.kefu.catalog, choose_language(request, hall.language))

    return render(request, "why/page.html", who=who, story=story, recorded=recorded, longest=longest, title=title)


def tell(recorded: Iterable[Recorded]) -> Story:  # noqa: C901 - one case an event
    """Sort a turn's events."""
    story = Story("")
    for one in recorded:
        story.conversation = one.conversation_id
        match one.event:
            case MessageReceived():
                story.received = one.event
            case MessageUnderstood():
                story.understood = one.event
            case DecisionTaken():
                story.decision = one.event
            case Drafted():
                story.drafted = one.event
            case HandedOff():
                story.handed_off = one.event
            case TurnTraced():
                story.stages = one.event.stages
            case Replied():
                story.replies.append(one.event)
            case PersonReplied():
                story.replies.append(one.event)
                story.person = one.event.who
            case PersonTook() | HandedBack():
                story.person = one.event.who
            case EffectPromised():
                story.effects.append(one.event)
            case Assigned() | Escalated() | RuleApplied() | Woken():
                story.moves.append(one.event)
    return story
