"""Rules tried on what happened before: which conversations they would have touched, before they go live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from kefu.app.clerk.plan import Plan
from kefu.core.events import ConversationOpened
from kefu.core.nouns import Conversation
from kefu.core.ports.desk import Scope
from kefu.core.ports.store import Log, Recorded
from kefu.service.desk.case import Case, case_of
from kefu.service.desk.rules import Rule, Scene, applied, holds
from kefu.service.dialogue.fold import fold
from kefu.service.privacy.access import sees
from kefu.service.turn.person import BY_RULE

BATCH = 1000
SHOWN = 50
"""Matches of a rule that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a rule would have acted: on which event of which conversation."""

    conversation_id: str
    number: int
    at: datetime
    kind: str
    text: str


@dataclass(slots=True)
class Tried:
    """What one rule would have done: on how many events, to which conversations; `matches` are the latest."""

    rule: str
    live: bool
    events: int = 0
    conversations: set[str] = field(default_factory=set)
    matches: list[Match] = field(default_factory=list)

    def note(self, one: Recorded, case: Case) -> None:
        """It would have acted here."""
        self.events += 1
        self.conversations.add(one.conversation_id)
        match = Match(one.conversation_id, one.number, one.event.at, type(one.event).__name__, case.text)
        self.matches = [match, *self.matches][:SHOWN]


@dataclass(frozen=True, slots=True)
class Trial:
    """All rules on `conversations` conversations with `events` events."""

    conversations: int
    events: int
    rules: tuple[Tried, ...]


async def try_rules(log: Log, plan: Plan, rules: Sequence[Rule], since: datetime, scope: Scope) -> Trial:
    """Read the whole log again and hold the rules against every event since a time, and the state after its turn.

    What a rule would have changed does not happen: later events are judged by what really was. Costs a pass
    over the log, some 20 s for a million events.
    """
    talks: dict[str, tuple[Conversation, Case]] = {}
    tried = [Tried(rule.name, rule.live) for rule in rules]
    looked: Counter[str] = Counter()
    position = 0
    while recorded := await log.happened(position, BATCH):
        for turn in _turns(recorded):
            position, id_ = turn[-1].position, turn[-1].conversation_id
            talk, case = talks[id_] = _after(talks.get(id_), turn)
            if turn[-1].event.at < since or not sees(scope, talk):
                continue
            looked[id_] += len(turn)
            is_open = plan.hours_of(talk.work.team).is_open(turn[-1].event.at)
            for one in turn if not turn[0].turn_id.startswith(BY_RULE) else ():
                scene = Scene(one.event, talk, case, is_open)
                for rule, found in zip(rules, tried, strict=True):
                    if holds(rule, scene) and applied(rule, one.event, talk, one.event.at):
                        found.note(one, case)
    return Trial(len(looked), looked.total(), tuple(tried))


def _turns(recorded: Sequence[Recorded]) -> list[list[Recorded]]:
    """Events by their turns; the last turn of a full batch may go on in the next one, so it is left for that."""
    turns = [list(turn) for _, turn in groupby(recorded, key=lambda one: one.turn_id)]
    return turns[:-1] if len(recorded) == BATCH and len(turns) > 1 else turns


def _after(before: tuple[Conversation, Case] | None, turn: Sequence[Recorded]) -> tuple[Conversation, Case]:
    events = [one.event for one in turn]
    talk, case = before or (Conversation(turn[0].conversation_id, "", ""), Case())
    if isinstance(events[0], ConversationOpened):
        talk = replace(talk, channel=events[0].channel, sender=events[0].sender)
    return fold(talk, events), case_of(events, case)
