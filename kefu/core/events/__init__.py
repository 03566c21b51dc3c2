"""Every fact that can happen in a conversation: one frozen class each, versioned.

A conversation's state is the fold of these, in order (`kefu.service.dialogue.fold`).
A stored event is never changed; a changed shape is a new `version` with an upgrade
in `UPGRADES`. Names are past participles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kefu.core.events.base import Event
from kefu.core.events.call import (
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CallTimed,
    KeysPressed,
    Misheard,
    Spoken,
)
from kefu.core.events.team import (
    Assigned,
    Closed,
    Corrected,
    Escalated,
    FieldsSet,
    HandedBack,
    Judged,
    MacroApplied,
    Merged,
    Noted,
    PersonReplied,
    PersonTook,
    Prioritised,
    QuestionSettled,
    Rated,
    RatingAsked,
    Reopened,
    RuleApplied,
    Snoozed,
    SpanJudged,
    SuggestionSettled,
    Tagged,
    TargetMissed,
    TargetNear,
    TargetSet,
    Woken,
)
from kefu.core.events.turn import (
    CheckFailed,
    Clarified,
    ConversationOpened,
    DecisionTaken,
    Drafted,
    DrawnForReview,
    EffectPromised,
    FlowEnded,
    FlowStarted,
    HandedOff,
    IdentityLapsed,
    IdentityProven,
    MessageReceived,
    MessageUnderstood,
    QuestionAsked,
    QuestionLeft,
    Replied,
    RequestsQueued,
    RequestTaken,
    SlotsFilled,
    Stage,
    StepReached,
    TicketOpened,
    TurnTraced,
)

TURN: tuple[type[Event], ...] = (
    ConversationOpened, MessageReceived, IdentityProven, IdentityLapsed, CheckFailed, MessageUnderstood,
    DecisionTaken, FlowStarted, SlotsFilled, StepReached, QuestionAsked, FlowEnded, RequestsQueued,
    RequestTaken, Clarified, QuestionLeft, HandedOff, TicketOpened, EffectPromised, Replied, Drafted,
    DrawnForReview, TurnTraced,
)  # fmt: skip
TEAM: tuple[type[Event], ...] = (
    PersonReplied, PersonTook, HandedBack, Judged, QuestionSettled, Noted, Assigned, Prioritised, Tagged,
    FieldsSet, Snoozed, Woken, Closed, Reopened, Merged, RatingAsked, Rated, Corrected, SpanJudged,
    SuggestionSettled, MacroApplied, RuleApplied, TargetSet, TargetNear, TargetMissed,
    Escalated,
)  # fmt: skip
CALL: tuple[type[Event], ...] = (
    CallBegan, CallEnded, Spoken, Misheard, KeysPressed, CallHeld, CallResumed, CallTimed,
)  # fmt: skip

KINDS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in (*TURN, *TEAM, *CALL)}
"""Name of an event's kind to its class: what a store needs to read it back."""

UPGRADES: Mapping[tuple[str, int], Callable[[dict[str, object]], dict[str, object]]] = {
    ("MessageUnderstood", 1): lambda stored: {**stored, "anger": 0.0, "act": None},
    ("MessageReceived", 1): lambda stored: {**stored, "attachments": ()},
    ("PersonReplied", 1): lambda stored: {**stored, "attachments": ()},
    ("Noted", 1): lambda stored: {**stored, "attachments": ()},
}
"""(kind, old version) to a function that lifts stored data to the next version."""

__all__ = [
    "CALL",
    "KINDS",
    "TEAM",
    "TURN",
    "UPGRADES",
    "Assigned",
    "CallBegan",
    "CallEnded",
    "CallHeld",
    "CallResumed",
    "CallTimed",
    "CheckFailed",
    "Clarified",
    "Closed",
    "ConversationOpened",
    "Corrected",
    "DecisionTaken",
    "Drafted",
    "DrawnForReview",
    "EffectPromised",
    "Escalated",
    "Event",
    "FieldsSet",
    "FlowEnded",
    "FlowStarted",
    "HandedBack",
    "HandedOff",
    "IdentityLapsed",
    "IdentityProven",
    "Judged",
    "KeysPressed",
    "MacroApplied",
    "Merged",
    "MessageReceived",
    "MessageUnderstood",
    "Misheard",
    "Noted",
    "PersonReplied",
    "PersonTook",
    "Prioritised",
    "QuestionAsked",
    "QuestionLeft",
    "QuestionSettled",
    "Rated",
    "RatingAsked",
    "Reopened",
    "Replied",
    "RequestTaken",
    "RequestsQueued",
    "RuleApplied",
    "SlotsFilled",
    "Snoozed",
    "SpanJudged",
    "Spoken",
    "Stage",
    "StepReached",
    "SuggestionSettled",
    "Tagged",
    "TargetMissed",
    "TargetNear",
    "TargetSet",
    "TicketOpened",
    "TurnTraced",
    "Woken",
]
