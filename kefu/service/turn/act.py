"""Stage 办 act: walk a skill's steps until it has said, asked or done something.

Nothing is written here. What must change in the business's records leaves as
effects with the commit and is made afterwards, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from numbers import Number

from kefu.core.decisions import Run
from kefu.core.errors import BadSkill
from kefu.core.events import (
    CheckFailed,
    EffectPromised,
    Event,
    FlowEnded,
    FlowStarted,
    IdentityProven,
    QuestionAsked,
    SlotsFilled,
    StepReached,
    TicketOpened,
)
from kefu.core.nouns import Conversation, Evidence, Fact, Flow, Identity, Option, Outbound, Question, Reading, Value
from kefu.core.ports.knowledge import Found
from kefu.core.skill import Again, Carry, Choices, Outcome, Say, Skill, Slot, Step
from kefu.service.dialogue.decide import MOST_TRIES
from kefu.service.dialogue.fold import apply
from kefu.service.dialogue.match import Match, match_answer, match_entities
from kefu.service.turn.call import SkillCall
from kefu.service.turn.compose import Draft, compose
from kefu.service.turn.house import House

CHECKS_PER_DAY = 5
"""How many wrong answers one identity question (one order number) stands a day, over all conversations."""

CHECKS_PER_CONVERSATION = 3
"""How many wrong answers a conversation may give before a person takes over."""


@dataclass(slots=True)
class Work:
    """A turn under way: its state after every event so far, and what it will write."""

    house: House
    talk: Conversation
    reading: Reading
    now: datetime
    reference: str
    can_prove: bool = True
    foreseen: Mapping[str, Fact] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    replies: list[Outbound] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    found: Found | None = None
    hand_off: str = ""
    tries: int = 0

    def record(self, *events: Event) -> None:
        """Let events happen."""
        for event in events:
            self.events.append(event)
            self.talk = apply(self.talk, event)

    def reply(self, draft: Draft) -> None:
        """Add a reply to what will be composed."""
        self.drafts.append(draft)

    def compose(self) -> list[Outbound]:
        """Put the drafts so far into words; returns what was composed."""
        drafts, self.drafts = self.drafts, []
        composed = [compose(draft, self.talk, self.house.catalog, self.house.zone) for draft in drafts]
        bare = [said.text for reply in composed for said in reply.statements if not said.evidence]
        if bare:
            raise ValueError(f"a sentence has no evidence: {bare[0]!r}")
        self.replies += composed
        return composed

    @property
    def flow(self) -> Flow:
        """The flow under way; it is an error of ours when there is none."""
        if self.talk.flow is None:
            raise BadSkill("a step was taken without a flow; this is a fault in kefu, please report it")
        return self.talk.flow

    @property
    def skill(self) -> Skill:
        """The skill of the flow under way."""
        return self.house.catalog.skills[self.flow.skill]


async def act(run: Run, work: Work) -> None:
    """Do what was decided about a skill: start it or go on, and walk its steps."""
    begin(run, work)
    if work.skill.identity and work.talk.identity is None and not ask_who(work):
        return
    flow = work.flow
    if flow.question and not (run.slots or run.mention or run.confirmed):
        tries = flow.question.tries + run.again
        ask(work, replace(flow.question, tries=tries), again=run.again)
        return
    notice(run, work)
    while work.talk.flow and work.flow.step < len(work.skill.steps):
        step = work.skill.steps[work.flow.step]
        if not await take(step, run, work):
            return
        work.record(StepReached(work.now, work.flow.step + 1))
    if work.talk.flow:
        work.record(FlowEnded(work.now, "done"))


def begin(run: Run, work: Work) -> None:
    """Start the flow, or set what the customer's answer told."""
    if run.fresh:
        work.evidence.clear()
        if work.talk.flow and run.because in ("corrected", "rephrased"):
            work.record(FlowEnded(work.now, "cancelled"))
        work.record(FlowStarted(work.now, run.skill, run.intent, run.text))
        if run.slots:
            work.record(SlotsFilled(work.now, run.slots))
    elif run.slots:
        question = work.flow.question
        work.tries = question.tries if question else 0
        chosen = {option.value: option.facts for option in (question.options if question else ())}
        facts = {name: fact for value in run.slots.values() for name, fact in chosen.get(value, {}).items()}
        asked = question.about if question else ""
        work.record(SlotsFilled(work.now, run.slots, facts))
        cleared = [name for name, value in run.slots.items() if value is None and name != asked]
        if cleared:
            work.record(StepReached(work.now, first_step(work.skill, cleared)))


