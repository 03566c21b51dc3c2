"""Corrections become examples, once, and go again when they are taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kefu.adapters.stores.memory import MemoryStore
from kefu.app.correcting import Corrections
from kefu.app.promise import digest_of
from kefu.app.skills import load_catalog
from kefu.core.events import Corrected
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Commit

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EXAMPLES = "# written by hand\n[refund]\n我要退款\n[progress]\n我学到哪了\n"


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    folder = tmp_path / "skills" / "money"
    folder.mkdir(parents=True)
    manifest = (
        'name = "money"\nowner = "t"\nlanguages = ["zh", "en"]\ntitle = { zh = "钱", en = "Money" }\nrisk = "none"\n'
    )
    (folder / "skill.toml").write_text(
        manifest + 'intents = ["refund", "progress"]\nsteps = ["hand_off asked"]\n', "utf-8"
    )
    (folder / "examples.zh.txt").write_text(EXAMPLES, "utf-8")
    for language in ("zh", "en"):
        (folder / f"replies.{language}.toml").write_text("", "utf-8")
    return tmp_path / "skills"


async def correct(store: MemoryStore, *texts: tuple[str, str]) -> None:
    talk = await store.load("kit", "a") or Conversation("c-a", "kit", "a")
    events = tuple(Corrected(NOW, "mei", "t1", text, intent) for text, intent in texts)
    after = Conversation("c-a", "kit", "a", version=talk.version + len(events))
    await store.commit(Commit(f"p{talk.version}", "", NOW, after, talk.version, events))


async def test_a_corrected_sentence_is_learned_once_and_forgotten_when_taken_back(skills: Path) -> None:
    store, file = MemoryStore(), skills / "money" / "examples.zh.txt"
    follower = Corrections(store, load_catalog(skills, ""), skills)
    before = digest_of(skills)
    await correct(store, ("钱什么时候回来", "refund"), ("钱什么时候回来", "refund"), ("我要退款", "refund"))
    await follower.catch_up()
    assert file.read_text("utf-8") == f"{EXAMPLES}\n# corrected at the desk\n[refund]\n钱什么时候回来\n"
    assert load_catalog(skills, "").skills["money"].examples["zh"][-1] == ("refund", "钱什么时候回来")
    await correct(store, ("Where is my money?", "refund"), ("钱什么时候回来", "progress"))
    await follower.catch_up()
    assert "[progress]\n钱什么时候回来\n" in file.read_text("utf-8")
    assert "[refund]\nWhere is my money?\n" in (skills / "money" / "examples.en.txt").read_text("utf-8")
    await correct(store, ("钱什么时候回来", ""))
    await follower.catch_up()
    assert file.read_text("utf-8") == EXAMPLES
    assert digest_of(skills) == before
    assert await follower.catch_up() == 0


@pytest.mark.parametrize(
    ("text", "intent"),
    [("我的手机是 13800138000", "refund"), ("[refund]", "refund"), ("退款" * 200, "refund"), ("退钱给我", "nowhere")],
)
async def test_what_may_not_be_an_example_is_left_out(skills: Path, text: str, intent: str) -> None:
    store = MemoryStore()
    await correct(store, (text, intent))
    await Corrections(store, load_catalog(skills, ""), skills).catch_up()
    assert (skills / "money" / "examples.zh.txt").read_text("utf-8") == EXAMPLES
