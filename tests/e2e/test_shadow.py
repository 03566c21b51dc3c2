"""The shadow survives kill -9: no draft is lost or doubled, and none was ever sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_server import Server

pytestmark = pytest.mark.e2e


@pytest.fixture
def shadowed(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "shadow").touch()
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


def test_drafts_survive_a_killed_server(shadowed: Server) -> None:
    turns = [shadowed.write(f"L1-{number}", "我学到哪了")["turn"] for number in range(2)]
    shadowed.kill()
    shadowed.start()
    for turn in turns:
        kinds = [one["kind"] for one in shadowed.operate(f"/turns/{turn}")]
        assert (kinds.count("Drafted"), kinds.count("Replied"), kinds.count("EffectPromised")) == (1, 1, 0)
        shadowed.operate(f"/turns/{turn}/draft", who="mei")
    shadowed.kill()
    shadowed.start()
    for number, turn in enumerate(turns):
        shadowed.operate(f"/turns/{turn}/draft", who="mei")
        talk = shadowed.talk_of(f"L1-{number}")
        said = shadowed.operate(f"/conversations/{talk}")["messages"]
        assert [line["text"] for line in said if line["by"] == "person"] == ["《英语口语》学到第12课。"]
    assert len(shadowed.operate("/reviews")) == 2
