"""What members of the team do to a conversation: take it, answer, hand it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Literal

from kefu.core.errors import BadInput, Conflict, NotFound
from kefu.core.events import Event, HandedBack, HandedOff, Judged, PersonReplied, PersonTook, QuestionSettled
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Archive, Commit
from kefu.service.dialogue.fold import fold
from kefu.service.turn.house import House
from kefu.service.turn.partings import partings

MOST_CONFLICTS = 8


@dataclass(frozen=True, slots=True)
class Words:
    """What a person does: `reply` with a text, `take`, `hand_back`, `flag` with a reason, or judge a turn.

    A question that a turn left (`text`) is `learned` by an article, or `dismissed`. `draft` is the
    turn whose draft is sent as the reply.
    """

    kind: Literal["reply", "take", "hand_back", "flag", "right", "wrong", "learned", "dismissed"]
    who: str
    text: str = ""
    draft: str = ""
    article: str = ""


async def speak(conversation_id: str, words: Words, house: House, store: Archive) -> int:
    """Let a person's words happen; returns the number of the conversation's last event.

    A draft is sent once, however often and from wherever it is asked for. Raises `NotFound`
    for an unknown conversation and `BadInput` for an empty reply.
    """
    claims = (f"draft:{words.draft}",) if words.draft else ()
    if words.kind == "reply" and not words.text.strip():
        raise BadInput("The reply is empty; write something first.")
    for _ in range(MOST_CONFLICTS):
        talk = await store.conversation(conversation_id)
        if talk is None:
            raise NotFound(f"There is no conversation {conversation_id!r}.")
        if claims and await house.store.claimed(claims[0]):
            return talk.version
        events = _events(words, talk, house)
        after = fold(talk, events)
        turn_id = f"p{token_hex(10)}"
        leaving = partings(turn_id, events, after, house)
        commit = Commit(turn_id, "", house.clock(), after, talk.version, tuple(events), leaving, claims)
        try:
            await house.store.commit(commit)
        except Conflict:
            house.gate.forget((talk.channel, talk.sender))
            continue
        house.gate.remember((talk.channel, talk.sender), after)
        return after.version
    raise Conflict(f"conversation {conversation_id} is too busy; try again.")


def _events(words: Words, talk: Conversation, house: House) -> Sequence[Event]:
    now = house.clock()
    taken = talk.waiting is not None and talk.waiting.taken_by == words.who
    match words.kind:
        case "reply":
            said = PersonReplied(now, words.who, words.text, words.draft)
            return (said,) if taken else (PersonTook(now, words.who), said)
        case "take":
            return (PersonTook(now, words.who),)
        case "right" | "wrong":
            return (Judged(now, words.text, words.kind == "right", words.who),)
        case "learned" | "dismissed":
            return (QuestionSettled(now, words.text, words.article, words.who),)
        case "hand_back":
            return (HandedBack(now, words.who),)
        case _:
            return (HandedOff(now, words.text, words.text, "high"),)
