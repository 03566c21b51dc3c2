"""`sherpa.v1`: hears and speaks with models of sherpa-onnx from a folder; `kind` says what the model is.

Streaming kinds give partial results; the others read an utterance when it ends. The phrases of the moment become hot
words where the model is a transducer and `modeling_unit` says how it writes words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kefu.ai.speech import need
from kefu.ai.speech.clauses import clauses, spoken_in
from kefu.ai.speech.folder import ModelFolder
from kefu.ai.speech.sound import Samples, as_sound, check_rate
from kefu.core.errors import BadInput
from kefu.core.ports.speech import (
    Abilities,
    Expected,
    Heard,
    Partial,
    Recogniser,
    Synthesiser,
    Utterance,
    Voice,
)
from kefu.core.utterance import LEAST_HZ, MOST_HZ, WholeUtterance, heard_as

need("sherpa_onnx", "soxr")

ONE_FILE = {
    "sense_voice": "from_sense_voice", "paraformer": "from_paraformer", "zipformer_ctc": "from_zipformer_ctc",
    "wenet_ctc": "from_wenet_ctc", "nemo_ctc": "from_nemo_ctc", "dolphin_ctc": "from_dolphin_ctc",
    "tdnn_ctc": "from_tdnn_ctc", "streaming_zipformer_ctc": "from_zipformer2_ctc",
}  # fmt: skip
"""Kinds that are one file `model*.onnx`, with sherpa-onnx's own name for each."""

KINDS = ("streaming_transducer", "transducer", "streaming_paraformer", *ONE_FILE)
FEATURES = {"tdnn_ctc": 23}
"""Bands that a kind wants; 80 elsewhere."""

VOICES = ("vits", "matcha", "kokoro")
TAIL_S = 0.4
"""Silence after the last word, without which streaming models keep it to themselves."""


