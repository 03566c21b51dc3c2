"""`wyoming.v1`: hears and speaks through a server of the Wyoming protocol: faster-whisper, Piper, Vosk and others.

    {"type": …, "data": {…}, "payload_length": n}   on a line of its own, then n bytes

One connection for each utterance and each text. Audio leaves this machine where the server is another one.
Source: github.com/OHF-Voice/wyoming (the protocol's README).
"""

from __future__ import annotations

import json
import socket
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from kefu.adapters.speech.rates import changed
from kefu.core.errors import BadConfig, BadInput, SpeechFailed
from kefu.core.nouns import Language
from kefu.core.ports.speech import Abilities, Expected, Recogniser, Synthesiser, Utterance, Voice
from kefu.core.utterance import LEAST_HZ, MOST_HZ, WholeUtterance

PIECE = 4096
MOST_LINE, MOST_PAYLOAD = 1 << 20, 1 << 24
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    """One message of the protocol."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


class Server:
    """Where the server is; raises `SpeechFailed` when it is not there, breaks off or keeps silent."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        host, _, port = str(settings.get("address") or "").rpartition(":")
        if not host or not port.isdecimal():
            raise BadConfig('kefu.toml: wyoming.v1 wants address = "HOST:PORT" of the server.')
        self.address = (host, int(port))
        self._patience_s = float(str(settings.get("patience_s") or PATIENCE_S))

    def talk(self, *events: Event) -> Generator[Event, None, None]:
        """Send events and give what comes back, until the server or the caller closes."""
        try:
            with socket.create_connection(self.address, self._patience_s) as connection:
                for event in events:
                    connection.sendall(_written(event))
                with connection.makefile("rb") as stream:
                    while line := stream.readline(MOST_LINE):
                        yield _read(line, stream)
        except (OSError, ValueError, KeyError) as error:
            place = ":".join(map(str, self.address))
            raise SpeechFailed(
                f"The Wyoming server {place} did not answer as one ({error!r}); is it running?"
            ) from error

    def describe(self) -> Mapping[str, Any]:
        """What the server says of its programs."""
        with closing(self.talk(Event("describe"))) as answers:
            return next((answer.data for answer in answers if answer.type == "info"), {})


class WyomingRecogniser:
    """Sends an utterance when it has ended."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._server = Server(settings)
        models = _models(self._server.describe(), "asr")
        if not models:
            raise BadConfig("kefu.toml: the Wyoming server of [voice.recogniser] says that it hears nothing.")
        self._languages = _languages(models)
        self._version = f"wyoming.v1-{models[0].get('name', '')}-{models[0].get('version') or ''}"

    @property
    def abilities(self) -> Abilities:
        """Anything in the languages of the server's models, at the end of an utterance."""
        return Abilities(self._languages, True, False, (LEAST_HZ, MOST_HZ))

    @property
    def version(self) -> str:
        """The server's first model."""
        return self._version

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen; raises `BadInput` for a rate or a language that it does not hear."""
        return WholeUtterance(expected, self._languages, self._transcribe)

    def close(self) -> None:
        """No connection is held between utterances."""

    def _transcribe(self, pcm: bytes, expected: Expected) -> str:
        shape = {"rate": expected.rate_hz, "width": 2, "channels": 1}
        terms = [phrase.text for phrase in expected.phrases]
        asked = [
            Event("transcribe", {"language": expected.language, "transcript_terms": terms}),
            Event("audio-start", shape),
            *(Event("audio-chunk", shape, pcm[at : at + PIECE]) for at in range(0, len(pcm), PIECE)),
            Event("audio-stop"),
        ]
        with closing(self._server.talk(*asked)) as answers:
            for answer in answers:
                if answer.type == "transcript":
                    return str(answer.data["text"])
                if answer.type == "error":
                    raise SpeechFailed(f"The Wyoming server says: {answer.data.get('text')}.")
        raise SpeechFailed("The Wyoming server closed without a transcript.")


class WyomingSynthesiser:
    """Sends a text and hands the sound out as it comes."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._server = Server(settings)
        found = _models(self._server.describe(), "tts")
        self._voices = tuple(
            Voice(str(model["name"]), language)
            for language in ("zh", "en")
            for model in found
            if language in _languages([model])
        )
        if not self._voices:
            raise BadConfig("kefu.toml: the Wyoming server of [voice.synthesiser] has no Chinese or English voice.")
        self._version = f"wyoming.v1-{'-'.join(sorted({voice.name for voice in self._voices}))}"

    @property
    def voices(self) -> Sequence[Voice]:
        """The server's voices."""
        return self._voices

    @property
    def version(self) -> str:
        """The names of the voices."""
        return self._version

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:  # noqa: ARG002
        """PCM16 as it comes; the protocol knows no speed. Raises `BadInput` for a rate or voice that it has not."""
        if voice not in self._voices or not LEAST_HZ <= rate_hz <= MOST_HZ:
            raise BadInput(f"wyoming.v1 has no voice {voice.name!r} at {rate_hz} samples a second.")
        return changed(self._pieces(text, voice), rate_hz)

    def close(self) -> None:
        """No connection is held between texts."""

    def _pieces(self, text: str, voice: Voice) -> Iterator[tuple[bytes, int]]:
        if not any(map(str.isalnum, text)):
            return
        wanted = Event("synthesize", {"text": text, "voice": {"name": voice.name, "language": voice.language}})
        with closing(self._server.talk(wanted)) as answers:
            for answer in answers:
                if answer.type == "audio-chunk":
                    yield answer.payload, int(answer.data["rate"])
                if answer.type == "error":
                    raise SpeechFailed(f"The Wyoming server says: {answer.data.get('text')}.")
                if answer.type == "audio-stop":
                    return
        raise SpeechFailed("The Wyoming server closed in the middle of a text.")


def _models(info: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """The models or voices of the server's programs of a kind."""
    return [one for program in info.get(kind) or () for one in program.get("models") or program.get("voices") or ()]


def _languages(models: Sequence[Mapping[str, Any]]) -> frozenset[Language]:
    """Those of ours that the models name: `zh`, `zh_CN`, `cmn`, `en-us`."""
    named = {str(name).lower() for model in models for name in model.get("languages") or ()}
    known: dict[Language, tuple[str, ...]] = {"zh": ("zh", "cmn"), "en": ("en",)}
    return frozenset(one for one, starts in known.items() if any(name.startswith(starts) for name in named))


def _written(event: Event) -> bytes:
    head: dict[str, object] = {"type": event.type, "data": event.data}
    if event.payload:
        head["payload_length"] = len(event.payload)
    return json.dumps(head).encode() + b"\n" + event.payload


def _read(line: bytes, stream: Any) -> Event:  # noqa: ANN401 - a file over a socket
    head = json.loads(line)
    more, payload = int(head.get("data_length") or 0), int(head.get("payload_length") or 0)
    if more > MOST_LINE or payload > MOST_PAYLOAD:
        raise ValueError("a message is larger than any speech")
    data = dict(head.get("data") or {}) | (json.loads(stream.read(more)) if more else {})
    return Event(str(head["type"]), data, stream.read(payload) if payload else b"")


def open_recogniser(settings: Mapping[str, object]) -> Recogniser:
    """A recogniser; raises `SpeechFailed` where the server does not answer, `BadConfig` where it hears nothing."""
    return WyomingRecogniser(settings)


def open_synthesiser(settings: Mapping[str, object]) -> Synthesiser:
    """A synthesiser; raises `SpeechFailed` where the server does not answer, `BadConfig` where it has no voice."""
    return WyomingSynthesiser(settings)
