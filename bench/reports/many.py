"""Many conversations in a store, by commits like those of real turns: seeded, a few hundred at a time."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from kefu.core.events import (
    Closed,
    ConversationOpened,
    DecisionTaken,
    Event,
    FlowEnded,
    FlowStarted,
    HandedOff,
    IdentityProven,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    PersonTook,
    Replied,
    Stage,
    Tagged,
    TurnTraced,
)
from kefu.core.nouns import Conversation, Evidence, Identity, IntentScore, Language, Statement
from kefu.core.ports.store import Commit, Memory
from kefu.service.dialogue.fold import fold
from kefu.service.turn import conversation_id_of

STARTER = Path(__file__).parents[2] / "kefu" / "starter" / "education" / "sample"
STAGES = ("receive", "recall", "guard", "understand", "decide", "act", "compose", "deliver")
AGENTS = tuple(f"agent {number}" for number in range(20))
TEAMS = ("after-sales", "teaching", "accounts")
CHANNELS = ("webchat", "rest", "rasa")
DAYS = 180
TOGETHER = 512
ANSWER = "您好，您已经学习到第12课，预计还需要学习8课。退款审核通过后，3 到 5 天到账。"


async def fill(store: Memory, count: int, until: datetime, seed: int = 7) -> None:
    """Write so many conversations over half a year: 70 % the machine's, 20 % closed, the others with people."""
    says = {
        language: tomllib.loads((STARTER / f"says.{language}.toml").read_text("utf-8")) for language in ("zh", "en")
    }
    chance = Random(seed)  # noqa: S311 - repeatable, and no secret
    for start in range(0, count, TOGETHER):
        talks = [list(commits_of(number, until, says, chance)) for number in range(start, min(count, start + TOGETHER))]
        for part in range(2):
            await asyncio.gather(*(store.commit(talk[part]) for talk in talks if len(talk) > part))


def commits_of(number: int, until: datetime, says: dict[str, dict[str, list[str]]], chance: Random) -> Iterator[Commit]:
    """The commits of one conversation: the customer's turn, and what people did."""
    language: Language = "en" if chance.random() < 0.2 else "zh"
    channel, sender = chance.choice(CHANNELS), f"L{number:06}"
    intent = chance.choice(("course_progress", "refund", "invoice", "next_lesson", "complaint"))
    text = chance.choice(says[language][intent]).format(course="Python 入门", order=f"E{2600000000 + number}")
    at = until - timedelta(seconds=chance.randrange(DAYS * 86_400) + 60)
    lot = chance.random()
    talk = Conversation(conversation_id_of(channel, sender), channel, sender)
    events = turn(ConversationOpened(at, channel, sender, language), intent, text, handed=lot > 0.7)
    yield commit(talk, f"t{number:019}", f"{sender}:1", events)
    if lot > 0.7:
        talk = fold(talk, events)
        yield commit(talk, f"p{number:019}", "", people(at, lot, chance))


def turn(opened: ConversationOpened, intent: str, text: str, *, handed: bool) -> tuple[Event, ...]:
    """What a turn writes."""
    at, sender, language = opened.at, opened.sender, opened.language
    said = Statement(ANSWER, (Evidence(f"records:{intent}/my_courses", '[{"lesson": 12, "left": 8}]'),))
    middle: tuple[Event, ...] = (
        (HandedOff(at, "customer_asked", f"customer: {sender} (token)\nlanguage: {language}", "normal"),)
        if handed
        else (FlowStarted(at, intent, intent, text), FlowEnded(at, "done"))
    )
    return (
        opened,
        IdentityProven(at, Identity(sender, "token")),
        MessageReceived(at, f"{sender}:1", text),
        MessageUnderstood(at, language, (IntentScore(intent, 0.93),), (), (), 0.1, 0.1, 0.05, None, "bench"),
        DecisionTaken(at, "hand_off" if handed else "run", "understood", intent),
        *middle,
        Replied(at, (said,), language),
        TurnTraced(at, tuple(Stage(name, 0.2, text[:40], intent) for name in STAGES)),
    )


def people(at: datetime, lot: float, chance: Random) -> tuple[Event, ...]:
    """What the team did: of ten handed over, seven are closed, one waits for whoever takes it."""
    who, later = chance.choice(AGENTS), at + timedelta(minutes=chance.randrange(1, 20))
    tagged = Tagged(at, "kefu", (chance.choice(TEAMS),))
    if lot > 0.97:
        return (tagged,)
    taken = (tagged, PersonTook(later, who), PersonReplied(later, who, "您好，我来为您处理，请稍等。"))
    return taken if lot > 0.9 else (*taken, Closed(later + timedelta(minutes=5), who))


def commit(talk: Conversation, turn_id: str, external_id: str, events: tuple[Event, ...]) -> Commit:
    """A commit of these events."""
    return Commit(turn_id, external_id, events[-1].at, fold(talk, events), talk.version, events)
