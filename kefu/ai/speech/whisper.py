"""`whisper.v1`: hears anything with a model of faster-whisper from a folder, when an utterance has ended.

What is no speech is cut out first, by the voice activity model of the package, and no utterance depends on the text of
the one before: Whisper writes sentences into silence otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kefu.ai.speech.folder import ModelFolder
from kefu.ai.speech.sound import as_sound
from kefu.core.errors import ModelMissing
from kefu.core.ports.speech import Abilities, Expected, Recogniser, Utterance
from kefu.core.utterance import LEAST_HZ, MOST_HZ, WholeUtterance

RATE_HZ = 16_000
MOST_HOT = 40
"""Phrases that are given as hot words: the model's prompt holds 223 tokens."""


class WhisperRecogniser:
    """One model, used by several utterances at once."""

    def __init__(self, folder: ModelFolder) -> None:
        for names in (("model.bin",), ("config.json",), ("tokenizer.json",), ("vocabulary.json", "vocabulary.txt")):
            folder.file(*names)
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ModelMissing("whisper.v1 needs faster-whisper; pip install 'kefu[whisper]'.") from error

        self._languages = folder.languages()
        self._beam = round(folder.number("beam", 1))
        self._version = f"whisper.v1-{folder.fingerprint()}"
        self._model: Any = WhisperModel(
            str(folder.path),
            device=folder.text("device", "cpu"),
            compute_type=folder.text("compute_type", "int8"),
            cpu_threads=round(folder.number("threads", 1)),
            local_files_only=True,
        )

    @property
    def abilities(self) -> Abilities:
        """Anything, at the end of an utterance."""
        return Abilities(self._languages, True, False, (LEAST_HZ, RATE_HZ, MOST_HZ))

    @property
    def version(self) -> str:
        """The folder and what is in it."""
        return self._version

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen; raises `BadInput` for a rate or a language that it does not hear."""
        return WholeUtterance(expected, self._languages, self._transcribe)

    def close(self) -> None:
        """Nothing is held beside the model."""

    def _transcribe(self, pcm: bytes, expected: Expected) -> str:
        from soxr import resample

        segments, _ = self._model.transcribe(
            resample(as_sound(pcm), expected.rate_hz, RATE_HZ),
            language=expected.language,
            beam_size=self._beam,
            vad_filter=True,
            condition_on_previous_text=False,
            without_timestamps=True,
            hotwords=", ".join(phrase.text for phrase in expected.phrases[:MOST_HOT]) or None,
        )
        return "".join(segment.text for segment in segments)


def open_recogniser(settings: Mapping[str, object]) -> Recogniser:
    """A recogniser; raises `BadConfig` or `ModelMissing` naming what is missing in its folder."""
    return WhisperRecogniser(ModelFolder(settings, "whisper.v1"))
