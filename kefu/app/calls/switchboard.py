"""All calls of a process: the engines once somebody calls, the calls under way, lines with a port of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import perf_counter
from typing import Literal

import structlog

from kefu.app.calls.call import DESKS, Call, Setting
from kefu.app.calls.engines import Engines, open_engines, what_is_missing
from kefu.app.calls.home import Home
from kefu.app.calls.lost import end_lost_calls
from kefu.app.calls.repertoire import learn
from kefu.app.calls.speaking import Sounds
from kefu.app.config import Config
from kefu.core.errors import BadConfig, KefuError, NotFound, TooMany
from kefu.core.events import CallTimed
from kefu.core.nouns import Inbound, Language
from kefu.core.ports.line import Carrier, Exchange, Line
from kefu.service.skills.catalog import Catalog
from kefu.service.turn.house import Taken
from kefu.service.voice.manners import Manners
from kefu.service.voice.phrases import LANGUAGES, Repertoire
from kefu.service.voice.standing import Words

log = structlog.get_logger()

RETRY_S = 30.0
LEARN_S = 600.0
"""How often what customers ask is counted anew."""

Deed = Literal["hold", "resume", "hang_up"]


class Switchboard:
    """Answers lines; `live` are the calls under way by their ids."""

    def __init__(self, kefu: Home, engines: Engines | None = None) -> None:
        self._kefu = kefu
        self._engines = engines
        self._opening = asyncio.Lock()
        self._sounds: Sounds | None = None
        self._repertoire = Repertoire({})
        self._edition, self._learned = -1, 0.0
        self.live: dict[str, Call] = {}
        self.take: Callable[[Inbound], Awaitable[Taken]] = kefu.take
        self.timed: Callable[[str, CallTimed], None] = log_times

    @property
    def why_not(self) -> str:
        """Why nobody can call here; empty where they can."""
        return "" if self._engines else what_is_missing(self._kefu.config)

    async def engines(self) -> Engines:
        """The engines, opened when first needed; raises `BadConfig` or `ModelMissing` with what to do."""
        async with self._opening:
            if self._engines is None:
                started = perf_counter()
                self._engines = await asyncio.to_thread(open_engines, self._kefu.config)
                log.info("speech engines opened", took_ms=round((perf_counter() - started) * 1e3))
            return self._engines

    async def answer(self, line: Line) -> None:
        """Serve a call until it is over. Raises what stands in the way of its beginning; then the line is hung up."""
        try:
            call = Call(line, self._kefu, await self._setting())
        except BaseException:
            await line.hang_up()
            raise
        self.live[call.id] = call
        log.info("call began", call=call.id, line=line.caller.channel)
        try:
            await call.run()
        finally:
            del self.live[call.id]
            log.info("call ended", call=call.id)

    async def run(self) -> None:
        """Listen on the ports of the channels that have one, until cancelled."""
        ports = [channel for channel in self._kefu.channels.values() if isinstance(channel, Exchange)]
        if ports or any(isinstance(channel, Carrier) for channel in self._kefu.channels.values()):
            try:
                await self.engines()
            except KefuError as error:
                log.exception("no calls", code=error.code, advice=error.message)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._end_lost())
            for channel in ports:
                group.create_task(self._serve(channel))

    async def tell_call(self, call_id: str, deed: Deed, who: str) -> None:
        """Hold a call, let it go on, or end it, in whatever process it is."""
        await self._kefu.broker.publish(f"{DESKS}{call_id}", f"{deed}:{who}"[:200])

    async def act(self, conversation_id: str, deed: Deed, who: str) -> None:
        """The same by the conversation that the call goes on in; raises `NotFound` where nobody calls."""
        talk = await self._kefu.store.conversation(conversation_id)
        if talk is None or talk.call is None:
            raise NotFound("There is no call in this conversation now.")
        await self.tell_call(talk.call.id, deed, who)

    def close(self) -> None:
        """Give the engines back."""
        if self._engines:
            self._engines.close()

    async def _serve(self, channel: Exchange) -> None:
        while True:
            try:
                await channel.serve(self._answer_quietly)
            except KefuError as error:
                log.exception("no calls", channel=channel.name, code=error.code, advice=error.message)
            await asyncio.sleep(RETRY_S)

    async def _end_lost(self) -> None:
        try:
            ended = await end_lost_calls(self._kefu)
        except KefuError as error:
            log.exception("lost calls not ended", code=error.code)
        else:
            log.info("lost calls ended", calls=ended)

    async def _answer_quietly(self, line: Line) -> None:
        try:
            await self.answer(line)
        except KefuError as error:
            log.exception("call not answered", channel=line.caller.channel, code=error.code, advice=error.message)

    async def _setting(self) -> Setting:
        if len(self.live) >= self._kefu.config.get("voice.most_calls", int):
            raise TooMany("All lines are busy; call again in a while, or raise [voice] most_calls.")
        engines = await self.engines()
        await self._learn()
        self._sounds = self._sounds or Sounds(engines)
        return Setting(
            engines,
            self._sounds,
            manners_of(self._kefu.config),
            words_of(self._kefu.house.catalog),
            lambda: self._repertoire,
            self.take,
            self.timed,
        )

    async def _learn(self) -> None:
        """Know what callers may say: anew where an article changed, and now and then, since other things are asked."""
        edition, now = self._kefu.follower.edition, perf_counter()
        if edition != self._edition or now - self._learned > LEARN_S:
            self._repertoire = await learn(self._kefu)
            self._edition, self._learned = edition, now


def manners_of(config: Config) -> Manners:
    """The manners by kefu.toml; raises `BadConfig`."""
    recording = config.get("voice.recording", str)
    if recording not in ("off", "ask"):
        raise BadConfig(f'kefu.toml: voice.recording must be "off" or "ask", not {recording!r}.')
    return replace(
        Manners(),
        recording="ask" if recording == "ask" else "off",
        silence_ms=config.get("voice.silence_ms", int),
        barge_in_ms=config.get("voice.barge_in_ms", float),
        addition_ms=config.get("voice.addition_ms", float),
        patience_ms=config.get("voice.patience_s", float) * 1000,
        sure=config.get("voice.sure", float),
        longest_turn_ms=config.get("voice.longest_turn_s", float) * 1000,
        longest_call_ms=config.get("voice.longest_call_minutes", float) * 60000,
    )


def words_of(catalog: Catalog) -> Words:
    """What calls say by themselves: section `call` of the house's sentences."""
    found: dict[Language, dict[str, str]] = {}
    for language in LANGUAGES:
        texts = catalog.house[language]
        found[language] = {name: several[0] for name, several in texts.get("call", {}).items()}
        found[language]["person"] = texts["word"]["person"][0]
    return found


def log_times(channel: str, timed: CallTimed) -> None:
    """One line a turn of a call."""
    stages = {f"{name}_ms": round(took) for name, took in timed.stages.items()}
    log.info("call turn", call=timed.call_id, line=channel, **stages)
