"""`piper.v1`: Piper's voices from a folder, each in a process of its own, because Piper is GPL-3.

A voice is two files, NAME.onnx and NAME.onnx.json; a folder may hold one for each language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kefu.ai.speech.clauses import clauses, spoken_in
from kefu.ai.speech.folder import ModelFolder
from kefu.ai.speech.process import EngineProcess
from kefu.ai.speech.sound import as_sound, check_rate
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Language
from kefu.core.ports.speech import Synthesiser, Voice

PROGRAM = Path(__file__).with_name("piper_process.py")
LANGUAGES: Mapping[str, Language] = {"en": "en", "cm": "zh", "zh": "zh"}
"""Of the first letters that a voice's file says: en-us, cmn, zh."""

SLOWEST, FASTEST = 0.5, 3.0


class Piper:
    """A process for each voice."""

    def __init__(self, folder: ModelFolder) -> None:
        folder.file("*.onnx")
        self._processes: dict[Voice, tuple[EngineProcess, int]] = {}
        self._begun: list[EngineProcess] = []
        for model in sorted(folder.path.glob("*.onnx")):
            folder.file(f"{model.name}.json")
            process = EngineProcess(f"Piper with {model.name}", PROGRAM, str(model), extra="piper")
            self._begun.append(process)
            language = LANGUAGES.get(str(process.hello["language"])[:2])
            for speaker in range(int(process.hello["speakers"]) if language else 0):
                name = model.stem if speaker == 0 else f"{model.stem}-{speaker}"
                self._processes[Voice(name, language)] = (process, speaker)  # type: ignore[arg-type]
        if not self._processes:
            self.close()
            raise ModelMissing(f"piper.v1: {folder.path} holds no voice that speaks Chinese or English.")
        self._version = f"piper.v1-{folder.fingerprint()}"

    @property
    def voices(self) -> Sequence[Voice]:
        """The voices by the names of their files."""
        return tuple(self._processes)

    @property
    def version(self) -> str:
        """The folder and what is in it."""
        return self._version

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """PCM16 clause by clause; raises `BadInput` for a rate or a voice that it has not."""
        check_rate(rate_hz)
        if voice not in self._processes:
            raise BadInput(
                f"piper.v1 has no voice {voice.name!r}; it has {', '.join(one.name for one in self.voices)}."
            )
        process, speaker = self._processes[voice]
        asked = {"speaker": speaker, "speed": min(max(speed, SLOWEST), FASTEST)}

        def made(part: str) -> tuple[np.ndarray, int]:
            return as_sound(process.ask({**asked, "text": part})), int(process.hello["rate_hz"])

        return spoken_in(clauses(text), made, rate_hz)

    def close(self) -> None:
        """End the processes."""
        for process in self._begun:
            process.close()


def open_synthesiser(settings: Mapping[str, object]) -> Synthesiser:
    """A synthesiser; raises `BadConfig` or `ModelMissing` naming what is missing in its folder."""
    return Piper(ModelFolder(settings, "piper.v1"))
