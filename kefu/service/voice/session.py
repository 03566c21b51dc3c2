"""VoiceSession: listening, deciding, speaking, held, handed off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from kefu.core.events import (
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CallTimed,
    Event,
    KeysPressed,
    Misheard,
    Spoken,
)  # fmt: skip
from kefu.core.nouns import Language
from kefu.core.ports.speech import Expects, Heard
from kefu.service.privacy.spoken import hidden
from kefu.service.voice import signals
from kefu.service.voice.doubt import Doubt
from kefu.service.voice.keypad import Keypad
from kefu.service.voice.manners import Manners
from kefu.service.voice.mouth import Aloud, Mouth
from kefu.service.voice.murmurs import is_murmur
from kefu.service.voice.orders import Drop, Finish, HangUp, Listen, Order, Pause, Record, Take, Tell, Write
from kefu.service.voice.signals import Reply, Signal
from kefu.service.voice.standing import Beginning, Clock, Ear, State, Words

YES_KEY, NO_KEY, PERSON_KEY = "1", "2", "0"


class VoiceSession:
    """One call. Every signal comes with the time; what comes back is to be done in that order."""

    def __init__(self, beginning: Beginning, manners: Manners, words: Words) -> None:
        self._call = beginning
        self._manners = manners
        self._words = words
        self._mouth = Mouth()
        self._ear = Ear()
        self._clock = Clock()
        self._keypad = Keypad(manners.key_pause_ms)
        self._taking = 0
        self._withheld: list[Reply] = []
        self._misheard = 0
        self._doubt = Doubt()
        self._quiet_since = beginning.now
        self._reminders = 0
        self._asks_consent = False
        self._began = self._is_held = self._handed = self._ended = False
        self._person = self._hangs_up = ""
        self._hints: tuple[str, ...] = ()
        self.language: Language = beginning.language

    @property
    def state(self) -> State:
        """What the call does now."""
        if self._is_held:
            return "held"
        if self._mouth.speaks and not self._mouth.is_stopped:
            return "speaking"
        if self._taking:
            return "deciding"
        return "handed_off" if self._handed else "listening"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self._ended

    def on(self, signal: Signal, now: float) -> list[Order]:
        """What follows from a signal."""
        if self._ended:
            return []
        orders = self._react(signal, now)
        if not self._ended:
            orders += self._look(now)
        return orders

    def _react(self, signal: Signal, now: float) -> list[Order]:
        match signal:
            case signals.SpeechBegan() | signals.SpeechPaused() | signals.SpeechEnded():
                return [] if self._is_held else self._hear(signal, now)
            case signals.Sounded() | signals.Recognised():
                return [] if self._is_held else self._hear(signal, now)
            case signals.Made() | signals.Sounding() | signals.Listened():
                return self._played(signal, now)
            case signals.Decided() | signals.Failed() | signals.Said() | signals.Handed():
                return self._answered(signal, now)
            case signals.Held() | signals.Resumed():
                return self._hold(signal, now)
            case signals.Pressed():
                return self._press(signal.key, now)
            case signals.Wrote():
                self._clock = Clock()
                return [*self._interrupt(now), self._take(signal.text, None, now)]
            case signals.Connected():
                self._hints = signal.hints
                return self._begin(now)
            case signals.HungUp():
                return self._end(signal.because, now)
        return []

    def _begin(self, now: float) -> list[Order]:
        if self._manners.recording == "ask" and self._call.consent is None:
            self._asks_consent = True
            return self._say_own("consent", now, uninterruptible=True)
        return self._open(now, "widget" if self._manners.recording == "ask" and self._call.consent else "")

    def _open(self, now: float, consent: str) -> list[Order]:
        """Begin for good; `consent` is how the caller agreed to being recorded, empty where they are not."""
        self._asks_consent, self._began = False, True
        call = self._call
        orders: list[Order] = [Write((CallBegan(call.at, call.call_id, call.line, call.language, bool(consent)),))]
        if consent:
            orders.append(Record(consent))
        return [*orders, *(self._say_own("greeting", now) if call.greet else [])]

    def _end(self, because: str, now: float) -> list[Order]:
        events: list[Event] = []
        if not self._began:
            call = self._call
            events.append(CallBegan(call.at, call.call_id, call.line, call.language))
        events += self._spoken(self._mouth.abandon(), now)
        events.append(CallEnded(self._at(now), self._call.call_id, because, int(now - self._call.now)))
        self._ended = True
        return [Drop(), Write(tuple(events)), HangUp(because)]

    def _hear(self, signal: Signal, now: float) -> list[Order]:
        ear = self._ear
        match signal:
            case signals.SpeechBegan() if ear.hears:
                ear.paused = False
            case signals.SpeechBegan():
                self._quiet_since = now
                ear.since, ear.hears, ear.paused = now - signal.since_ms, True, False
                expects: Expects = "yes_no" if self._asks_consent else "free"
                return [Listen(expects, self.language), Tell("speech", {"began": True})]
            case signals.SpeechPaused():
                ear.paused = True
            case signals.SpeechEnded() if ear.hears:
                return self._finish(now, signal.silent_ms)
            case signals.Sounded() if ear.is_busy:
                return [Tell("partial", {"text": signal.text})]
            case signals.Recognised():
                return self._recognised(signal.heard, now)
        return []

    def _finish(self, now: float, silent_ms: float) -> list[Order]:
        self._ear.hears, self._ear.recognising = False, True
        self._ear.ended_at = now - silent_ms
        self._clock = Clock(now - silent_ms, stages={"heard": silent_ms})
        self._quiet_since = now
        return [Finish(), Tell("speech", {"began": False})]

    def _recognised(self, heard: Heard | None, now: float) -> list[Order]:
        ear = self._ear
        length = ear.ended_at - ear.since
        interrupted = bool(ear.stopped_at is not None or self._mouth.speaks or self._taking or self._withheld)
        ear.recognising, ear.stopped_at = False, None
        self._quiet_since = now
        if heard and heard.text and not heard.rejected:
            if interrupted and is_murmur(heard.text) and not (self._asks_consent or self._doubt.is_open):
                return self._go_on()
            return self._understood(heard, now)
        if self._mouth.must_be_heard or self._withheld or (interrupted and length < self._manners.murmur_ms):
            return self._go_on()
        return self._not_understood(heard, now)

    def _understood(self, heard: Heard, now: float) -> list[Order]:
        self._clock.stages["text"] = now - self._clock.speech_end
        self.language = heard.language
        if self._asks_consent:
            said = heard.text.casefold()
            agrees = said in {self._words[language]["yes"].casefold() for language in self._words}
            return self._consented(now, "spoken" if agrees else "")
        verdict, heard = self._doubt.weigh(heard, 0.0 if self._person else self._manners.sure)
        if verdict == "denied":
            return self._not_understood(replace(heard, rejected=True), now)
        shown = Tell("partial" if verdict == "ask" else "final", {"text": hidden(heard.text), "rejected": False})
        if verdict == "ask":
            return [*self._interrupt(now), shown, *self._say_own("confirm", now, text=heard.text)]
        return [*self._interrupt(now), shown, self._take(heard.text, heard.language, now)]

    def _not_understood(self, heard: Heard | None, now: float) -> list[Order]:
        because = "failed" if heard is None else "not_expected" if heard.rejected else "nothing"
        length = int(self._ear.ended_at - self._ear.since)
        event = Misheard(self._at(now), self._call.call_id, because, heard.audio_ms if heard else length)
        orders: list[Order] = [*self._interrupt(now), Write((event,)), Tell("final", {"text": "", "rejected": True})]
        if self._handed and self._person:
            return orders
        self._misheard += 1
        most = self._manners.most_misheard
        if self._asks_consent:
            return [*orders, *self._say_own("consent", now, uninterruptible=True)]
        if self._misheard < most:
            again = "again_limited" if self._hints else "again"
            return [*orders, *self._say_own(again, now, hints=" / ".join(self._hints))]
        if self._misheard < 2 * most or self._handed:
            return [*orders, *self._offer(now)]
        return [*orders, self._take(self._words[self.language]["person"], self.language, now)]

    def _offer(self, now: float) -> list[Order]:
        """Other ways than to speak: the keypad, typing, a person."""
        return [
            Tell("keypad", {"prompt": self._words[self.language]["offer"], "length": 0}),
            *self._say_own("offer", now),
        ]

    def _go_on(self) -> list[Order]:
        """What was said meant nothing: whatever was being said, or is ready to be, goes on."""
        for reply in self._withheld:
            self._mouth.say(reply)
        self._withheld = []
        return self._mouth.resume(self._manners.overlap_ms) if self._mouth.is_stopped else self._mouth.go_on()

    def _interrupt(self, now: float) -> list[Order]:
        """The customer takes the word: what was not heard yet is given up."""
        if self._mouth.must_be_heard:
            return []
        orders = self._mouth.stop() if self._mouth.speaks and not self._mouth.is_stopped else []
        outcomes = [*self._mouth.abandon(), *(Aloud(reply, "") for reply in self._withheld)]
        self._withheld = []
        events = self._spoken(outcomes, now)
        return [*orders, *([Write(events)] if events else [])]

    def _take(self, text: str, language: Language | None, now: float) -> Take:
        self._taking += 1
        self._misheard, self._reminders, self._doubt = 0, 0, Doubt()
        self._quiet_since, self._hangs_up = now, ""
        return Take(hidden(text), language)

    def _press(self, key: str, now: float) -> list[Order]:
        self._quiet_since = now
        if self._asks_consent:
            return self._consented(now, "key" if key == YES_KEY else "") if key in (YES_KEY, NO_KEY) else []
        orders = self._interrupt(now)
        if key == PERSON_KEY and not self._keypad.keys and not self._keypad.length:
            return [*orders, *self._keyed(key, now, self._words[self.language]["person"])]
        number = self._keypad.press(key, now)
        return [*orders, *(self._keyed(number, now, number) if number else [])]

    def _keyed(self, keys: str, now: float, text: str) -> list[Order]:
        self._clock = Clock(now)
        self._keypad.length = 0
        event = KeysPressed(self._at(now), self._call.call_id, hidden(keys))
        return [Write((event,)), self._take(text, self.language, now), Pause(self._manners.silence_ms)]

    def _consented(self, now: float, consent: str) -> list[Order]:
        stopped = self._mouth.stop() if self._mouth.speaks else []
        self._mouth.abandon()
        return [*stopped, *self._open(now, consent)]

    def _answered(self, signal: Signal, now: float) -> list[Order]:
        match signal:
            case signals.Decided():
                return self._decided(signal, now)
            case signals.Failed():
                self._taking = max(self._taking - 1, 0)
                return self._say_own("trouble", now)
            case signals.Said():
                self._quiet_since = now
                return self._say(signal.reply, now)
            case signals.Handed():
                return self._hand(signal, now)
        return []

    def _decided(self, decided: signals.Decided, now: float) -> list[Order]:
        self._taking = max(self._taking - 1, 0)
        self._quiet_since = now
        if not self._taking and not self._ear.is_busy:
            self._clock.turn_id = decided.turn_id
            self._clock.stages["decided"] = now - self._clock.speech_end
        orders = self._hand(signals.Handed(waiting=True), now) if decided.waiting and not self._handed else []
        self._hints, self._keypad.length = decided.hints, decided.digits
        if decided.hints:
            orders.append(Tell("expected", {"phrases": decided.hints}))
        if decided.digits:
            prompt = decided.replies[-1].text if decided.replies else ""
            orders += [Tell("keypad", {"prompt": prompt, "length": decided.digits})]
        orders.append(Pause(self._manners.silence_digits_ms if decided.digits > 1 else self._manners.silence_ms))
        if self._ear.is_busy and now - self._ear.since >= self._manners.addition_ms:
            self._withheld += decided.replies
            return orders
        for reply in decided.replies:
            orders += self._say(reply, now)
        return orders

    def _hand(self, handed: signals.Handed, now: float) -> list[Order]:
        was, had = self._handed, self._person
        self._handed, self._person = handed.waiting, handed.who if handed.waiting else ""
        if handed.waiting and handed.who and handed.who != had:
            orders: list[Order] = [Tell("person", {"name": handed.who})]
            return [*orders, *self._say_own("connected", now, who=handed.who)]
        if handed.waiting != was:
            told: list[Order] = [Tell("handoff", {"waiting": handed.waiting})]
            return told if handed.waiting else [*told, *self._say_own("back", now)]
        return []

    def _say_own(self, name: str, now: float, *, uninterruptible: bool = False, **named: str) -> list[Order]:
        """Say something of the call's own, if it has words for it."""
        text = self._words[self.language].get(name, "").format(**named)
        return self._say(Reply("", text, self.language, uninterruptible), now) if text else []

    def _say(self, reply: Reply, now: float) -> list[Order]:
        self._quiet_since = now
        self._mouth.say(reply)
        return [] if self._is_held else self._mouth.go_on()

    def _played(self, signal: Signal, now: float) -> list[Order]:
        match signal:
            case signals.Made():
                self._mouth.made(signal.mark, signal.length_ms)
            case signals.Sounding():
                return self._timed(now)
            case signals.Listened():
                self._quiet_since = now
                finished = self._spoken(self._mouth.listened(signal.mark, signal.heard_ms, done=signal.done), now)
                return [*self._mouth.go_on(), *([Write(finished)] if finished else [])]
        return []

    def _timed(self, now: float) -> list[Order]:
        """The first sound of an answer: what its turn took, once."""
        clock = self._clock
        if not clock.turn_id or "text" not in clock.stages:
            return []
        stages = {**clock.stages, "sound": now - clock.speech_end}
        self._clock = Clock()
        return [Write((CallTimed(self._at(now), self._call.call_id, clock.turn_id, stages),))]

    def _spoken(self, outcomes: list[Aloud], now: float) -> tuple[Event, ...]:
        return tuple(
            Spoken(self._at(now), self._call.call_id, one.reply.turn_id, one.reply.text, one.heard, one.whole)
            for one in outcomes
            if one.reply.turn_id or one.heard
        )

    def _hold(self, signal: Signal, now: float) -> list[Order]:
        if isinstance(signal, signals.Held) and not self._is_held:
            self._is_held = True
            self._ear = Ear()
            stopped = self._mouth.stop() if self._mouth.speaks and not self._mouth.is_stopped else []
            held = Write((CallHeld(self._at(now), self._call.call_id, signal.who),))
            return [*stopped, Drop(), held, Tell("held", {"held": True})]
        if isinstance(signal, signals.Resumed) and self._is_held:
            self._is_held = False
            self._quiet_since = now
            resumed = Write((CallResumed(self._at(now), self._call.call_id, signal.who),))
            return [resumed, Tell("held", {"held": False}), *self._go_on()]
        return []

    def _look(self, now: float) -> list[Order]:
        """What follows from the time alone."""
        if self._hangs_up and not self._mouth.speaks:
            return self._end(self._hangs_up, now)
        if self._is_held:
            self._quiet_since = now
            return []
        number = self._keypad.look(now)
        return [*self._look_at_speech(now), *(self._keyed(number, now, number) if number else []), *self._wait(now)]

    def _look_at_speech(self, now: float) -> list[Order]:
        ear, manners = self._ear, self._manners
        if ear.hears and now - ear.since >= manners.longest_turn_ms:
            return self._finish(now, 0.0)
        sounds = self._mouth.speaks and not self._mouth.is_stopped and not self._mouth.must_be_heard
        speaks = ear.hears and not ear.paused and ear.stopped_at is None
        if speaks and sounds and now - ear.since >= manners.barge_in_ms:
            ear.stopped_at = now
            return self._mouth.stop()
        if ear.recognising and ear.stopped_at is not None and now - ear.ended_at >= manners.false_alarm_ms:
            self._ear = Ear()
            return [Drop(), *self._go_on()]
        return []

    def _wait(self, now: float) -> list[Order]:
        """Nobody says anything."""
        manners = self._manners
        if now - self._call.now >= manners.longest_call_ms and not self._hangs_up:
            self._hangs_up = "too_long"
            return [*self._interrupt(now), *self._say_own("goodbye", now)]
        if self._mouth.speaks or self._ear.is_busy or self._taking or self._hangs_up or self._person:
            return []
        if now - self._quiet_since < (manners.waiting_ms if self._handed else manners.patience_ms):
            return []
        if self._handed:
            return self._say_own("wait", now)
        self._reminders += 1
        if self._reminders > manners.most_reminders:
            self._hangs_up = "silence"
            return self._say_own("goodbye", now)
        return self._say_own("consent" if self._asks_consent else "there", now)

    def _at(self, now: float) -> datetime:
        return self._call.at + timedelta(milliseconds=now - self._call.now)
