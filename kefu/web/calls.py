"""A call as colleagues see it: what was said when, how it sounded, how long each turn took, what was misheard."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kefu.app import Operator, may_listen, scope_of
from kefu.app.listening import Outline, listen, outline
from kefu.app.people.team import Hand
from kefu.core.errors import NotFound, RecordingFailed
from kefu.core.events import (
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CallTimed,
    Event,
    HandedBack,
    HandedOff,
    KeysPressed,
    MessageReceived,
    Misheard,
    PersonReplied,
    PersonTook,
    Replied,
    Spoken,
)
from kefu.core.nouns import Conversation
from kefu.core.ports.calls import Call
from kefu.core.ports.recordings import Side, Tape
from kefu.core.ports.store import Recorded
from kefu.service.privacy.spoken import hidden
from kefu.web.gate import require
from kefu.web.hall import Hall, now
from kefu.web.staff import talk_of
from kefu.web.thread import fact_of
from kefu.web.transcript import cuts_of

STAGES = ("heard", "text", "decided", "sound")
"""In the order in which a turn reaches them."""

By = Literal["customer", "machine", "person", "event"]
HAPPENED = HandedOff | HandedBack | PersonTook | CallHeld | CallResumed | KeysPressed | Misheard
AFTER = MessageReceived | Misheard | Spoken
"""What is written once its speech is over."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said or happened, `at_ms` into the call; of what happened, `text` is its name.

    `cut` says that the customer did not hear it to the end.
    """

    number: int
    turn_id: str
    at_ms: int
    by: By
    text: str
    detail: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Latency:
    """How long turns took up to a stage, in ms: half of them no longer than `p50`, 95 of 100 than `p95`."""

    stage: str
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A call with all that its page shows; `outline` is None where there is no recording to be heard."""

    talk: Conversation
    began: CallBegan
    ended: CallEnded | None
    number: int
    said: tuple[Utterance, ...]
    turns: Mapping[str, Mapping[str, float]]
    latencies: tuple[Latency, ...]
    misheard: int
    outline: Outline | None = field(default=None, repr=False)
    damaged: bool = False

    @property
    def lasts(self) -> bool:
        """Whether it goes on."""
        return self.talk.call is not None and self.talk.call.id == self.began.call_id


async def list_calls(hall: Hall, who: Operator, before: int = 0, limit: int = 25) -> Sequence[Call]:
    """The latest calls, as far as the viewer may see them."""
    require(who, "read")
    return await hall.kefu.store.calls(scope_of(who), before, limit)


async def read_call(hall: Hall, who: Operator, conversation_id: str, number: int) -> Seen:
    """The call that began with an event of a conversation; raises `NotFound` where there is none to be seen."""
    talk = await talk_of(hall, who, conversation_id)
    recorded = of_call(await hall.kefu.store.events(talk.id, number - 1))
    began = recorded[0].event
    assert isinstance(began, CallBegan)  # noqa: S101 - `of_call` begins with one
    heard, damaged = None, False
    if may_listen(who, talk):
        try:
            heard = await outline(hall.kefu.recordings, talk.id, began.call_id)
        except RecordingFailed:
            damaged = True
    events = [one.event for one in recorded]
    turns = {event.turn_id: event.stages for event in events if isinstance(event, CallTimed)}
    ended = next((event for event in events if isinstance(event, CallEnded)), None)
    return Seen(
        talk,
        began,
        ended,
        number,
        tuple(_aligned(recorded, heard)),
        turns,
        latencies_of(list(turns.values())),
        sum(isinstance(event, Misheard) for event in events),
        heard,
        damaged,
    )


async def open_sound(hall: Hall, hand: Hand, conversation_id: str, number: int) -> Tape:
    """The recording of a call, to be heard; the audit trail says so. Raises `NotFound`, `NotAllowed`."""
    talk = await talk_of(hall, hand.who, conversation_id)
    began = of_call(await hall.kefu.store.events(talk.id, number - 1))[0].event
    assert isinstance(began, CallBegan)  # noqa: S101 - as above
    kefu = hall.kefu
    return await listen(kefu.recordings, kefu.store, hand, conversation_id, began.call_id, now=now())


def of_call(recorded: Sequence[Recorded]) -> Sequence[Recorded]:
    """Events from the beginning of a call to its end, or to the next one; raises `NotFound` for no beginning."""
    if not recorded or not isinstance(recorded[0].event, CallBegan):
        raise NotFound("There is no such call.")
    call_id = recorded[0].event.call_id
    for place, one in enumerate(recorded[1:], 1):
        if isinstance(one.event, CallBegan):
            return recorded[:place]
        if isinstance(one.event, CallEnded) and one.event.call_id == call_id:
            return recorded[: place + 1]
    return recorded


def latencies_of(turns: Sequence[Mapping[str, float]]) -> tuple[Latency, ...]:
    """Nearest ranks over the turns of a call, by stage; stages that no turn reached are left out."""
    times: dict[str, list[float]] = defaultdict(list)
    for stages in turns:
        for stage, took_ms in stages.items():
            times[stage].append(took_ms)
    known = [stage for stage in STAGES if stage in times] + sorted(set(times) - set(STAGES))
    return tuple(Latency(stage, _rank(times[stage], 0.5), _rank(times[stage], 0.95)) for stage in known)


def _rank(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _aligned(recorded: Sequence[Recorded], heard: Outline | None) -> Iterator[Utterance]:
    """What was said, where it sounds: an event is written after the speech or before the answer that it is of."""
    began = recorded[0].event.at
    zero = heard.label.began_at if heard else began
    cuts = cuts_of(recorded)
    for one in recorded:
        found = _said(one.event, one.turn_id, cuts)
        if found is None:
            continue
        by, text, detail, cut = found
        at_ms = max(0, round((one.event.at - zero).total_seconds() * 1000))
        side: Side = "caller" if by == "customer" or isinstance(one.event, Misheard) else "house"
        if heard and isinstance(one.event, AFTER):
            at_ms = heard.onset_before(side, at_ms)
        elif heard and by != "event":
            at_ms = heard.onset_after(side, at_ms)
        yield Utterance(one.number, one.turn_id, at_ms, by, hidden(text), hidden(detail), cut)


def _said(event: Event, turn_id: str, cuts: Mapping[tuple[str, str], Spoken]) -> tuple[By, str, str, bool] | None:
    match event:
        case MessageReceived():
            return "customer", event.text, "", False
        case Replied() | PersonReplied():
            cut = cuts.get((turn_id, event.text))
            by: By = "machine" if isinstance(event, Replied) else "person"
            text = cut.heard if cut else event.text
            return (by, text, getattr(event, "who", ""), cut is not None) if text else None
        case Spoken(turn_id="") if event.heard:
            return "machine", event.heard, "", not event.whole
        case _ if isinstance(event, HAPPENED):
            fact = fact_of(event)
            return ("event", fact.kind, fact.detail or fact.who, False) if fact else None
    return None
