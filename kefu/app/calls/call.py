"""One call under way: what happens on its line goes to the session, what the session wants is done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import structlog

from kefu.adapters.audio.pacing import Frames
from kefu.app.calls.engines import Engines
from kefu.app.calls.hearing import Hearing
from kefu.app.calls.home import Home
from kefu.app.calls.speaking import Sounds, Speaking
from kefu.app.calls.taping import Taping
from kefu.core.errors import KefuError
from kefu.core.events import CallTimed, Event, HandedBack, HandedOff, PersonReplied, PersonTook, Replied
from kefu.core.nouns import Conversation, Inbound, Language
from kefu.core.ports.line import FRAME_MS, Audio, Key, Line, Played, Typed
from kefu.core.ports.recordings import Label
from kefu.core.ports.speech import Expected, Expects
from kefu.core.ports.store import Recorded
from kefu.service.turn import conversation_id_of, turn_id_of
from kefu.service.turn.calling import note
from kefu.service.turn.house import Taken
from kefu.service.voice import orders, signals
from kefu.service.voice.manners import Manners
from kefu.service.voice.orders import Order
from kefu.service.voice.phrases import Repertoire, digits_of, expected, hints
from kefu.service.voice.session import VoiceSession
from kefu.service.voice.signals import Reply, Signal
from kefu.service.voice.standing import Beginning, Words

log = structlog.get_logger()

TICK_S = 0.02
CHINESE = re.compile(r"[\u3400-\u9fff]")
SILENT_MS = 200
"""How long a line may send nothing before that is taken for silence."""

DESKS = "call:"
"""How the topic begins on which the desk tells a call to hold, go on or end."""

ASKED, SERVED = "is it served", "it is"
"""The same topic tells a process that starts which calls have one that serves them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all calls share: engines, sounds, manners, words, what may be said, who takes a turn and who measures."""

    engines: Engines
    sounds: Sounds
    manners: Manners
    words: Words
    repertoire: Callable[[], Repertoire]
    take: Callable[[Inbound], Awaitable[Taken]]
    timed: Callable[[str, CallTimed], None]


class Call:
    """Serves a line until either end hangs up."""

    def __init__(self, line: Line, kefu: Home, setting: Setting) -> None:
        caller = line.caller
        self.id, self._line, self._kefu, self._setting = caller.call_id, line, kefu, setting
        self.conversation_id = conversation_id_of(caller.channel, caller.sender)
        self._language: Language = caller.language or kefu.house.language
        self._began_at, self._began = kefu.house.clock(), self._now()
        self._heard_at = self._began
        self._taping: Taping | None = None
        beginning = Beginning(
            self.id, caller.channel, self._language, self._began_at, self._began, caller.consent, caller.greet
        )
        self.session = VoiceSession(beginning, setting.manners, setting.words)
        self._hearing = Hearing(setting.engines, line.rate_hz, setting.manners.silence_ms, self.on)
        self._speaking = Speaking(line, setting.sounds, self.on)
        self._todo: asyncio.Queue[orders.Tell | orders.Record] = asyncio.Queue()
        self._notes: asyncio.Queue[tuple[Event, ...] | None] = asyncio.Queue()
        self._turns: asyncio.Queue[orders.Take] = asyncio.Queue()
        self._own: set[str] = set()
        self._number = 0
        self._read_to = 0
        self._expected = Expected(self._language)
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Serve it; when this returns nothing of it is left."""
        self._expect(await self._kefu.store.conversation(self.conversation_id), ())
        warming = asyncio.create_task(self._hearing.warm(self._expected))
        writing = asyncio.create_task(self._write_down())
        tasks = [
            asyncio.create_task(work)
            for work in (self._hear(), self._tick(), self._show(), self._decide(), self._speaking.run(), self._follow())
        ]
        listening = asyncio.create_task(self._listen_to_desk())
        try:
            await self._line.tell("ready", **self._ready())
            self.on(signals.Connected(self._hints))
            tasks.append(asyncio.create_task(self._ends()))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception():
                    log.error("call broke off", call=self.id, exc_info=task.exception())
        finally:
            self.on(signals.HungUp("caller" if self._over.is_set() or tasks[0].done() else "failed"))
            for task in (*tasks, listening):
                task.cancel()
            await asyncio.wait((*tasks, listening))
            await self._hearing.close()
            await warming
            while not self._todo.empty():
                order = self._todo.get_nowait()
                if isinstance(order, orders.Tell):
                    await self._line.tell(order.kind, **order.said)
            if self._taping:
                await self._taping.close()
            self._notes.put_nowait(None)
            await writing
            await self._line.hang_up()

    def on(self, signal: Signal) -> None:
        """Something happened; what follows is begun at once and in order."""
        if self._taping:
            self._taping.notice(signal, self._at_ms)
        for order in self.session.on(signal, self._now()):
            self._obey(order)

    def _obey(self, order: Order) -> None:
        match order:
            case orders.Speak():
                self._speaking.speak(order)
            case orders.Hush():
                self._speaking.hush()
            case orders.Listen():
                self._hearing.listen(self._expecting(order.expects, order.language))
            case orders.Finish():
                self._hearing.finish()
            case orders.Drop():
                self._hearing.drop()
            case orders.Pause():
                self._hearing.expect(order.silence_ms)
            case orders.Take():
                self._turns.put_nowait(order)
            case orders.Write():
                self._notes.put_nowait(order.events)
            case orders.Tell():
                self._todo.put_nowait(order)
            case orders.Record():
                self._todo.put_nowait(order)
            case orders.HangUp():
                self._todo.put_nowait(orders.Tell("bye", {"because": order.because}))
                self._over.set()

    # what comes in

    async def _hear(self) -> None:
        frames = Frames(self._line.rate_hz * 2 * FRAME_MS // 1000)
        async for signal in self._line.signals():
            match signal:
                case Audio():
                    self._heard_at = self._now()
                    for frame in frames.push(signal.pcm):
                        if self._taping and self.session.state != "held":
                            self._taping.hear(self._at_ms, frame)
                        self._hearing.push(frame)
                case Key():
                    self.on(signals.Pressed(signal.key))
                case Typed():
                    self.on(signals.Wrote(signal.text))
                case Played():
                    self.on(signals.Listened(signal.mark, signal.heard_ms, signal.done))

    async def _ends(self) -> None:
        await self._over.wait()

    async def _tick(self) -> None:
        """Time goes on, and where a line sends nothing (muted, silent, lost) that is heard as silence."""
        silence = bytes(self._line.rate_hz * 2 * FRAME_MS // 1000)
        while True:
            await asyncio.sleep(TICK_S)
            self.on(signals.Tick())
            while self._now() - self._heard_at > SILENT_MS:
                self._hearing.push(silence)
                self._heard_at += FRAME_MS

    async def _listen_to_desk(self) -> None:
        async with self._kefu.broker.listen(f"{DESKS}{self.id}") as notes:
            async for said in notes:
                deed, _, who = said.partition(":")
                if deed == "hold":
                    self.on(signals.Held(who))
                elif deed == "resume":
                    self.on(signals.Resumed(who))
                elif deed == "hang_up":
                    self.on(signals.HungUp("person"))
                elif deed == ASKED:
                    await self._kefu.broker.publish(f"{DESKS}{self.id}", SERVED)

    async def _follow(self) -> None:
        """What colleagues and others write in the conversation is spoken, notes never."""
        async with self._kefu.broker.listen(f"conversation:{self.conversation_id}") as notes:
            talk = await self._kefu.store.conversation(self.conversation_id)
            self._read_to = talk.version if talk else 0
            if talk and talk.waiting:  # whoever has it may not be there now; they are announced when they act
                self.on(signals.Handed(waiting=True))
            async for _ in notes:
                recorded = await self._kefu.store.events(self.conversation_id, self._read_to)
                for one in recorded:
                    self._read_to = one.number
                    self._happened(one)

    def _happened(self, one: Recorded) -> None:
        event = one.event
        if one.turn_id in self._own:
            return
        match event:
            case PersonTook():
                self.on(signals.Handed(waiting=True, who=event.who))
            case HandedBack():
                self.on(signals.Handed(waiting=False))
            case HandedOff():
                self.on(signals.Handed(waiting=True))
            case PersonReplied():
                self.on(signals.Handed(waiting=True, who=event.who))
                self.on(signals.Said(Reply(one.turn_id, event.text, "zh" if CHINESE.search(event.text) else "en")))
            case Replied():
                self.on(signals.Said(Reply(one.turn_id, event.text, event.language)))

    # what goes out

    async def _show(self) -> None:
        while True:
            order = await self._todo.get()
            if isinstance(order, orders.Record):
                await self._record(order.consent)
            else:
                await self._line.tell(order.kind, **order.said)

    async def _record(self, consent: str) -> None:
        """Keep the sound from now on; a call that can't be recorded goes on all the same."""
        label = Label(self.id, self.conversation_id, self._began_at, self._line.rate_hz, consent)
        try:
            recording = await self._kefu.recordings.begin(label)
        except KefuError as error:
            log.exception("call not recorded", call=self.id, code=error.code)
        else:
            limited = self._setting.engines.is_limited
            self._taping = Taping(recording, self._line.rate_hz, self._speaking.sounds, limited=limited)

    async def _write_down(self) -> None:
        while (events := await self._notes.get()) is not None:
            for event in events:
                if isinstance(event, CallTimed):
                    self._setting.timed(self._line.caller.channel, event)
            try:
                talk = await note(self._line.caller, events, self._kefu.house)
                await self._kefu.tell(self.conversation_id, talk.version)
            except KefuError as error:
                log.exception("call not written down", call=self.id, code=error.code)

    async def _decide(self) -> None:
        """Take the turns one after the other."""
        while True:
            order = await self._turns.get()
            try:
                self.on(await self._take(order))
            except KefuError as error:
                log.warning("turn of a call failed", call=self.id, code=error.code)
                self.on(signals.Failed())
            except Exception:
                log.exception("turn of a call failed", call=self.id)
                self.on(signals.Failed())

    async def _take(self, order: orders.Take) -> Signal:
        caller, house = self._line.caller, self._kefu.house
        self._number += 1
        key = f"{caller.sender}:{self.id}.{self._number}"
        inbound = Inbound(
            caller.channel, key, caller.sender, order.text, house.clock(), caller.identity, order.language
        )
        self._own.add(turn_id_of(inbound))
        taken = await self._setting.take(inbound)
        talk = house.gate.recall((caller.channel, caller.sender)) or await house.store.load(
            caller.channel, caller.sender
        )
        quick = taken.replies[-1].quick_replies if taken.replies else ()
        self._expect(talk, quick)
        replies = tuple(Reply(taken.turn_id, reply.text, reply.language) for reply in taken.replies)
        digits = 0 if taken.waiting else digits_of(talk, house.catalog)
        return signals.Decided(taken.turn_id, replies, taken.waiting, digits, self._hints)

    def _expect(self, talk: Conversation | None, quick: Sequence[str]) -> None:
        abilities = self._setting.engines.recogniser.abilities
        house = self._kefu.house
        self._expected = expected(
            talk,
            house.catalog,
            self._setting.repertoire(),
            quick,
            language=self.session.language,
            **({"most": abilities.most_phrases} if abilities.most_phrases else {}),
        )

    def _expecting(self, expects: Expects, language: Language) -> Expected:
        wanted = replace(self._expected, language=language)
        return replace(wanted, expects=expects) if expects == "yes_no" else wanted

    def _ready(self) -> dict[str, object]:
        """What the other end must know before it speaks."""
        setting, caller = self._setting, self._line.caller
        recording = setting.manners.recording == "ask" and bool(caller.consent)
        return {
            "call": self.id,
            "rate": self._line.rate_hz,
            "limited": setting.engines.is_limited,
            "recording": recording,
            "phrases": self._hints,
        }

    @property
    def _hints(self) -> tuple[str, ...]:
        return hints(self._expected) if self._setting.engines.is_limited else ()

    @property
    def _at_ms(self) -> int:
        """How long the call has lasted."""
        return int(self._now() - self._began)

    @staticmethod
    def _now() -> float:
        return monotonic() * 1000
