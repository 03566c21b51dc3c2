"""Stage 断 decide: what to do with a message. Pure; it cannot fail.

The rules are tried in their order and the first that has an answer decides, so
the order below is the policy: safety and people first, then what is under way,
then what is new, then what is unclear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from kefu.core.decisions import Cancel, Clarify, Decision, HandOff, Note, Run, Search, TakeBack
from kefu.core.nouns import Conversation, Entity, Flow, IntentScore, Option, Question, Reading, Value
from kefu.core.skill import Skill, Slot
from kefu.service.dialogue.fold import PRESSING
from kefu.service.dialogue.match import match_answer, match_exactly
from kefu.service.dialogue.scene import DIGRESSION, Promise, Scene
from kefu.service.skills.catalog import Catalog

MOST_TRIES = 2
"""How often a question is asked again before a person takes over."""

CLEAR_DIGRESSION = 0.9
"""How sure the reader must be to leave a question that takes any words."""


LINKING = frozenset(
    [*"那呢这还有的门课吧啊呀嘛和跟与再个", *"and what about how the then also for my course class".split()]
)
"""Words that lead to a name and ask nothing of their own."""


KNOWLEDGE = "knowledge"
"""What an enquiry that the company's texts answer is called where others have an intent."""

ARTICLE = "article:"
"""Begins the value of an option that is an article, not an intent; its id follows."""

SKILLS_FIRST = 0.6
"""How sure the reader must be of a skill's intent for the texts not to be asked.

Not the promise's threshold: what would answer an enquiry, and how sure it is, must be the same
whatever threshold is certified on it.
"""

ENQUIRIES = frozenset(("understood", "unsure", "unknown", "not_understood"))
"""Reasons of decisions on a new matter, to which the texts may know more than the skills."""


EDITION = 4
"""The edition of these rules; raised when a change may let another enquiry be answered, which voids certificates."""


def decide(
    text: str, talk: Conversation, reading: Reading, catalog: Catalog, promise: Promise, *, has_texts: bool = False
) -> Decision | Search:
    """Choose what to do with a guarded text; every decision carries its reason.

    With `has_texts` there are texts of the company to search.
    """
    scene = Scene(text, talk, reading, catalog, promise)
    decision = next((found for rule in RULES if (found := rule(scene))), HandOff("not_understood"))
    if isinstance(decision, Search):
        return decision
    return (_texts_first(scene, decision) if has_texts else None) or decision


def _texts_first(scene: Scene, decision: Decision) -> Search | None:
    """The texts are asked where no skill is clearly meant: about a new matter, or in place of an answer.

    Who complains, is angry or suggests something is not looking for an answer.
    """
    act = scene.reading.act
    rival = scene.likeliest
    if rival >= SKILLS_FIRST or scene.talk.anger >= PRESSING:
        return None
    if act and act.name in ("complaint", "suggestion") and act.probability >= scene.promise.answer_at:
        return None
    least = scene.promise.answers_at(KNOWLEDGE)
    if decision.because in ENQUIRIES:
        return Search(scene.text, least, rival, decision, "found")
    if decision.because in ("answer_not_understood", "already_waiting"):
        return Search(scene.text, max(least, DIGRESSION), rival, decision, "found_beside")
    return None


def person_has_it(scene: Scene) -> Decision | None:
    """While a colleague serves the customer, the machine only keeps the message."""
    waiting = scene.talk.waiting
    return Note("with_a_person") if waiting and waiting.taken_by else None


def sends_files(scene: Scene) -> Decision | None:
    """Files without a word: only a person can look at them."""
    if scene.text.strip():
        return None
    return Note("already_waiting") if scene.talk.waiting else HandOff("attachment")


def _answers_by_option(scene: Scene) -> bool:
    """Whether the message is one of the options asked about: 「个人」 is no wish for a person then."""
    question = scene.talk.flow.question if scene.talk.flow else None
    if question is None or not question.options:
        return False
    return len(match_answer(scene.text, scene.reading.entities, (), question.options).options) == 1


