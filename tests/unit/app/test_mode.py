"""Live or shadow: the wish in kefu.toml, chats replayed, the team told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from judged import SUBJECT, kept, verdicts
from web_house import make_config

from kefu.app.mode import Wish, read_wish, set_mode
from kefu.app.notice import tell_team
from kefu.app.promise import Certificate, Standing, standing
from kefu.app.replay import read_chats
from kefu.cli import commands
from kefu.core.errors import BadConfig, BadInput

CERTIFICATE = Certificate(kept(verdicts(600)), SUBJECT, datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[promise]\nmode = "shadow"\n'),
        ("[promise]\nanswer_at = 0.5\n", '[promise]\nmode = "shadow"\nanswer_at = 0.5\n'),
        ('[promise]\nmode = "live" # 模式\n[web]\nport = 1\n', '[promise]\nmode = "shadow" # 模式\n[web]\nport = 1\n'),
        ("[web]\nport = 1\n", '[web]\nport = 1\n\n[promise]\nmode = "shadow"\n'),
    ],
)
def test_the_mode_is_written_and_all_else_left_alone(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "kefu.toml").write_text(before)
    assert set_mode(tmp_path, "shadow")
    assert (tmp_path / "kefu.toml").read_text().lstrip() == after
    assert not set_mode(tmp_path, "shadow")
    assert read_wish(make_config(tmp_path)) == Wish("shadow")


def test_where_the_environment_decides_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kefu.toml").write_text("")
    monkeypatch.setenv("KEFU__PROMISE__MODE", "shadow")
    with pytest.raises(BadConfig, match="KEFU__PROMISE__MODE"):
        set_mode(tmp_path, "live")
    monkeypatch.setenv("KEFU__PROMISE__MODE", "dim")
    with pytest.raises(BadConfig, match=r"promise\.mode"):
        read_wish(make_config(tmp_path))


def test_who_requires_a_certificate_falls_back_into_the_shadow() -> None:
    in_force = standing(CERTIFICATE, SUBJECT, [])
    void = standing(CERTIFICATE, replace(SUBJECT, settings="other"), [])
    assert [Wish("live", require=True).is_shadow(one) for one in (Standing(), in_force, void)] == [True, False, True]
    assert not Wish().is_shadow(Standing())
    assert Wish("shadow").is_shadow(in_force)


def test_the_command_asks_before_it_switches(tmp_path: Path) -> None:
    (tmp_path / "kefu.toml").write_text("")
    runner = CliRunner(env={"LANG": "en_GB.UTF-8"})
    assert runner.invoke(commands, ["promise", "shadow", str(tmp_path)], input="n\n").exit_code == 1
    assert read_wish(make_config(tmp_path)).mode == "live"
    done = runner.invoke(commands, ["promise", "shadow", str(tmp_path)], input="y\n")
    assert "Every conversation goes to your team" in done.output
    assert read_wish(make_config(tmp_path)).mode == "shadow"


def test_chats_are_read_from_both_forms(tmp_path: Path) -> None:
    table = tmp_path / "chats.csv"
    table.write_text("conversation,time,text,answer,extra\na,2,second,,x\na,1,first,yes,x\nb,1,,,x\n")
    assert [(line.text, line.answer) for line in read_chats(table)["a"]] == [("first", "yes"), ("second", "")]
    (tmp_path / "bad.csv").write_text("conversation,text\na,b\n")
    with pytest.raises(BadInput, match="line 2: time is missing"):
        read_chats(tmp_path / "bad.csv")
    (tmp_path / "bad.jsonl").write_text("{")
    with pytest.raises(BadInput, match="line 1 is no JSON"):
        read_chats(tmp_path / "bad.jsonl")


@pytest.fixture
def team() -> Iterator[tuple[str, list[str]]]:
    """The team's own service: its address, and what it was told."""
    told: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
    server.server_close()


def test_the_team_is_told_once_that_the_promise_is_lowered(tmp_path: Path, team: tuple[str, list[str]]) -> None:
    url, told = team
    config = make_config(tmp_path, handoff__notify_url=url)
    failed = standing(CERTIFICATE, SUBJECT, verdicts(300, 0.8, when=CERTIFICATE.made + timedelta(days=1)))
    asyncio.run(tell_team(config, standing(CERTIFICATE, SUBJECT, [])))
    assert told == []
    asyncio.run(tell_team(make_config(tmp_path, handoff__notify_url="http://127.0.0.1:9/"), failed))
    for _ in range(2):
        asyncio.run(tell_team(config, failed))
    (notice,) = told
    assert '"state":"lowered"' in notice.replace(" ", "")
