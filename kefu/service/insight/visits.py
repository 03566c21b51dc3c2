"""Cut a conversation into visits, and say of each what became of it: one fact, to be counted.

A visit begins with a customer's message. It ends where people close the conversation, or where nobody says anything
for a while and people have nothing to do with it. So a conversation that goes on for years in a messenger counts as
often as the customer came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from kefu.core.events import (
    Assigned,
    Closed,
    ConversationOpened,
    DecisionTaken,
    DrawnForReview,
    Escalated,
    Event,
    FlowEnded,
    FlowStarted,
    HandedBack,
    HandedOff,
    IdentityProven,
    Judged,
    Merged,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    PersonTook,
    Rated,
    Reopened,
    Replied,
    SuggestionSettled,
    Tagged,
    TargetMissed,
    TargetSet,
    TicketOpened,
)
from kefu.core.nouns import Language
from kefu.core.ports.reports import Fact, Kept, Span
from kefu.core.ports.store import Recorded
from kefu.core.work import Target
from kefu.service.desk.business_time import business_time_between
from kefu.service.desk.hours import Hours
from kefu.service.dialogue.teamwork import REPLIES

SILENCE = timedelta(hours=2)
"""After so long without a word a customer of the machine has left; Zendesk ends a chat at the same."""

LONGEST_WORK_S = 300.0
"""Of the pause before a colleague's answer so much counts as work at most; the rest of it they did something else."""

