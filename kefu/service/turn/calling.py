"""What happens on a call beside its turns: written down in the conversation that it goes on in."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from kefu.core.errors import Conflict
from kefu.core.events import ConversationOpened, Event, IdentityProven
from kefu.core.nouns import Conversation
from kefu.core.ports.line import Caller
from kefu.core.ports.store import Commit
from kefu.service.dialogue.fold import fold
from kefu.service.turn import MOST_CONFLICTS, conversation_id_of
from kefu.service.turn.house import House


async def note(caller: Caller, events: Sequence[Event], house: House) -> Conversation:
    """Let events of a call happen, between turns; a caller who never wrote gets a conversation. Returns its state.

    Raises `Conflict` where others are always faster, `StoreFailed`.
    """
    key = (caller.channel, caller.sender)
    async with house.gate.alone(key):
        for _ in range(MOST_CONFLICTS):
            talk = house.gate.recall(key) or await house.store.load(*key)
            talk = talk or Conversation(conversation_id_of(*key), *key, language=caller.language or house.language)
            now = house.clock()
            first: list[Event] = [] if talk.version else [ConversationOpened(now, *key, talk.language)]
            if caller.identity and talk.identity != caller.identity:
                first.append(IdentityProven(now, caller.identity))
            happened = (*first, *events)
            if not happened:
                return talk
            after = fold(talk, happened)
            try:
                await house.store.commit(Commit(f"v{token_hex(10)}", "", now, after, talk.version, happened))
            except Conflict:
                house.gate.forget(key)
                continue
            house.gate.remember(key, after)
            return after
    raise Conflict(f"conversation {caller.channel}/{caller.sender} is too busy; try again.")
