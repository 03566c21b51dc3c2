"""`audio_api.v1`: hears and speaks through an endpoint of the OpenAI kind, local or hosted.

    POST <url>/audio/transcriptions   a WAV file and the phrases as a prompt  →  {"text": …}
    POST <url>/audio/speech           {"input": …, "voice": …}               →  PCM16, as it is made

Audio leaves this machine where the endpoint is another one.
"""

from __future__ import annotations

import io
import ssl
import wave
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx2

from kefu.adapters.speech.rates import changed
from kefu.core.errors import BadConfig, BadInput, SpeechFailed
from kefu.core.nouns import Language
from kefu.core.ports.speech import Abilities, Expected, Recogniser, Synthesiser, Utterance, Voice
from kefu.core.utterance import LEAST_HZ, MOST_HZ, WholeUtterance

MOST_PROMPT = 800
"""Characters of phrases that are given as a prompt."""

LANGUAGES: frozenset[Language] = frozenset(("zh", "en"))
SLOWEST, FASTEST = 0.25, 4.0
"""What the protocol allows."""


class Endpoint:
    """The address, the key and the connection, which is kept between requests."""

    def __init__(self, settings: Mapping[str, object], part: str) -> None:
        self.url, self.model = (str(settings.get(key) or "") for key in ("url", "model"))
        if not self.url or not self.model:
            raise BadConfig(f"kefu.toml: audio_api.v1 in [voice.{part}] wants url and model.")
        key = str(settings.get("key") or "")
        tls = ssl.create_default_context() if self.url.startswith("https:") else False
        timeout = httpx2.Timeout(float(str(settings.get("patience_s") or 30.0)), connect=3.0)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx2.Client(base_url=self.url.rstrip("/") + "/", headers=headers, timeout=timeout, verify=tls)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Errors of the network and of the endpoint become `SpeechFailed`."""
        try:
            yield
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            raise SpeechFailed(f"The endpoint {self.url} did not answer as one of audio ({error!r}).") from error


class AudioRecogniser:
    """Sends an utterance when it has ended."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._endpoint = Endpoint(settings, "recogniser")

    @property
    def abilities(self) -> Abilities:
        """Anything, at the end of an utterance."""
        return Abilities(LANGUAGES, True, False, (LEAST_HZ, MOST_HZ))

    @property
    def version(self) -> str:
        """The endpoint's model."""
        return f"audio_api.v1-{self._endpoint.model}"

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen; raises `BadInput` for a rate that it does not hear."""
        return WholeUtterance(expected, LANGUAGES, self._transcribe)

    def close(self) -> None:
        """Let the connection go."""
        self._endpoint.client.close()

    def _transcribe(self, pcm: bytes, expected: Expected) -> str:
        prompt = ", ".join(phrase.text for phrase in expected.phrases)[:MOST_PROMPT]
        fields = {"model": self._endpoint.model, "language": expected.language, "response_format": "json"}
        fields |= {"prompt": prompt} if prompt else {}
        file = {"file": ("speech.wav", as_wav(pcm, expected.rate_hz), "audio/wav")}
        with self._endpoint.failing():
            answer = self._endpoint.client.post("audio/transcriptions", data=fields, files=file)
            answer.raise_for_status()
            return str(answer.json()["text"])


class AudioSynthesiser:
    """Sends a text and hands the sound out as it comes."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._endpoint = Endpoint(settings, "synthesiser")
        named = settings.get("voices") or ["alloy"]
        names = [str(one) for one in named] if isinstance(named, list) else [str(named)]
        self._voices = tuple(Voice(name, language) for language in ("zh", "en") for name in names)
        self._rate_hz = int(str(settings.get("rate_hz") or 24_000))

    @property
    def voices(self) -> Sequence[Voice]:
        """Those of the settings, each in both languages."""
        return self._voices

    @property
    def version(self) -> str:
        """The endpoint's model."""
        return f"audio_api.v1-{self._endpoint.model}"

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """PCM16 as it comes; raises `BadInput` for a rate or a voice that it has not."""
        if voice not in self._voices or not LEAST_HZ <= rate_hz <= MOST_HZ:
            raise BadInput(f"audio_api.v1 has no voice {voice.name!r} at {rate_hz} samples a second.")
        return changed(self._pieces(text, voice, min(max(speed, SLOWEST), FASTEST)), rate_hz)

    def close(self) -> None:
        """Let the connection go."""
        self._endpoint.client.close()

    def _pieces(self, text: str, voice: Voice, speed: float) -> Iterator[tuple[bytes, int]]:
        if not any(map(str.isalnum, text)):
            return
        wanted = {"model": self._endpoint.model, "input": text, "voice": voice.name, "speed": speed}
        wanted["response_format"] = "pcm"
        with self._endpoint.failing(), self._endpoint.client.stream("POST", "audio/speech", json=wanted) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                yield piece, self._rate_hz


def as_wav(pcm: bytes, rate_hz: int) -> bytes:
    """PCM16 of one channel as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate_hz)
        written.writeframes(pcm)
    return file.getvalue()


def open_recogniser(settings: Mapping[str, object]) -> Recogniser:
    """A recogniser; raises `BadConfig` where the address or the model is not named."""
    return AudioRecogniser(settings)


def open_synthesiser(settings: Mapping[str, object]) -> Synthesiser:
    """A synthesiser; raises `BadConfig` where the address or the model is not named."""
    return AudioSynthesiser(settings)
