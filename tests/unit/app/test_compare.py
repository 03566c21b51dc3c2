"""`kefu compare`: what readers show is right, and a broken one is a row, not the end."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from small_school import make_school
from small_school import run as run_school

STRANGER = """
import os
from kefu.ai.text.nearest import open_reader

class Broken:
    version = "broken"
    def __init__(self, fault): self.fault = fault
    def fit(self, examples, progress):
        print("this must not get between the lines")
        if self.fault == "dies": os._exit(3)
        raise ValueError("no such examples")

def open_raising(settings): return Broken("raises")
def open_dying(settings): return Broken("dies")
"""
POINTS = """[kefu.readers]
neighbour.v1 = stranger:open_reader
raises.v1 = stranger:open_raising
dies.v1 = stranger:open_dying
needs.v1 = stranger_without_its_package:open_reader
"""


@pytest.fixture(scope="module")
def plug_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of an outsider, with four readers."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "stranger.py").write_text(STRANGER)
    about = folder / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three intents that can be told by a word, and sentences of none."""
    words = {"parcel": "my parcel {} is late", "card": "the card {} was swallowed", "price": "what price has {}"}
    named = ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "lambda", "theta", "zeta")
    rows = [f"{text.format(name)},{intent}" for intent, text in words.items() for name in named]
    rows += [f"{text},oos" for text in ("qqq www eee", "zzz yyy xxx", "jjj kkk hhh", "bbb nnn mmm")]
    file = tmp_path_factory.mktemp("data") / "sentences.csv"
    file.write_text("\n".join(["text,label", *rows]) + "\n", "utf-8")
    return file


def run(data: Path, plug_ins: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Compare in a folder that is no project."""
    path = os.pathsep.join([str(plug_ins), *filter(None, [os.environ.get("PYTHONPATH")]), str(Path.cwd())])
    command = [sys.executable, "-m", "kefu", "compare", "--data", str(data), *arguments]
    env = {**os.environ, "PYTHONPATH": path, "LANG": "C.UTF-8", "COLUMNS": "100"}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=data.parent, env=env)


def test_readers_of_all_makers_are_compared_on_the_same_parts(data: Path, plug_ins: Path) -> None:
    names = ["nearest.v1", "neighbour.v1", "raises.v1", "dies.v1", "needs.v1", "absent.v1"]
    done = run(data, plug_ins, "--readers", ",".join(names), "--folds", "2", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["examples"], found["out_of_scope"], found["folds"]) == (30, 4, 2)
    rows = {row["reader"]: row for row in found["readers"]}
    assert list(rows) == names
    own = rows["nearest.v1"]
    assert (own["accuracy"], own["macro_f1"], own["auroc"]) == (1.0, 1.0, 1.0)
    assert 0 <= own["train_s"] < 20  # CPU clocks tick in hundredths
    assert 0 < own["p50_ms"] <= own["p99_ms"]
    assert 2**20 < own["memory"] < 2**30
    assert own["size"] > 1000
    same = ("accuracy", "macro_f1", "auroc", "calibration_error", "size")
    assert [rows["neighbour.v1"][name] for name in same] == [own[name] for name in same]
    assert rows["raises.v1"]["fault"] == "ValueError: no such examples"
    assert "ended with code 3" in rows["dies.v1"]["fault"]
    assert "needs a package that is not installed" in rows["needs.v1"]["fault"]
    assert "no readers plug-in called 'absent.v1'" in rows["absent.v1"]["fault"]


def test_no_sentence_is_read_by_a_model_that_has_seen_it(tmp_path: Path, plug_ins: Path) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("bcdfghklmnprstvwz", k=9)) for _ in range(60)]
    file = tmp_path / "noise.csv"
    file.write_text("\n".join(["text,label", *(f"{word},{'ab'[at % 2]}" for at, word in enumerate(words))]), "utf-8")
    (row,) = json.loads(run(file, plug_ins, "--readers", "nearest.v1", "--json").stdout)["readers"]
    assert row["accuracy"] < 0.75


def test_all_that_are_installed_are_compared_if_none_is_named(data: Path, plug_ins: Path) -> None:
    done = run(data, plug_ins, "--folds", "2")
    assert done.returncode == 0, done.stderr
    for name in ("linear.v1", "nearest.v1", "neighbour.v1"):
        assert f"\n{name} " in done.stdout
    assert "✗ raises.v1: ValueError: no such examples" in done.stdout
    assert "30 examples in 2 parts, 4 sentences out of scope" in done.stdout


def test_tone_is_compared_where_sentences_state_it(tmp_path: Path) -> None:
    home = make_school(tmp_path / "school", trained=False)
    shown = run_school("compare", str(home), "--readers", "nearest.v1", "--folds", "2", "--quiet")
    assert "sentiment zh" in shown.stdout
    assert "act en" in shown.stdout
    assert "F1, 95 %" in shown.stdout


def test_it_fails_when_none_could_be_tried(data: Path, plug_ins: Path) -> None:
    assert run(data, plug_ins, "--readers", "raises.v1", "--json").returncode == 1


def test_sentences_of_one_intent_are_not_compared(tmp_path: Path, plug_ins: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("text,label\nhello,greet\nbye,None\n")
    done = run(file, plug_ins, "--readers", "nearest.v1")
    assert done.returncode == 1
    assert "at least two intents" in done.stderr
