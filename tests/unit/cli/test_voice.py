"""kefu voice doctor as an operator meets it: the embedded engines, a recording, a project with a wrong engine."""

from __future__ import annotations

import json
from pathlib import Path

import soundfile
from click.testing import CliRunner
from speech import said

from kefu.adapters.speech.audio_api import as_wav
from kefu.cli import commands


def doctor(*arguments: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands, ["voice", "doctor", *arguments], env={"LANG": "C.UTF-8", **environment})
    return done.exit_code, done.output


def test_it_measures_what_is_installed(tmp_path: Path) -> None:
    recording = tmp_path / "said.wav"
    recording.write_bytes(as_wav(bytes(16_000) + said("where is my order", "en") + bytes(16_000), 16_000))
    code, printed = doctor(str(tmp_path), "--wav", str(recording), "--json")
    found = {(one["part"], one["what"]): one for one in json.loads(printed)}
    assert code == 0
    assert found["recogniser", "engine"]["text"].startswith("pocketsphinx.v1")
    assert found["recogniser", "heard right"]["value"] >= 7
    assert found["calls", "at once"]["value"] >= 4
    assert found["file", "turns"]["value"] == 1
    assert "where is my order" in [one["text"] for one in found.values()]


def test_it_speaks_chinese_and_says_what_is_wrong_with_a_recording(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "quiet.flac", [0.0] * 8000, 8000)
    code, printed = doctor(str(tmp_path), "--wav", str(tmp_path / "quiet.flac"), LANG="zh_CN.UTF-8")
    assert code == 0
    for words in ("词汇有限", "太小声", "电话音质", "没有人声"):
        assert words in printed


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound", "utf-8")
    done = CliRunner().invoke(commands, ["voice", "doctor", str(tmp_path), "--wav", str(tmp_path / "text.wav")])
    assert "record WAV" in str(done.exception)