def comes_back(scene: Scene) -> Decision | None:
    """「回到智能客服」「不用转人工」, while nobody has taken over yet."""
    if "stay" in scene.reading.cues and (scene.best is None or _hands_off(scene.best)):
        return TakeBack("customer_stays")
    said = scene.text.strip()
    if scene.talk.waiting and any(said in texts["word"]["back"] for texts in scene.catalog.house.values()):
        return TakeBack("customer_asked")
    return None


def asks_for_person(scene: Scene) -> Decision | None:
    """A person, at any time."""
    reason = _hands_off(scene.best)
    if "person" in scene.reading.cues:
        reason = "customer_asked"
    elif reason and _answers_by_option(scene):
        return None
    if not reason:
        return None
    return Note("already_waiting") if scene.talk.waiting else HandOff(reason)


def _hands_off(skill: Skill | None) -> str:
    """For which reason a skill gives the conversation to a person, if it does."""
    return next((step.name for step in skill.steps if step.kind == "hand_off"), "") if skill else ""


def cancels(scene: Scene) -> Decision | None:
    """「算了」 ends what is under way; 「改主意了」 too, unless it answers the question why."""
    flow, cues = scene.talk.flow, scene.reading.cues
    slot = scene.slot(flow) if flow else None
    if "mind" in cues and not (slot and slot.free):
        cues |= {"cancel"}
    return Cancel("customer_cancelled") if (flow or scene.talk.offered) and "cancel" in cues else None


def corrects(scene: Scene) -> Decision | None:
    """「不对，是英语课」「邮箱不对」: another value for a slot of what is, or just was, under way."""
    flow = scene.talk.flow or scene.talk.last
    if flow is None or not ("correct" in scene.reading.cues or _doubts(scene)):
        return None
    filled = [slot for slot in scene.catalog.skills[flow.skill].slots.values() if slot.name in flow.slots]
    slot = _called(scene.text, filled)
    if slot is None and "correct" in scene.reading.cues:
        kinds = {entity.kind for entity in scene.reading.entities}
        named = [slot for slot in filled if kinds & set(slot.entity)]
        listed = [slot for slot in filled if slot.options and scene.talk.flow]
        slot = next(iter(named or listed), None)
    if slot is None:
        return None
    unknown = {other.name for other in filled if other is slot or slot.name in other.depends}
    fresh = scene.talk.flow is None
    kept = {name: value for name, value in flow.slots.items() if name not in unknown}
    slots = kept if fresh else dict.fromkeys(unknown)
    return Run(flow.skill, "corrected", scene.text, flow.intent, fresh, slots, mention=scene.text)


def _doubts(scene: Scene) -> bool:
    """Whether a question before a write got neither a yes nor another matter for its answer."""
    flow, cues = scene.talk.flow, scene.reading.cues
    if flow is None or flow.question is None or flow.question.kind != "confirm" or "affirm" in cues:
        return False
    return "deny" in cues or digresses(scene, flow) is None


def _called(text: str, slots: Sequence[Slot]) -> Slot | None:
    """The slot that a text calls by one of its words; of several the one called last (「公司的邮箱」)."""
    said = text.casefold()
    places = {
        slot: match.end()
        for slot in slots
        for word in slot.called
        for match in re.finditer(rf"(?<![a-z]){re.escape(word)}(?![a-z])", said)
    }
    return max(places, key=places.__getitem__, default=None)


def rephrases(scene: Scene) -> Decision | None:
    """Another question to the same skill, in place of the one under way: it starts anew."""
    flow, skill, intent = scene.talk.flow, scene.best, scene.reading.best.name
    if flow is None or flow.question is None or skill is None or scene.reading.cues & {"affirm", "deny"}:
        return None
    slot = scene.slot(flow)
    if skill.name != flow.skill or intent == flow.intent or (slot and slot.free):
        return None
    return Run(skill.name, "rephrased", scene.text, intent, fresh=True, mention=scene.text)


