"""Engines that a company brings: a model in a folder, a server of Wyoming or of the OpenAI kind, as real processes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
import whispers
from chat_server import PATIENCE_S, free_port
from speech import sample
from tones import tone_sample, write_model
from voices import write_voices

from kefu.adapters.speech import audio_api, wyoming
from kefu.ai.speech import piper, sherpa, whisper
from kefu.core.errors import BadConfig, BadInput, ModelMissing, SpeechFailed
from kefu.core.ports.speech import Expected
from kefu.testing import check_recogniser, check_synthesiser

TESTS = Path(__file__).parents[1]
RECOGNISER_CHECKS = pytest.mark.parametrize("check", check_recogniser.RECOGNISER_CHECKS, ids=lambda one: one.__name__)
SYNTHESISER_CHECKS = pytest.mark.parametrize(
    "check",
    [one for one in check_synthesiser.SYNTHESISER_CHECKS if one is not check_synthesiser.check_speaks_faster],
    ids=lambda one: one.__name__,
)


@contextmanager
def process(name: str, is_up: Callable[[int], object]) -> Iterator[int]:
    """A server of ours as a process; the port on which it answers."""
    port = free_port()
    with subprocess.Popen([sys.executable, str(TESTS / name), str(port)]) as server:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(SpeechFailed, httpx2.TransportError):
                is_up(port)
                break
            time.sleep(0.05)
        try:
            yield port
        finally:
            server.kill()


@pytest.fixture(scope="module")
def wyoming_server() -> Iterator[dict[str, object]]:
    with process("wyoming_server.py", lambda port: wyoming.Server({"address": f"127.0.0.1:{port}"}).describe()) as port:
        yield {"address": f"127.0.0.1:{port}"}


@pytest.fixture(scope="module")
def audio_server() -> Iterator[dict[str, object]]:
    with process("audio_server.py", lambda port: httpx2.get(f"http://127.0.0.1:{port}/")) as port:
        url = f"http://127.0.0.1:{port}/v1"
        yield {"url": url, "model": "ours", "key": "k", "voices": ["cmn", "en"]}


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("sherpa") / "tones")


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whispers.write_model(tmp_path_factory.mktemp("whisper") / "sentence", sample("en").text)


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("piper") / "voices", amy="en-us", mei="cmn")


def settings_of(folder: Path, **more: object) -> dict[str, object]:
    return {"home": str(folder.parent), "folder": folder.name, "kind": "tdnn_ctc", **more}


@RECOGNISER_CHECKS
def test_a_model_of_sherpa_conforms(
    check: Callable[[check_recogniser.Open, check_recogniser.Sample], None], tones: Path
) -> None:
    check(lambda: sherpa.open_recogniser(settings_of(tones)), tone_sample())


@RECOGNISER_CHECKS
def test_a_wyoming_recogniser_conforms(
    check: Callable[[check_recogniser.Open, check_recogniser.Sample], None], wyoming_server: dict[str, object]
) -> None:
    check(lambda: wyoming.open_recogniser(wyoming_server), sample("zh"))


@SYNTHESISER_CHECKS
def test_a_wyoming_synthesiser_conforms(
    check: Callable[[check_synthesiser.Open], None], wyoming_server: dict[str, object]
) -> None:
    check(lambda: wyoming.open_synthesiser(wyoming_server))


@RECOGNISER_CHECKS
def test_an_audio_recogniser_conforms(
    check: Callable[[check_recogniser.Open, check_recogniser.Sample], None], audio_server: dict[str, object]
) -> None:
    check(lambda: audio_api.open_recogniser(audio_server), sample("en"))


@pytest.mark.parametrize("check", check_synthesiser.SYNTHESISER_CHECKS, ids=lambda one: one.__name__)
def test_an_audio_synthesiser_conforms(
    check: Callable[[check_synthesiser.Open], None], audio_server: dict[str, object]
) -> None:
    check(lambda: audio_api.open_synthesiser({**audio_server, "voices": ["en"]}))


@RECOGNISER_CHECKS
def test_a_model_of_whisper_conforms(
    check: Callable[[check_recogniser.Open, check_recogniser.Sample], None], sentence: Path
) -> None:
    check(lambda: whisper.open_recogniser({"folder": str(sentence), "languages": ["en"]}), sample("en"))


@pytest.mark.parametrize("check", check_synthesiser.SYNTHESISER_CHECKS, ids=lambda one: one.__name__)
def test_voices_of_piper_conform(check: Callable[[check_synthesiser.Open], None], voices: Path) -> None:
    check(lambda: piper.open_synthesiser({"folder": str(voices)}))


def test_voices_of_piper_speak_their_languages(voices: Path) -> None:
    speaker = piper.open_synthesiser({"folder": str(voices)})
    assert [(one.name, one.language) for one in speaker.voices] == [("amy", "en"), ("mei", "zh")]
    speaker.close()


def test_what_is_heard_names_its_phrase(tones: Path) -> None:
    utterance = sherpa.open_recogniser(settings_of(tones)).open(tone_sample().expected)
    utterance.accept(tone_sample().pcm)
    assert utterance.finish().phrase_id == "tones"


def test_a_language_that_the_model_lacks_is_refused(tones: Path) -> None:
    with pytest.raises(BadInput, match="zh"):
        sherpa.open_recogniser(settings_of(tones, languages=["en"])).open(Expected("zh"))


def test_an_endpoint_that_fails_is_told(audio_server: dict[str, object]) -> None:
    recogniser = audio_api.open_recogniser({**audio_server, "model": "down"})
    utterance = recogniser.open(sample("en").expected)
    utterance.accept(sample("en").pcm)
    with pytest.raises(SpeechFailed, match="503"):
        utterance.finish()
    utterance.close()
    recogniser.close()


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(SpeechFailed, match="is it running"):
        wyoming.open_recogniser({"address": f"127.0.0.1:{free_port()}"})
    with pytest.raises(BadConfig, match="address"):
        wyoming.open_synthesiser({})
    with pytest.raises(BadConfig, match="url and model"):
        audio_api.open_synthesiser({"url": "http://127.0.0.1/v1"})


@pytest.mark.parametrize("open_engine", [sherpa.open_recogniser, piper.open_synthesiser, sherpa.open_synthesiser])
def test_a_folder_has_to_be_named_and_to_be_there(open_engine: Callable[..., object], tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="folder"):
        open_engine({"kind": "vits"})
    with pytest.raises(ModelMissing, match="nowhere"):
        open_engine({"folder": str(tmp_path / "nowhere")})


def test_what_a_folder_lacks_is_named(tones: Path, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="sense_voice"):
        sherpa.open_recogniser(settings_of(tones, kind="magic"))
    with pytest.raises(ModelMissing, match=r"encoder\*\.onnx"):
        sherpa.open_recogniser(settings_of(tones, kind="transducer"))
    with pytest.raises(ModelMissing, match=r"model\.bin"):
        whisper.WhisperRecogniser(whisper.ModelFolder({"folder": str(tones)}, "whisper.v1"))


def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tones")
    names = ("model.onnx", "tokens.txt")
    sums = "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text(sums, "utf-8")
    sherpa.open_recogniser(settings_of(folder))
    (folder / "tokens.txt").write_text("<eps> 0\nb 1\na 2\n", "utf-8")
    with pytest.raises(ModelMissing, match="damaged"):
        sherpa.open_recogniser(settings_of(folder))
    (folder / "tokens.txt").unlink()
    with pytest.raises(ModelMissing, match=r"tokens\.txt"):
        sherpa.open_recogniser(settings_of(folder))
