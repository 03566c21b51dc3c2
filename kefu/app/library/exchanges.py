"""From conversations that people resolved: what customers asked and colleagues answered, as drafts to learn from.

The log is followed from where it stopped. Each reply is looked at once; one that may yet turn out to have
solved nothing waits, and is looked at again until it is `DOUBT` old.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kefu.ai.knowledge.exchanges import asks_the_same, draft_answer, draft_question, is_answer, is_for_all
from kefu.ai.knowledge.phrases import is_grateful, is_unsolved, without_courtesy
from kefu.app.data.source import language_of
from kefu.core.events import DecisionTaken, HandedBack, MessageReceived, MessageUnderstood, PersonReplied
from kefu.core.nouns import Language
from kefu.core.ports.questions import Exchange, ExchangeState, Reply
from kefu.core.ports.store import Memory, Recorded
from kefu.service.dialogue.fold import PRESSING
from kefu.service.privacy.guard import guard

DOUBT = timedelta(hours=72)
"""So long a customer has to come back with the same; after that it counts as solved."""

AROUND = 80
"""Events before a reply in which its question is looked for: some eight turns."""

FOLLOWER = "learning"
"""The name under which the place in the log is kept."""

BATCH, MOST_WAITING = 1000, 500
"""How many new events, and how many waiting replies, one call looks at."""

SERVED = frozenset(("run", "answer"))
"""Decisions by which the machine answered itself: what was asked before is settled."""

UNFIT = frozenset(("injection", "abuse", "too_long"))
"""Flags of messages from which nothing is learned."""


async def gather(store: Memory, now: datetime, batch: int = BATCH) -> bool:
    """Draft pairs from what happened since the last call, `batch` events at most; whether there may be more.

    A process that dies in between, or another one that does the same, makes no difference.
    """
    after = await store.bookmark(FOLLOWER)
    happened, waiting = await store.happened(after, batch), await store.exchanges("waiting", MOST_WAITING)
    fresh = (one for one in happened if isinstance(one.event, PersonReplied))
    found_replies = (Reply(one.turn_id, one.conversation_id, one.position, one.number) for one in fresh)
    talks: dict[str, list[Reply]] = {}
    for reply in (*(one.reply for one in waiting), *found_replies):
        talks.setdefault(reply.conversation_id, []).append(reply)
    found: list[Exchange] = []
    for talk, replies in talks.items():
        events = await store.events(talk, max(0, replies[0].number - AROUND))
        found += [look_at(reply, events, now) for reply in replies]
    if found:
        await store.gather(found)
    if happened:
        await store.turn_to(FOLLOWER, after, happened[-1].position)
    return len(happened) == batch


def look_at(reply: Reply, events: Sequence[Recorded], now: datetime) -> Exchange:
    """What a reply came to, from the events around it.

    Nothing is learned from a second answer to the same question (the first has it all), from a draft that was
    sent as it was, and from one after which the customer asked the same, said that it did not help, or was angry.
    What only greets or asks back is no answer, and the question stays open behind it.
    """
    said = next((one.event for one in events if one.number == reply.number), None)
    if not isinstance(said, PersonReplied):
        return Exchange(reply, now, "settled")  # the conversation was erased meanwhile
    after = [one.event for one in events if one.number > reply.number]
    question = draft_question(_asked([one for one in events if reply.number - AROUND <= one.number < reply.number]))
    told = [without_courtesy(text) for text in (said.text, *_further(after))]
    if said.draft or not question or not is_answer(said.text) or not all(map(is_for_all, told)):
        return Exchange(reply, said.at, "settled")
    state, answer = _outcome(question, said.at, after, now), draft_answer(told)
    if state == "open" and not answer:
        state = "settled"
    if state != "open":
        return Exchange(reply, said.at, state)
    language: Language = "zh" if language_of(question) == "zh" else "en"
    return Exchange(reply, said.at, state, masked(question), language, masked(answer), said.who)


def masked(text: str) -> str:
    """The text without personal data."""
    return guard(text, len(text)).masked


def _asked(before: Sequence[Recorded]) -> list[str]:
    """The customer's lines that nobody answered yet."""
    lines: list[tuple[str, str]] = []
    for one in before:
        match one.event:
            case MessageReceived(text=text, flags=flags):
                lines.append((one.turn_id, "" if UNFIT.intersection(flags) else text))
            case PersonReplied(text=text) if is_answer(text):
                lines.clear()
            case DecisionTaken(decision=decision) if decision in SERVED:
                lines = [line for line in lines if line[0] != one.turn_id]
    return [text for _, text in lines]


def _further(after: Iterable[object]) -> list[str]:
    """What the colleague added before the customer said anything more."""
    found: list[str] = []
    for event in after:
        match event:
            case MessageReceived(text=text) if without_courtesy(text):
                break
            case PersonReplied():
                found.append(event.text)
    return found


def _outcome(question: str, at: datetime, after: Iterable[object], now: datetime) -> ExchangeState:
    """Whether it was solved: the customer thanked, the conversation was handed back, or time passed without a doubt."""
    is_solved, lines = now - at >= DOUBT, 0
    for event in after:
        match event:
            case MessageReceived() if event.at - at <= DOUBT:
                lines += 1
                if asks_the_same(question, event.text) or (lines == 1 and is_unsolved(event.text)):
                    return "settled"
                is_solved = is_solved or is_grateful(event.text)
            case MessageUnderstood() if lines == 1 and event.anger >= PRESSING:
                return "settled"
            case HandedBack():
                is_solved = True
    return "open" if is_solved else "waiting"