def confirms(scene: Scene) -> Decision | None:
    """A yes or a no to the question before a write."""
    flow = scene.talk.flow
    if flow is None or flow.question is None or flow.question.kind != "confirm":
        return None
    cues = scene.reading.cues
    if "deny" in cues or "correct" in cues:
        return Cancel("declined")
    if "affirm" in cues:
        return Run(flow.skill, "confirmed", confirmed=True)
    return digresses(scene, flow) or _again(flow, flow.question)


def answers(scene: Scene) -> Decision | None:
    """The answer to the question that waits, another matter, or nothing that can be used."""
    flow = scene.talk.flow
    slot = scene.slot(flow) if flow else None
    if flow is None or flow.question is None or slot is None:
        return None
    value = _answer(scene, slot, flow.question)
    if value is not None:
        return Run(flow.skill, "answered", slots={slot.name: value})
    if slot.free:
        other = None if scene.reading.best.name in slot.accepts else digresses(scene, flow, CLEAR_DIGRESSION)
        return other or Run(flow.skill, "answered", slots={slot.name: scene.text.strip()})
    several = slot.options and match_answer(scene.text, scene.reading.entities, slot.entity, flow.question.options)
    if several and several.options:
        return Run(flow.skill, "narrowed", mention=scene.text)
    if _is_bare_name(scene, slot):
        return _again(flow, flow.question)
    return digresses(scene, flow) or _again(flow, flow.question)


def _is_bare_name(scene: Scene, slot: Slot) -> bool:
    """Whether the message is just a name of the kind that was asked for: an answer, though none that was offered."""
    said = re.sub(r"\W", "", scene.text)
    return any(e.kind in slot.entity and re.sub(r"\W", "", e.text) == said for e in scene.reading.entities)


def _answer(scene: Scene, slot: Slot, question: Question) -> Value:
    """The value that the message gives the slot, or None."""
    if question.options:
        match = match_answer(scene.text, scene.reading.entities, slot.entity, question.options)
        return match.options[0].value if len(match.options) == 1 else None
    for entity in scene.reading.entities:
        if entity.kind in slot.entity and entity.value is not None:
            return entity.value
    found = re.search(slot.pattern, scene.text) if slot.pattern else None
    return found.group() if found else None


def digresses(scene: Scene, flow: Flow, least: float = DIGRESSION) -> Decision | None:
    """Another matter in the middle of a question, which waits; a no with a courtesy (「不用了，谢谢」) ends it."""
    skill = scene.best
    if skill is None or skill.name == flow.skill or scene.reading.best.probability < least:
        return None
    if "deny" in scene.reading.cues and all(step.kind == "say" for step in skill.steps):
        return Cancel("declined")
    return Run(skill.name, "digressed", scene.text, scene.reading.best.name, fresh=True, mention=scene.text)


def _again(flow: Flow, question: Question) -> Decision:
    if question.tries >= MOST_TRIES:
        return HandOff("answer_not_understood")
    return Run(flow.skill, "answer_not_understood", again=True)


def picks(scene: Scene) -> Decision | Search | None:
    """One of the readings that a clarifying question offered, or an article by its very name."""
    offered = scene.talk.offered
    if not offered:
        return None
    for one in match_exactly(scene.text, scene.reading.entities, offered):
        if str(one.value).startswith(ARTICLE):
            article = str(one.value).removeprefix(ARTICLE)
            return Search(one.label, 0.0, 0.0, HandOff("not_understood"), "picked", article)
    match = match_answer(scene.text, scene.reading.entities, (), offered)
    if len(match.options) == 1 and not scene.best:
        intent = str(match.options[0].value)
        skill = scene.catalog.serving(intent)
        text = str(match.options[0].facts.get("text", scene.text))
        return Run(skill.name, "picked", text, intent, fresh=True) if skill else None
    return HandOff("none_of_these") if "deny" in scene.reading.cues else None


