"""Corrections and the pages of training write the same files at once, from several processes; nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kefu.app.data.edit import list_examples

MANIFEST = """\
name = "money"
owner = "t"
languages = ["zh", "en"]
title = { zh = "钱", en = "Money" }
risk = "none"
intents = ["refund", "progress"]
steps = ["hand_off asked"]
"""
WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kefu.app.data.corrections import put_in
from kefu.app.data.edit import add_examples
skills, who, kind = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    text = f"{who}想退第{number}笔款"
    if kind == "corrected":
        assert put_in(skills, {"refund": "money"}, "refund", text) == ""
    else:
        assert add_examples(skills, "refund", "zh", [text], datetime.now(UTC)) == [text]
"""


def test_two_processes_that_write_examples_lose_none(tmp_path: Path) -> None:
    folder = tmp_path / "skills" / "money"
    folder.mkdir(parents=True)
    (folder / "skill.toml").write_text(MANIFEST, "utf-8")
    (folder / "examples.zh.txt").write_text("[refund]\n我要退款\n[progress]\n我学到哪了\n", "utf-8")
    for language in ("zh", "en"):
        (folder / f"replies.{language}.toml").write_text("", "utf-8")
    command = [sys.executable, "-c", WRITE, str(tmp_path / "skills")]
    writers = [
        subprocess.Popen([*command, who, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for who, kind in (("甲", "corrected"), ("乙", "written"))
    ]
    for one in writers:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in writers:
        one.communicate("go\n", timeout=60)
    assert [one.returncode for one in writers] == [0, 0]
    found = [one.text for one in list_examples(tmp_path / "skills") if one.intent == "refund"]
    assert len(found) == len(set(found)) == 25
