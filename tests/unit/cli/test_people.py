"""kefu people and kefu audit, as who runs the house meets them."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

PROJECT = '[kefu]\nname = "test"\n'


def kefu(*arguments: str, home: Path, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kefu", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "LANG": language, "LC_ALL": language, "COLUMNS": "200"}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=home, env=environment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "kefu.toml").write_text(PROJECT, "utf-8")
    return tmp_path


async def test_people_come_in_change_and_go(home: Path) -> None:
    from datetime import UTC, datetime

    from kefu.adapters.stores.sqlite import open_store
    from kefu.app.people.team import accept

    assert "kefu people invite" in kefu("people", "list", home=home).stdout
    made = kefu("people", "invite", "mei@example.com", "--role", "owner", "--address", "https://x.example", home=home)
    token = re.search(r"https://x\.example/desk/invitation/(\S+)", made.stdout)
    assert token is not None
    async with open_store({"home": str(home)}) as store:
        await accept(store, token[1], "小美", "four words are long", origin="test", now=datetime.now(UTC))
    listed = json.loads(kefu("people", "list", "--json", home=home).stdout)
    assert [(one["name"], one["role"]) for one in listed] == [("小美", "owner")]
    refused = kefu("people", "role", "小美", "agent", home=home)
    assert refused.returncode == 1
    assert "always be one owner" in refused.stderr
    assert "0 sign-ins ended" in kefu("people", "sessions", "小美", "--end", home=home).stdout
    reset = kefu("people", "reset-password", "mei@example.com", "--json", home=home)
    assert json.loads(reset.stdout)["link"].startswith("http://127.0.0.1:8765/desk/invitation/")
    assert kefu("people", "disable", "nobody", home=home).returncode == 1
    done = kefu("audit", "list", "--json", "--what", "person.", home=home)
    assert [one["what"] for one in json.loads(done.stdout)] == ["person.reset", "person.join", "person.invite"]


def test_what_was_changed_in_the_database_is_found(home: Path) -> None:
    for name in ("mei", "li", "wu"):
        kefu("people", "invite", f"{name}@example.com", home=home)
    sound = kefu("audit", "check", "--json", home=home)
    assert sound.returncode == 0
    head = json.loads(sound.stdout)["head"]
    with closing(sqlite3.connect(home / "kefu.db")) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("DROP TRIGGER audit_no_delete")
        database.execute("CREATE TABLE kept AS SELECT * FROM audit")
        for change, said in (
            ("UPDATE audit SET detail = 'x' WHERE number = 2", "Entry 2 is not what was written"),
            ("DELETE FROM audit WHERE number = 2", "Entry 2 is missing"),
            ("DELETE FROM audit WHERE number = 3", "Entry 3 and what follows was cut off"),
        ):
            database.execute(change)
            database.commit()
            found = kefu("audit", "check", "--head", head, home=home)
            assert found.returncode == 1
            assert said in found.stdout
            database.execute("DELETE FROM audit")
            database.execute("INSERT INTO audit SELECT * FROM kept")
            database.commit()
    assert kefu("audit", "check", "--head", head, home=home, language="zh_CN.UTF-8").stdout.startswith(
        "3 条记录首尾相连"
    )
