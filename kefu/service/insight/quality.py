"""How a visit went: points in four regards, each with the reasons that a colleague can check. Pure.

Every regard begins with what an ordinary visit has; what happened adds or takes points. The rules are few and stand
here in full, so that who disagrees sees with which one; colleagues' labels say how far to trust them
(`kefu.service.insight.agreement`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from kefu.core.events import (
    Assigned,
    CheckFailed,
    Clarified,
    Corrected,
    Escalated,
    Event,
    FlowEnded,
    MessageUnderstood,
    PersonReplied,
    QuestionAsked,
    QuestionLeft,
    Reopened,
    Replied,
)
from kefu.core.ports.insight import Quality, Reason, Score
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Recorded
from kefu.service.insight.figures import GOOD_RATING, RETURN
from kefu.service.insight.visits import BAD_RATING

QUALITIES: tuple[Quality, ...] = ("solved", "tone", "process", "effort")
BEGIN: Mapping[Quality, int] = {"solved": 50, "tone": 70, "process": 100, "effort": 100}
"""What an ordinary visit has before anything is known of it."""

ANGRY, CALM = 0.5, 0.2
USUAL_MESSAGES = 3
"""Messages that a customer needs to say what they want and to confirm it."""
SLOW_S = 600.0
WEIGHTS: Mapping[Quality, float] = {"solved": 0.4, "tone": 0.2, "process": 0.2, "effort": 0.2}


def score(recorded: Sequence[Recorded], fact: Fact, thanks: Collection[str] = ()) -> Score:
    """The score of a visit by its events, as far as they tell; see `finished` for what is known only later.

    `thanks` are the intents of customers who are content.
    """
    events = [one.event for one in recorded]
    reactions = _reactions(events)
    solved = _solved(events, fact, reactions, thanks)
    reasons = (*solved, *_tone(events), *_process(events, fact), *_effort(events, fact, reactions))
    return _summed(Score(fact.conversation_id, fact.number, fact.at, fact.day, 0, 0, 0, 0, reasons, fact.sample))


def finished(found: Score, fact: Fact) -> Score:
    """The score with what only time tells: whether the customer came again."""
    if fact.returned is None or fact.returned - fact.ended > RETURN:
        return found
    later = (Reason("solved", "returned", -25), Reason("effort", "returned", -15))
    return _summed(found._replace(reasons=(*found.reasons, *later)))


def overall(found: Score) -> int:
    """One number: four tenths of it whether it was solved."""
    return round(sum(WEIGHTS[name] * float(getattr(found, name)) for name in QUALITIES))


def _summed(found: Score) -> Score:
    points = Counter(dict(BEGIN))
    for reason in found.reasons:
        points[reason.quality] += reason.points
    solved, tone, process, effort = (max(0, min(100, points[name])) for name in QUALITIES)
    return found._replace(solved=solved, tone=tone, process=process, effort=effort)


def _reactions(events: Sequence[Event]) -> list[MessageUnderstood]:
    """What customers said once they had an answer, whoever gave it: the best sign of what it was worth."""
    first = next((place for place, one in enumerate(events) if isinstance(one, Replied | PersonReplied)), len(events))
    return [one for one in events[first:] if isinstance(one, MessageUnderstood)]


def _is_thanks(one: MessageUnderstood, thanks: Collection[str]) -> bool:
    is_praise = one.act is not None and one.act.name == "praise"
    return is_praise or (bool(one.intents) and one.intents[0].name in thanks)


def _solved(
    events: Sequence[Event], fact: Fact, reactions: Sequence[MessageUnderstood], thanks: Collection[str]
) -> Iterator[Reason]:
    if fact.rating >= GOOD_RATING:
        yield Reason("solved", "rated_good", 50)
    elif 0 < fact.rating <= BAD_RATING:
        yield Reason("solved", "rated_bad", -50)
    elif fact.confirmed or any(_is_thanks(one, thanks) for one in reactions):
        yield Reason("solved", "thanked", 40)
    if reactions and (points := round(20 * reactions[-1].sentiment)):
        yield Reason("solved", "last_word_good" if points > 0 else "last_word_bad", points)
    if fact.answered:
        yield Reason("solved", "answered", 20)
    if fact.handed and fact.answers and fact.resolution:
        yield Reason("solved", "closed_by_person", 20)
    elif fact.handed and not fact.answers:
        yield Reason("solved", "nobody_answered", -40)
    if not fact.engaged and not fact.answers:
        yield Reason("solved", "not_engaged", -20)
    if count := sum(isinstance(one, QuestionLeft) for one in events):
        yield Reason("solved", "unanswered", -15 * min(2, count))
    if any(isinstance(one, FlowEnded) and one.outcome == "failed" for one in events):
        yield Reason("solved", "task_failed", -15)


def _tone(events: Sequence[Event]) -> Iterator[Reason]:
    heard = [one for one in events if isinstance(one, MessageUnderstood)]
    if not heard:
        return
    last = heard[len(heard) // 2 :]
    mood = sum(one.sentiment for one in last) / len(last)
    if points := round(30 * mood):
        yield Reason("tone", "ended_well" if points > 0 else "ended_badly", points)
    worst = max(one.anger for one in heard)
    if worst >= ANGRY:
        yield Reason("tone", "angry", -35)
        if heard[-1].anger <= CALM:
            yield Reason("tone", "calmed", 20)
    acts = {one.act.name for one in heard if one.act}
    if "complaint" in acts:
        yield Reason("tone", "complained", -15)
    if "praise" in acts:
        yield Reason("tone", "praised", 20)


def _process(events: Sequence[Event], fact: Fact) -> Iterator[Reason]:
    if fact.wrong:
        yield Reason("process", "judged_wrong", -60)
    if any(isinstance(one, Corrected) for one in events):
        yield Reason("process", "corrected", -40)
    late = sum(getattr(fact, name) == "missed" for name in ("first_target", "next_target", "resolution_target"))
    if late:
        yield Reason("process", "late", -25 * late)
    if any(isinstance(one, Escalated) for one in events):
        yield Reason("process", "escalated", -15)
    if any(isinstance(one, Reopened) for one in events):
        yield Reason("process", "reopened", -20)
    if any(isinstance(one, FlowEnded) and one.outcome == "failed" for one in events):
        yield Reason("process", "task_failed", -20)


def _effort(events: Sequence[Event], fact: Fact, reactions: Sequence[MessageUnderstood]) -> Iterator[Reason]:
    if not fact.handed and (more := fact.asked - USUAL_MESSAGES) > 0:  # with people, longer talks help more often
        yield Reason("effort", "many_messages", -6 * min(more, 8))
    if count := sum(isinstance(one, Clarified) for one in events):
        yield Reason("effort", "asked_back", -12 * min(3, count))
    if count := sum(one.act is not None and one.act.name == "complaint" for one in reactions):
        yield Reason("effort", "insisted", -15 * min(2, count))
    asked = [one.question.about for one in events if isinstance(one, QuestionAsked)]
    if again := sum(len(list(some)) - 1 for _, some in groupby(asked)):
        yield Reason("effort", "asked_again", -10 * min(3, again))
    if any(isinstance(one, CheckFailed) for one in events):
        yield Reason("effort", "check_failed", -10)
    if fact.handed:
        yield Reason("effort", "handed_off", -15)
    if (moves := sum(isinstance(one, Assigned) for one in events) - 1) > 0:
        yield Reason("effort", "passed_on", -10 * min(3, moves))
    if fact.first_reply and fact.first_reply[1] > SLOW_S:
        yield Reason("effort", "waited", -15)