def follows_up(scene: Scene) -> Decision | None:
    """「那英语课呢？」: the same matter as last, about something else."""
    last = scene.talk.last
    if last is None or scene.talk.flow or last.skill == scene.catalog.identity_skill:
        return None
    skill = scene.catalog.skills[last.skill]
    named = _named(scene, skill.slots.values())
    just = _is_just(scene.text, named)
    new = None if just else scene.best
    if not named or (new is not None and new.name != last.skill):
        return None
    if not just and named == _named(scene, skill.unasked):
        return None  # 「明天要考试」: much that speaks of a day goes on with nothing
    intent = scene.reading.best.name if new else last.intent
    return Run(last.skill, "followed_up", scene.text, intent, fresh=True, mention=scene.text)


def _named(scene: Scene, slots: Iterable[Slot]) -> list[Entity]:
    kinds = {kind for slot in slots for kind in slot.entity}
    return [entity for entity in scene.reading.entities if entity.kind in kinds]


def _is_just(text: str, named: Sequence[Entity]) -> bool:
    """Whether a message says no more than these names: 「那英语课呢？」, "and Spoken Chinese?"."""
    rest = text
    for entity in sorted(named, key=lambda entity: -entity.start):
        rest = rest[: entity.start] + " " + rest[entity.end :]
    return bool(named) and all(word in LINKING for word in re.findall(r"[a-z']+|\d+|[^\W\d_a-z]", rest.casefold()))


def requests(scene: Scene) -> Decision | None:
    """What the customer asks for; further requests of the same message wait in a queue."""
    wanted = [(ask, skill) for ask in scene.reading.requests if (skill := scene.sure(ask))]
    if not wanted:
        skill = scene.best
        if skill is None:
            return None
        return Run(skill.name, "understood", scene.text, scene.reading.best.name, fresh=True, mention=scene.text)
    (first, skill), *others = wanted
    queue = tuple(ask.text for ask, other in others if other.name != skill.name)
    return Run(skill.name, "understood", first.text, first.best.name, fresh=True, mention=first.text, queue=queue)


def unclear(scene: Scene) -> Decision | None:
    """Ask once what is meant, then give it to a person; one who waits for a person just adds to it."""
    if scene.talk.waiting:
        return Note("already_waiting")
    if scene.talk.anger >= PRESSING:
        return HandOff("angry")
    if scene.talk.stumbles >= 1:
        return HandOff("not_understood")
    likely = [score for score in scene.reading.asks[0].intents[:3] if score.probability >= scene.promise.clarify_at / 3]
    if scene.reading.best.probability >= scene.promise.clarify_at:
        return Clarify(_offers(scene, likely), "unsure")
    return _by_act(scene) or Clarify((), "unknown")


def _by_act(scene: Scene) -> Decision | None:
    """What to do when nothing but the act of speaking is clear: people hear complaints, suggestions are offered.

    Nothing is done by the machine alone, since what was promised about answers speaks of intents.
    """
    act = scene.reading.act
    if act is None or act.probability < scene.promise.answer_at:
        return None
    if act.name == "complaint":
        return HandOff("complaint")
    if act.name != "suggestion":
        return None
    intents = [
        intent
        for skill in scene.catalog.skills.values()
        for intent, tone in skill.tones.items()
        if act.name in tone.split()
    ]
    offers = _offers(scene, [IntentScore(intent, act.probability) for intent in intents])
    return Clarify(offers, "unsure") if offers else None


def _offers(scene: Scene, likely: list[IntentScore]) -> tuple[Option, ...]:
    offers: dict[str, Option] = {}
    for score in likely:
        skill = scene.catalog.serving(score.name)
        if skill and any(step.kind in ("ask", "do") for step in skill.steps):
            title = skill.title.get(scene.reading.language, skill.name)
            offers.setdefault(skill.name, Option(score.name, title, facts={"text": scene.text}))
    return tuple(offers.values())


RULES: tuple[Callable[[Scene], Decision | Search | None], ...] = (
    person_has_it,
    sends_files,
    comes_back,
    asks_for_person,
    cancels,
    corrects,
    rephrases,
    confirms,
    answers,
    picks,
    follows_up,
    requests,
    unclear,
)