def notice(run: Run, work: Work) -> None:
    """Fill the slots that no step asks for: each by the one value that the message names for it."""
    for slot in work.skill.unasked:
        named = {
            entity.value
            for entity in work.reading.entities
            if entity.kind in slot.entity and entity.value is not None and entity.text in run.mention
        }
        if work.flow.slots.get(slot.name) is None and len(named) == 1:
            work.record(SlotsFilled(work.now, {slot.name: named.pop()}))


def first_step(skill: Skill, slots: Sequence[str]) -> int:
    """The first step that asks one of these slots: where a corrected flow goes on."""
    asks = [number for number, step in enumerate(skill.steps) if step.kind == "ask" and step.name in slots]
    return min(asks, default=0)


def ask_who(work: Work) -> bool:
    """Start asking who the customer is; False when that can't be done here."""
    catalog = work.house.catalog
    if work.can_prove and catalog.identity_skill:
        work.record(FlowStarted(work.now, catalog.identity_skill, "", work.flow.text))
        return True
    work.reply(Draft("say", "sign_in"))
    work.record(FlowEnded(work.now, "failed"))
    return False


async def take(step: Step, run: Run, work: Work) -> bool:
    """Take one step; True when the flow may go on to the next."""
    match step.kind:
        case "ask":
            return await fill(work.skill.slots[step.name], run, work)
        case "confirm":
            if run.confirmed:
                return True
            ask(work, Question(named(step, work), "confirm"))
            return False
        case "say":
            finish(Say(named(step, work)), step, work)
            return False
        case "hand_off":
            work.hand_off = step.name
            work.record(FlowEnded(work.now, "handed_off"))
            return False
        case _:
            return await perform(step, work)


def named(step: Step, work: Work) -> str:
    """The reply that a step names; `@intent` is the one named like the intent."""
    return work.flow.intent if step.name == "@intent" else step.name


async def perform(step: Step, work: Work) -> bool:
    """Run an action; True when it carried facts over and the flow goes on."""
    outcome = await call(step.name, work)
    if isinstance(outcome, Carry):
        work.record(SlotsFilled(work.now, {}, kept(outcome.facts)))
        return True
    if isinstance(outcome, Again):
        retry(outcome.slot, work)
        return False
    if not isinstance(outcome, Say):
        returned = type(outcome).__name__
        raise BadSkill(f"{work.skill.name}: action {step.name} must return Carry, Again or Say, not {returned}")
    if outcome.check and not await identify(outcome, work):
        work.hand_off = "identity_not_proven"
        work.record(FlowEnded(work.now, "handed_off"))
        return False
    finish(outcome, step, work)
    return False


def retry(slot: str, work: Work) -> None:
    """Ask for a slot again whose answer had the right form but can't be used."""
    if work.tries >= MOST_TRIES:
        work.hand_off = "answer_not_understood"
        work.record(FlowEnded(work.now, "handed_off"))
        return
    work.record(SlotsFilled(work.now, {slot: None}), StepReached(work.now, first_step(work.skill, (slot,))))
    ask(work, Question(slot, "slot", tries=work.tries + 1), again=True)


async def identify(said: Say, work: Work) -> bool:
    """Take an identity as proven or count a wrong answer; False when there were too many.

    The count is by what was checked, over all conversations: the next free number of
    the day is claimed with the commit, so that two conversations can't share a try.
    """
    if work.skill.name != work.house.catalog.identity_skill:
        raise BadSkill(f"{work.skill.name}: only the skill named in kefu.toml [identity] may check identities.")
    prefix = f"check:{said.check}:{work.now:%Y-%m-%d}:"
    tries = await work.house.store.claimed(prefix)
    if tries >= CHECKS_PER_DAY:
        return False
    if said.prove:
        work.record(IdentityProven(work.now, Identity(said.prove, "check", work.now)))
        return True
    work.claims.append(f"{prefix}{tries}")
    work.record(CheckFailed(work.now, said.check))
    return work.talk.failed_checks < CHECKS_PER_CONVERSATION


async def call(action: str, work: Work) -> Outcome:
    """Call an action of the skill under way, keeping the evidence that it gathers."""
    skill, identity = work.skill, work.talk.identity
    if action not in skill.actions:
        raise BadSkill(f"{skill.name}/actions.py: there is no async function {action!r}; skill.toml names it.")
    context = SkillCall(
        skill=skill,
        flow=work.flow,
        records=work.house.records[skill.records],
        customer_id=identity.customer_id if identity else "",
        language=work.talk.language,
        now=work.now.astimezone(work.house.zone),
        sentiment=work.reading.sentiment,
        urgency=work.reading.urgency,
        anger=work.talk.anger,
        reference=work.reference,
        foreseen=work.foreseen,
    )
    outcome = await skill.actions[action](context)
    work.evidence += context.evidence
    return outcome