KNOWLEDGE = "knowledge"
GOOD_RATING = 4
BAD_RATING = 2
SAMPLE = "sample"
TARGETS: dict[Target, Literal["first_target", "next_target", "resolution_target"]] = {
    "first_reply": "first_target",
    "next_reply": "next_target",
    "resolution": "resolution_target",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What facts stand on beside the events.

    `hours` are those of the team. `small_talk` names the skills that only say something: a greeting is no
    answer. `thanks` are the intents of customers who are content.
    """

    hours: Hours
    small_talk: frozenset[str] = frozenset()
    thanks: frozenset[str] = frozenset()


def visits(recorded: Sequence[Recorded], ground: Ground, before: Fact | None = None) -> list[Fact]:
    """The visits in a conversation's events: all of them, or those from the beginning of the visit `before`."""
    return [visit.done() for visit in _cut(recorded, ground, before)]


def _cut(recorded: Sequence[Recorded], ground: Ground, before: Fact | None) -> Iterator[_Visit]:
    known = _Known(before.channel, before.language, before.customer, before.sample) if before else None
    visit: _Visit | None = None
    for one in recorded:
        match one.event:
            case ConversationOpened() as opened:
                known = _Known(opened.channel, opened.language, one.conversation_id)
            case IdentityProven(identity=identity) if known:
                known.customer = identity.customer_id
            case MessageReceived() as message if known and (visit is None or visit.is_over(message.at)):
                if visit:
                    yield visit
                visit = _Visit(known.begin(one, ground.hours), ground)
        if visit and known:
            visit.note(one)
            known.language, known.sample = visit.fact.language, visit.fact.sample
            visit.set(customer=known.customer)
    if visit:
        yield visit


@dataclass(slots=True)
class _Known:
    """What holds of a conversation, whichever visit."""

    channel: str
    language: Language
    customer: str
    sample: bool = False

    def begin(self, one: Recorded, hours: Hours) -> Fact:
        """A visit of which nothing is known yet."""
        at = one.event.at
        local = at.astimezone(hours.zone)
        return Fact(
            conversation_id=one.conversation_id,
            number=one.number,
            at=at,
            day=local.date(),
            hour=local.hour,
            channel=self.channel,
            language=self.language,
            intent="",
            customer=self.customer,
            sample=self.sample,
            team="",
            person="",
            asked=0,
            replies=0,
            answers=0,
            engaged=False,
            answered=False,
            confirmed=False,
            handed=None,
            reason="",
            returned=None,
            first_reply=None,
            next_replies=(),
            resolution=None,
            worked_s=0.0,
            ended=at,
            rating=0,
            first_target="",
            next_target="",
            resolution_target="",
            accepted=0,
            edited=0,
            rejected=0,
            drawn=0,
            judged=0,
            wrong=0,
        )


@dataclass(slots=True)
class _Visit:
    """A visit under way: the fact so far, and what is needed to go on with it."""

    fact: Fact
    ground: Ground
    with_people: bool = False
    closed: bool = False
    waits_since: datetime | None = None
    guess: str = ""
    skills: list[str] = field(default_factory=list)
    verdicts: dict[str, bool | None] = field(default_factory=dict)

    def is_over(self, at: datetime) -> bool:
        """Whether a message at this time begins another visit."""
        return self.closed or (not self.with_people and at - self.fact.ended > SILENCE)

    def set(self, **changes: Any) -> None:  # noqa: ANN401 - fields of a fact
        """Change the fact."""
        self.fact = self.fact._replace(**changes)

    def done(self) -> Fact:
        """The fact; where nothing was begun, its intent is what the first message was taken for."""
        return self.fact._replace(intent=self.fact.intent or self.guess)

    def note(self, one: Recorded) -> None:
        """Take an event in."""
        self._said(one.event)
        self._machine(one.event)
        self._people(one.event)
        self._checked(one)

    def _said(self, event: Event) -> None:
        match event:
            case MessageReceived():
                self.set(asked=self.fact.asked + 1, ended=event.at)
                self.waits_since = self.waits_since or event.at
            case Replied():
                self.set(replies=self.fact.replies + 1, ended=event.at)
                self.waits_since = self.waits_since if self.with_people else None
            case PersonReplied():
                self._answered_by(event.who, event.at)
            case Tagged():
                if SAMPLE in (*event.added, *event.removed):
                    self.set(sample=SAMPLE in event.added)
            case Rated():
                content = event.score >= GOOD_RATING or (self.fact.confirmed and event.score > BAD_RATING)
                self.set(rating=event.score, confirmed=content and self.fact.answered)

    def _machine(self, event: Event) -> None:
        match event:
            case MessageUnderstood():
                best = event.intents[0].name if event.intents else ""
                thanks = best in self.ground.thanks
                self.set(language=event.language)
                if thanks and self.fact.answered:
                    self.set(confirmed=True)
                elif not thanks and not self.fact.intent and not self.guess:
                    self.guess = best
            case DecisionTaken(decision="answer"):
                self.set(engaged=True, answered=True, intent=self.fact.intent or KNOWLEDGE)
            case DecisionTaken(decision="run" | "clarify"):
                self.set(engaged=self.fact.engaged or event.skill not in self.ground.small_talk)
            case FlowStarted():
                self.skills.append(event.skill)
                if event.skill not in self.ground.small_talk:
                    self.set(intent=self.fact.intent or event.intent)
            case FlowEnded():
                skill = self.skills.pop() if self.skills else ""
                if event.outcome == "done" and skill not in self.ground.small_talk:
                    self.set(answered=True)
            case HandedOff():
                self.skills.clear()
                self._hand(event.at, event.reason)
            case TicketOpened():
                self.set(handed=self.fact.handed or event.at, reason=self.fact.reason or f"ticket_{event.ticket.kind}")

    def _people(self, event: Event) -> None:
        match event:
            case PersonTook():
                self._hand(event.at, "taken")
                self.set(person=event.who)
            case Assigned():
                self._hand(event.at, "assigned")
                self.set(person=event.person, team=event.team)
            case Escalated():
                self._hand(event.at, event.because)
                self.set(person=event.person or self.fact.person, team=event.team or self.fact.team)
            case HandedBack():
                self.with_people = False
            case Closed():
                self._end(event.at)
                self.set(resolution=self._span(self.fact.at, event.at))
            case Merged():
                self._end(event.at)
            case Reopened():
                self.with_people, self.closed = True, False
                self.set(resolution=None)

    def _checked(self, one: Recorded) -> None:
        """Service levels, suggestions and verdicts."""
        match one.event:
            case TargetSet(target=target, due=due):
                before: Kept = getattr(self.fact, TARGETS[target])
                now = "running" if due and before != "missed" else "met" if before == "running" else before
                self.set(**{TARGETS[target]: now})
            case TargetMissed(target=target):
                self.set(**{TARGETS[target]: "missed"})
            case SuggestionSettled(outcome="accepted" | "edited" | "rejected" as outcome):
                self.set(**{outcome: getattr(self.fact, outcome) + 1})
            case DrawnForReview():
                self.verdicts.setdefault(one.turn_id, None)
                self.set(drawn=len(self.verdicts))
            case Judged() as judged if judged.turn_id in self.verdicts:
                self.verdicts[judged.turn_id] = judged.right
                found = [right for right in self.verdicts.values() if right is not None]
                self.set(judged=len(found), wrong=found.count(False))

    def _hand(self, at: datetime, reason: str) -> None:
        self.with_people = True
        self.set(handed=self.fact.handed or at, reason=self.fact.reason or reason)

    def _answered_by(self, who: str, at: datetime) -> None:
        fact, since = self.fact, self.waits_since
        if fact.first_reply is None:
            self.set(first_reply=self._span(fact.handed or since or fact.at, at))
        elif since:
            self.set(next_replies=(*fact.next_replies, self._span(since, at)))
        pause_s = (at - max(fact.ended, fact.handed or fact.ended)).total_seconds()
        worked_s = fact.worked_s + min(LONGEST_WORK_S, max(0.0, pause_s))
        for name in (TARGETS[target] for target in REPLIES):  # the answer itself meets them; no event says so
            if getattr(fact, name) == "running":
                self.set(**{name: "met"})
        self.set(answers=fact.answers + 1, person=who, worked_s=worked_s, ended=max(fact.ended, at))
        self.waits_since = None

    def _end(self, at: datetime) -> None:
        self.with_people, self.closed, self.waits_since = False, True, None
        for name in (TARGETS["next_reply"], TARGETS["resolution"]):  # what is closed is owed nothing more
            if getattr(self.fact, name) == "running":
                self.set(**{name: "met"})
        self.set(ended=max(self.fact.ended, at))

    def _span(self, start: datetime, end: datetime) -> Span:
        """Seconds by the clock and in business time."""
        return (end - start).total_seconds(), business_time_between(self.ground.hours, start, end).total_seconds()
