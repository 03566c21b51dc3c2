"""Long work, one at a time."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kefu.app.jobs import FOLDER, Jobs
from kefu.core.errors import BadInput

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_work_that_was_refused_leaves_the_other_running(tmp_path: Path) -> None:
    jobs, folder = Jobs(tmp_path), tmp_path / FOLDER
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("renew")
        lock.flush()
        with pytest.raises(BadInput, match="under way"):
            jobs.begin("mine", "kefu", NOW)
        assert jobs.running() == "renew"
    assert jobs.running() is None


def test_who_begins_after_another_is_told_by_its_own_name(tmp_path: Path) -> None:
    jobs, folder = Jobs(tmp_path), tmp_path / FOLDER
    folder.mkdir()
    (folder / "lock").write_text("renew")
    jobs.begin("mine", "kefu", NOW)
    assert (folder / "lock").read_text() == "mine"
