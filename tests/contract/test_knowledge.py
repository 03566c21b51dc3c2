"""Every search keeps what check_knowledge asks of any, and comes back after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from encoders import tiny_encoder

from kefu.ai.knowledge import fused, lexical
from kefu.ai.knowledge.lexical import open_knowledge
from kefu.core.articles import Article
from kefu.core.errors import BadConfig
from kefu.core.ports.encoder import Matrix
from kefu.core.ports.knowledge import Embeds, Knowledge, Query
from kefu.testing.check_knowledge import BASICS, DAY, KNOWLEDGE_CHECKS, Open, row

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


class Counted:
    """The tiny encoder, and the texts that it was given."""

    def __init__(self, seed: int = 5) -> None:
        self._encoder = tiny_encoder(seed)
        self.version, self.dimensions = self._encoder.version, self._encoder.dimensions
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.read += texts
        return self._encoder.encode(texts)


def test_an_index_in_memory_encodes_at_its_start_only_what_is_new(tmp_path: Path) -> None:
    def opened(encoder: Counted, articles: Sequence[Article]) -> Knowledge:
        kept = {"vectors": str(tmp_path / "models" / ".passages.npz"), "open_encoder": lambda: encoder}
        knowledge = fused.open_knowledge(kept)
        knowledge.put(articles)
        return knowledge

    first, later, other = Counted(), Counted(), Counted(seed=6)
    staff = row("staff", "What is a refund?", "A secret of ours.", audience="staff")
    before = opened(first, [*BASICS, staff]).search(ASKED)
    passages = [text for text in first.read if text != ASKED.text]
    assert passages
    knowledge = opened(later, [*BASICS, staff, row("new", "When can you help?", "Any time.")])
    assert [text.partition("\n")[0] for text in later.read] == ["When can you help?"]
    assert isinstance(knowledge, Embeds)
    assert knowledge.embeddings == (len(passages), 1)
    found = knowledge.search(ASKED)
    assert [hit.article.id for hit in found][:1] == [hit.article.id for hit in before][:1]
    assert "staff" not in {hit.article.id for hit in found}, "vectors are shared, what may be seen is not"
    knowledge.search(replace(ASKED, audience="staff"))
    assert knowledge.embeddings == (len(passages) + 1, 2)
    later.read.clear()
    knowledge.put([row("new", "When can you help?", "Any time but at night."), *BASICS])
    assert [text.partition("\n")[2] for text in later.read] == ["Any time but at night."]
    opened(other, BASICS)
    assert set(passages) - set(other.read) == {text for text in passages if "secret" in text}


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
