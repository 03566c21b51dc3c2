"""The engines that hear and speak, opened once for all calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from kefu.ai.speech.spoken import spoken
from kefu.app.config import Config
from kefu.app.plugins import load_plugin
from kefu.core.errors import BadConfig, KefuError
from kefu.core.nouns import Language
from kefu.core.ports.speech import Detector, Recogniser, Synthesiser, Voice

T = TypeVar("T")

KINDS = ("recogniser", "synthesiser", "detector")

Spell = Callable[[str, Language], str]
"""Makes a text ready to be spoken: numbers, money, dates in words."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What hears, what speaks, what tells speech from noise, and the threads in which they work.

    `voices` are those that speak each language, at `speed` (1 is the usual one).
    """

    recogniser: Recogniser
    synthesiser: Synthesiser
    detector: Detector
    voices: Mapping[Language, Voice]
    spell: Spell
    speed: float = 1.0
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(4, "speech"))

    async def run(self, work: Callable[[], T]) -> T:
        """Let an engine work without holding anybody up."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    def close(self) -> None:
        """Give everything back."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.synthesiser.close()
        self.recogniser.close()

    @property
    def is_limited(self) -> bool:
        """Whether only some phrases are understood."""
        return not self.recogniser.abilities.open_vocabulary


def open_engines(config: Config) -> Engines:
    """The engines that kefu.toml names; raises `BadConfig` or `ModelMissing` with what to do. May take seconds."""
    recogniser, synthesiser, detector = (
        load_plugin(f"{kind}s", config.get(f"voice.{kind}.use", str))(
            {**config.table(f"voice.{kind}"), "home": str(config.home)}
        )
        for kind in KINDS
    )
    return Engines(
        recogniser,
        synthesiser,
        detector,
        voices_of(synthesiser, config),
        spoken,
        config.get("voice.synthesiser.speed", float),
    )


def voices_of(synthesiser: Synthesiser, config: Config) -> dict[Language, Voice]:
    """The voice of each language: the one that kefu.toml names, or the engine's usual one."""
    found: dict[Language, Voice] = {}
    for voice in synthesiser.voices:
        wish = config.get(f"voice.synthesiser.{voice.language}", str)
        if voice.name == wish or (not wish and voice.language not in found):
            found[voice.language] = voice
    if not found:
        raise BadConfig("kefu.toml: [voice.synthesiser] names no voice that the engine has; leave zh and en empty.")
    return found


def what_is_missing(config: Config) -> str:
    """Why there can be no calls, in the words of the error; empty where the engines' packages are there."""
    try:
        for kind in KINDS:
            load_plugin(f"{kind}s", config.get(f"voice.{kind}.use", str))
    except KefuError as error:
        return error.message
    return ""
