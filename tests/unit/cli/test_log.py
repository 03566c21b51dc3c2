"""What commands log: on standard error, without what customers wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from small_school import make_school

FAULTY = '''

async def schedule(call: Call) -> Say:
    """Fails with a customer's data at hand."""
    private = f"{call.text[::-1]} of {call.language}"
    raise RuntimeError(len(private))
'''


def python(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python as a user does, with a terminal's width and the reader of the small school."""
    env = {**os.environ, "LANG": "en_GB.UTF-8", "COLUMNS": "200", "KEFU__READER__USE": "nearest.v1"}
    return subprocess.run(
        [sys.executable, *arguments], check=False, capture_output=True, text=True, input=said, env=env
    )


def test_a_skill_that_fails_is_logged_without_the_values_of_its_variables(tmp_path: Path) -> None:
    home = make_school(tmp_path / "school")
    with (home / "skills" / "next_lesson" / "actions.py").open("a", encoding="utf-8") as actions:
        actions.write(FAULTY)
    done = python("-m", "kefu", "chat", str(home), "--as", "L00001", said="我的课表发一下\n")
    assert done.returncode == 0, done.stderr
    assert "turn failed" in done.stderr
    assert "RuntimeError: " in done.stderr
    assert "下发" not in done.stdout + done.stderr
    assert "failed" not in done.stdout
    assert "人工" in done.stdout


def test_help_does_not_wait_for_the_log() -> None:
    done = python("-X", "importtime", "-m", "kefu", "--help")
    assert done.returncode == 0
    assert "kefu.cli" in done.stderr
    assert "structlog" not in done.stderr