async def fill(slot: Slot, run: Run, work: Work) -> bool:
    """Make sure that a slot is known: from the sentence, from its only option, or by asking."""
    if work.flow.slots.get(slot.name) is not None:
        return True
    if slot.options:
        return await choose(slot, run, work)
    if not slot.free and run.mention:
        for entity in work.reading.entities:
            if entity.kind in slot.entity and entity.value is not None:
                work.record(SlotsFilled(work.now, {slot.name: entity.value}))
                return True
    ask(work, Question(slot.name, "slot"))
    return False


async def choose(slot: Slot, run: Run, work: Work) -> bool:
    """Fill a slot from the options that the records give."""
    fixed = Choices(tuple(Option(value, "") for value in slot.options)) if isinstance(slot.options, tuple) else None
    outcome = fixed or await call(str(slot.options), work)
    if not isinstance(outcome, Choices):
        raise BadSkill(f"{work.skill.name}: action {slot.options} lists options, so it must return Choices")
    corrected = run.because == "corrected" and slot.name in run.slots and not run.slots.keys() & {*slot.depends}
    if slot.is_open and (corrected or not outcome.options):
        ask(work, Question(slot.name, "slot"))
        return False
    if not outcome.options:
        work.reply(Draft("none", slot.name, work.skill.name, known(work), tuple(work.evidence)))
        work.record(FlowEnded(work.now, "failed"))
        return False
    offered = tuple(labelled(option, work) for option in outcome.options)
    match = mentioned(slot, run, work, offered)
    options = match.options or offered
    if len(options) == 1 and not match.other:
        work.record(SlotsFilled(work.now, {slot.name: options[0].value}, options[0].facts))
        return True
    ask(work, Question(slot.name, "slot", options), again=match.other)
    return False


def labelled(option: Option, work: Work) -> Option:
    """An option as it is shown and kept: without a label of its own it takes the words of the replies."""
    words = work.skill.replies.get(work.talk.language, {}).get("option", {}).get(str(option.value), ())
    label, aliases = option.label or "".join(words[:1]), (*option.aliases, *words)
    return replace(option, label=label, aliases=aliases, facts=kept(option.facts))


def mentioned(slot: Slot, run: Run, work: Work, options: tuple[Option, ...]) -> Match:
    """Which options the customer's words speak of."""
    if not run.mention:
        return Match()
    named = [entity for entity in work.reading.entities if entity.text in run.mention]
    mended = run.because == "corrected" and (run.fresh or slot.name in run.slots)
    if mended or run.because == "narrowed":
        return match_answer(run.mention, named, slot.entity, options)
    return match_entities(named, slot.entity, options)


def ask(work: Work, question: Question, *, again: bool = False) -> None:
    """Put a question, in other words when the last answer could not be used."""
    if question.kind == "confirm":
        section, offers = "confirm", words(work, "yes", "no")
    else:
        section, offers = "again" if again else "ask", ()
    draft = Draft(section, question.about, work.skill.name, known(work), tuple(work.evidence), question.options, offers)
    work.reply(draft)
    work.record(QuestionAsked(work.now, question))


def finish(said: Say, step: Step, work: Work) -> None:
    """Let the outcome of a skill happen: its reply, and all that it promises."""
    skill = work.skill
    if said.effects and not any(s.kind == "confirm" for s in skill.steps[: skill.steps.index(step)]):
        raise BadSkill(f"{skill.name}: {step.name} promises a write, but no 'confirm' step comes before it.")
    facts = {**known(work), **said.facts}
    work.reply(Draft("say", said.reply, skill.name, facts, tuple(work.evidence), quick_replies=said.quick_replies))
    work.record(*(EffectPromised(work.now, effect) for effect in said.effects))
    if said.ticket:
        work.record(TicketOpened(work.now, said.ticket))
    if said.hand_off:
        work.hand_off = said.hand_off
    failed = bool(said.check) and not said.prove
    work.record(FlowEnded(work.now, "failed" if failed else "done"))


def kept(facts: Mapping[str, object]) -> dict[str, Value]:
    """Facts as they are kept with the conversation: what is not JSON becomes a number or its ISO text."""
    return {name: _kept(fact) for name, fact in facts.items()}


def _kept(fact: object) -> Value:
    if fact is None or isinstance(fact, str | int | float | bool):
        return fact
    if isinstance(fact, date):
        return fact.isoformat()
    return float(str(fact)) if isinstance(fact, Number) else str(fact)


def known(work: Work) -> dict[str, Fact]:
    """What a reply of the flow may name: its slots and facts."""
    return {**work.flow.slots, **work.flow.facts}


def words(work: Work, *names: str) -> tuple[str, ...]:
    """Single words of the house in the conversation's language, for quick replies."""
    return tuple(work.house.catalog.house[work.talk.language]["word"][name][0] for name in names)
