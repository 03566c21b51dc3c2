"""Every search keeps what check_knowledge asks of any, and comes back after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from encoders import tiny_encoder

from kefu.ai.knowledge import fused, lexical
from kefu.ai.knowledge.lexical import open_knowledge
from kefu.core.errors import BadConfig
from kefu.core.ports.knowledge import Knowledge, Query
from kefu.testing.check_knowledge import BASICS, DAY, KNOWLEDGE_CHECKS, Open

ASKED = Query("i want a refund", "en", "public", DAY)


@pytest.mark.parametrize("check", KNOWLEDGE_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("place", ["memory", "folder"])
@pytest.mark.parametrize("plugin", [lexical, fused], ids=["lexical.v1", "fused.v1"])
def test_a_search_keeps_its_promises(
    check: Callable[[Open], None], plugin: ModuleType, place: str, tmp_path: Path
) -> None:
    opened = iter(range(9))

    def opens() -> Knowledge:
        folder = {"folder": str(tmp_path / str(next(opened)))} if place == "folder" else {}
        return plugin.open_knowledge({"open_encoder": tiny_encoder, "encoder_languages": ["en"], **folder})

    check(opens)


def test_vectors_come_back_with_the_index_and_words_with_no_encoder(tmp_path: Path) -> None:
    settings = {"folder": str(tmp_path), "open_encoder": tiny_encoder}
    fused.open_knowledge(settings).put(BASICS)
    again = fused.open_knowledge(settings)
    plain = lexical.open_knowledge({})
    plain.put(BASICS)
    assert again.search(ASKED)[0].article == BASICS[0]
    chinese = Query("我要退款", "zh", "public", DAY)
    assert [one.rank for one in again.search(chinese)] == [one.rank for one in plain.search(chinese)]
    with pytest.raises(BadConfig, match="encoder"):
        fused.open_knowledge({})


KILLED = """
import os, signal, sys
from pathlib import Path
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.testing.check_knowledge import BASICS, row
knowledge = LexicalKnowledge(Path(sys.argv[1]))
knowledge.put(BASICS)
writer = knowledge.index._index.writer(15_000_000, 1)
writer.delete_documents_by_term("article", "refund")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_put_is_there_after_a_crash(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    knowledge = open_knowledge({"folder": str(folder)})
    assert knowledge.search(ASKED)[0].article == BASICS[0]
    knowledge.drop(["refund"])
    assert all(hit.article.id != "refund" for hit in knowledge.search(ASKED))


def test_a_damaged_or_older_index_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    open_knowledge({"folder": str(folder)}).put(BASICS)
    (folder / "meta.json").write_text("{", "utf-8")
    assert not open_knowledge({"folder": str(folder)}).search(ASKED)
    open_knowledge({"folder": str(folder)}).put(BASICS)
    (folder / "format").write_text("0", "utf-8")
    assert not open_knowledge({"folder": str(folder)}).search(ASKED)