class SherpaUtterance:
    """One utterance of a streaming model."""

    def __init__(self, engine: Any, rate_hz: int, expected: Expected, hotwords: str) -> None:  # noqa: ANN401
        self._engine, self._rate_hz, self._expected = engine, rate_hz, expected
        self._stream = engine.create_stream(hotwords) if hotwords else engine.create_stream()
        self._samples = Samples(expected.rate_hz, rate_hz)
        self._left, self._taken = round(expected.longest_s * rate_hz), 0
        self._partial = ""
        self._heard: Heard | None = None

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """Hear more."""
        sound = self._samples.take(pcm)[: self._left]
        if self._heard or not len(sound):
            return ()
        self._left -= len(sound)
        self._taken += len(sound)
        self._stream.accept_waveform(self._rate_hz, sound)
        text = self._read()
        if not text or text == self._partial:
            return ()
        self._partial = text
        return (Partial(text),)

    def finish(self) -> Heard:
        """What it was; asked again, the same."""
        if self._heard is None:
            text = ""
            if self._taken:
                self._stream.accept_waveform(self._rate_hz, np.zeros(round(TAIL_S * self._rate_hz), np.float32))
                self._stream.input_finished()
                text = self._read()
            self._heard = heard_as(text, self._expected, 1000 * self._taken // self._rate_hz)
        return self._heard

    def close(self) -> None:
        """Let the stream go."""
        if self._heard is None:
            self._heard = heard_as("", self._expected, 0)

    def _read(self) -> str:
        while self._engine.is_ready(self._stream):
            self._engine.decode_stream(self._stream)
        return str(self._engine.get_result(self._stream)).strip()


class SherpaRecogniser:
    """One model; each utterance is a stream of it."""

    def __init__(self, folder: ModelFolder) -> None:
        import sherpa_onnx

        self._kind = folder.one_of("kind", KINDS)
        self._languages = folder.languages()
        self._rate_hz = round(folder.number("rate_hz", 8000 if self._kind == "tdnn_ctc" else 16_000))
        self._unit = folder.text("modeling_unit") if self._kind.endswith("transducer") else ""
        self._version = f"sherpa.v1-{folder.fingerprint()}"
        online = self._kind.startswith("streaming_")
        family = sherpa_onnx.OnlineRecognizer if online else sherpa_onnx.OfflineRecognizer
        self._engine: Any = _opened(family, self._kind, folder, self._rate_hz)
        self._streaming = online

    @property
    def abilities(self) -> Abilities:
        """Anything that the model was trained on."""
        return Abilities(self._languages, True, self._streaming, (LEAST_HZ, self._rate_hz, MOST_HZ))

    @property
    def version(self) -> str:
        """The folder and what is in it."""
        return self._version

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen; raises `BadInput` for a rate or a language that it does not hear."""
        whole = WholeUtterance(expected, self._languages, self._transcribe)
        return SherpaUtterance(self._engine, self._rate_hz, expected, self._hot(expected)) if self._streaming else whole

    def close(self) -> None:
        """Nothing is held beside the model."""

    def _hot(self, expected: Expected) -> str:
        return "/".join(phrase.text.replace("/", " ") for phrase in expected.phrases) if self._unit else ""

    def _transcribe(self, pcm: bytes, expected: Expected) -> str:
        hot = self._hot(expected)
        heard = self._engine.create_stream(hot) if hot else self._engine.create_stream()
        heard.accept_waveform(expected.rate_hz, as_sound(pcm))
        self._engine.decode_stream(heard)
        return str(heard.result.text)


def _opened(family: Any, kind: str, folder: ModelFolder, rate_hz: int) -> Any:  # noqa: ANN401 - of sherpa-onnx
    given: dict[str, object] = {
        "tokens": folder.file("tokens.txt", "*tokens.txt"),
        "num_threads": round(folder.number("threads", 1)),
        "sample_rate": rate_hz,
        "feature_dim": round(folder.number("features", FEATURES.get(kind, 80))),
    }
    if kind in ONE_FILE:
        model = folder.file("model.int8.onnx", "model.onnx", "*model*.onnx", "*.onnx")
        name = ONE_FILE[kind]
        key = "paraformer" if kind == "paraformer" else "model"
        if kind == "sense_voice":
            given["use_itn"] = True
        return getattr(family, name)(**given, **{key: model})
    given |= {part: folder.file(f"{part}*.onnx", f"*{part}*.onnx") for part in ("encoder", "decoder")}
    if kind == "streaming_paraformer":
        return family.from_paraformer(**given)
    given["joiner"] = folder.file("joiner*.onnx", "*joiner*.onnx")
    if unit := folder.text("modeling_unit"):
        given |= {"modeling_unit": unit, "decoding_method": "modified_beam_search"}
        given |= {"hotwords_score": folder.number("hotwords_score", 1.5)}
        given |= {"bpe_vocab": folder.file("bpe.vocab", "*.vocab", optional="bpe" not in unit)}
    return family.from_transducer(**given)


class SherpaSynthesiser:
    """One model with its speakers; a clause is made whole before it is handed out."""

    def __init__(self, folder: ModelFolder) -> None:
        import sherpa_onnx

        kind = folder.one_of("kind", VOICES)
        models = sherpa_onnx.OfflineTtsModelConfig(num_threads=round(folder.number("threads", 1)))
        _name_files(getattr(models, kind), kind, folder)
        config = sherpa_onnx.OfflineTtsConfig(model=models)
        if not config.validate():
            raise BadInput(f"sherpa.v1: the files in {folder.path} are no {kind} voice; see what was logged above.")
        self._engine: Any = sherpa_onnx.OfflineTts(config)
        speakers = range(max(1, self._engine.num_speakers))
        languages = [one for one in ("zh", "en") if one in folder.languages()]
        usual = round(folder.number("speaker", 0))
        order = sorted(speakers, key=lambda one: one != usual)
        self._voices = tuple(Voice(f"{language}-{one}", language) for language in languages for one in order)
        self._version = f"sherpa.v1-{folder.fingerprint()}"

    @property
    def voices(self) -> Sequence[Voice]:
        """Each speaker in each language, `speaker` of the settings first."""
        return self._voices

    @property
    def version(self) -> str:
        """The folder and what is in it."""
        return self._version

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """PCM16 clause by clause; raises `BadInput` for a rate or a voice that it has not."""
        check_rate(rate_hz)
        if voice not in self._voices:
            raise BadInput(f"sherpa.v1 has no voice {voice.name!r}; it has {self._voices[0].name} and others.")
        speaker = int(voice.name.rpartition("-")[2])
        return spoken_in(clauses(text), lambda part: self._made(part, speaker, speed), rate_hz)

    def close(self) -> None:
        """Nothing is held beside the model."""

    def _made(self, text: str, speaker: int, speed: float) -> tuple[np.ndarray, int]:
        made = self._engine.generate(text, sid=speaker, speed=speed)
        return np.asarray(made.samples, np.float32), int(made.sample_rate)


def _name_files(config: Any, kind: str, folder: ModelFolder) -> None:  # noqa: ANN401 - of sherpa-onnx
    config.tokens = folder.file("tokens.txt")
    if kind == "matcha":
        config.acoustic_model = folder.file("model*.onnx", "matcha*.onnx")
        config.vocoder = folder.file("*vocos*.onnx", "*hifigan*.onnx", "vocoder*.onnx")
    else:
        config.model = folder.file("model*.onnx", "*.onnx")
    if kind == "kokoro":
        config.voices = folder.file("voices.bin")
    lexicon = folder.file("lexicon*.txt", optional=True)
    data = folder.path / "espeak-ng-data"
    if lexicon:
        config.lexicon = lexicon
    elif data.is_dir():
        config.data_dir = str(data)
    else:
        folder.file("lexicon.txt", "espeak-ng-data/phontab")


def open_recogniser(settings: Mapping[str, object]) -> Recogniser:
    """A recogniser; raises `BadConfig` or `ModelMissing` naming what is missing in its folder."""
    return SherpaRecogniser(ModelFolder(settings, "sherpa.v1"))


def open_synthesiser(settings: Mapping[str, object]) -> Synthesiser:
    """A synthesiser; raises `BadConfig` or `ModelMissing` naming what is missing in its folder."""
    return SherpaSynthesiser(ModelFolder(settings, "sherpa.v1"))
