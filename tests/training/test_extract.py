"""Deep extraction, trained: a small network on generated messages, from marked files to facts in the store."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from encoders import WIDE, write_encoder
from small_project import write_project

from kefu.ai.encode.graph import convert
from kefu.ai.extract import network, training
from kefu.ai.extract.context import Context
from kefu.ai.extract.files import write_marked
from kefu.ai.extract.graph import write_graph
from kefu.ai.extract.marked import Marked, score
from kefu.ai.extract.network import Learner, Recipe, Task
from kefu.ai.extract.serving import SpanNetwork, open_extractor
from kefu.ai.extract.training import labels_of, learn
from kefu.ai.extract.vocabulary import Vocabulary, cut, filled
from kefu.app import open_kefu
from kefu.cli import commands
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Inbound
from kefu.core.ports.extracts import Sought
from kefu.service.desk.deeds import JudgeSpan

pytestmark = pytest.mark.deep

SMALL = Recipe(hidden=24, rounds=4, steps=150, batch=16, rate=1e-2)
PRODUCTS = ("小蓝音箱", "云端相机", "Air Pro", "暖风机", "扫地机器人", "Kindle 3")
PROBLEMS = ("打不开", "没有声音", "一直闪红灯", "won't start", "连不上网")
FRAMES = ("我的{p}{q}", "{p}买回来就{q}了", "请问{p}多少钱", "你好，{p}{q}怎么办", "my {p} {q}", "谢谢")


def messages(count: int, seed: int = 0) -> list[Marked]:
    chance, found = Random(seed), []
    for _ in range(count):
        frame, product, problem = chance.choice(FRAMES), chance.choice(PRODUCTS), chance.choice(PROBLEMS)
        text = frame.format(p=product, q=problem)
        spans = [
            (text.index(word), text.index(word) + len(word), kind)
            for word, sign, kind in ((product, "{p}", "product"), (problem, "{q}", "problem"))
            if sign in frame
        ]
        found.append(Marked(text, tuple(spans)))
    return found


def still(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


def test_it_finds_what_it_learned_and_says_how_well() -> None:
    learned = learn(messages(240), seed=0, progress=still, recipe=SMALL)
    assert learned.overall.f1 > 0.9
    assert set(learned.kinds) == {"product", "problem"}
    fresh = messages(60, seed=1)
    found = learned.extractor.find([one.text for one in fresh])
    told = [[(one.start, one.end, one.kind) for one in own] for own in found]
    assert score([one.spans for one in fresh], told)[0].f1 > 0.9
    assert all(
        one.text == text.text[one.start : one.end] for text, own in zip(fresh, found, strict=True) for one in own
    )
    assert learned.extractor.find(["", "  ", "谢" * 3000])[0] == ()


def test_the_graph_computes_what_was_trained() -> None:
    texts = messages(24)
    cuts = [cut(one.text) for one in texts]
    vocabulary, kinds = Vocabulary.build(cuts), ("problem", "product")
    numbers = [vocabulary.read(one) for one in cuts]
    labels = [labels_of(one, text, kinds) for one, text in zip(cuts, texts, strict=True)]
    learner = Learner(vocabulary.sizes, 2, SMALL, 0)
    learner.learn(Task(numbers, labels, vocabulary.sizes, 2), "network", still)
    weights = learner.weights()
    served = SpanNetwork(write_graph(weights, tuple(vocabulary.sizes)), vocabulary, kinds, weights["steps"])
    average = learner._average.eval()
    ids, sizes = filled(numbers)
    with torch.no_grad():
        trained = average(torch.from_numpy(ids), torch.from_numpy(sizes).long()).numpy()
    (scores,) = served._session.run(["scores"], {"ids": ids, "sizes": sizes})
    for row, size in enumerate(sizes):
        np.testing.assert_allclose(scores[row, :size], trained[row, :size], atol=2e-2)  # tables are kept in 16 bits


def test_the_same_seed_is_the_same_model_and_it_comes_back_from_its_folder(tmp_path: Path) -> None:
    one, other = (learn(messages(60), seed=3, progress=still, recipe=SMALL).extractor for _ in range(2))
    assert one.version == other.version
    one.save(tmp_path)
    texts = [text.text for text in messages(20, seed=5)]
    assert open_extractor(tmp_path).find(texts) == one.find(texts)
    (tmp_path / "spans.json").write_text("{}")
    with pytest.raises(ModelMissing, match="damaged"):
        open_extractor(tmp_path)


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(BadInput, match="mark some more"):
        learn(messages(4)[:2], seed=0, progress=still, recipe=SMALL)


def test_an_encoder_is_read_beside_the_traits_and_kept_with_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    convert(write_encoder(tmp_path / "source"), folder, still)
    context = Context.of(folder)
    cuts = [cut(text) for text in ("won't start, hello", "", "谢谢 you", "a " * 400)]
    for one, states in zip(cuts, context.read(cuts), strict=True):
        assert states.shape == (len(one.units), WIDE)
    alone, _, _, long = context.read(cuts)
    np.testing.assert_allclose(
        alone, context.read(cuts[:1])[0], atol=0.2
    )  # eight bits are scaled by what is read together
    assert alone.any(1).all()
    assert not long[-1].any()  # behind what it can read
    learned = learn(messages(120), seed=0, progress=still, context=context, recipe=SMALL)
    (tmp_path / "model").mkdir()
    learned.extractor.save(tmp_path / "model")
    texts = [one.text for one in messages(20, seed=4)]
    assert open_extractor(tmp_path / "model").find(texts) == learned.extractor.find(texts)
    with pytest.raises(ModelMissing, match="kefu encoder add"):
        Context.of(tmp_path)


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # importing it raises ImportError
from pathlib import Path
from kefu.ai.extract.serving import open_extractor
(found,) = open_extractor(Path(sys.argv[1])).find(["我的扫地机器人没有声音"])
assert {one.kind for one in found} == {"product", "problem"}, found
"""


def test_a_model_is_served_without_pytorch(tmp_path: Path) -> None:
    learn(messages(240), seed=0, progress=still, recipe=SMALL).extractor.save(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr


def kefu_says(*words: str) -> dict:
    run = CliRunner().invoke(commands, [*words, "--json"], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return json.loads(run.output)


async def talk(home: Path) -> None:
    """Two customers write; a colleague puts one message right."""
    async with open_kefu(home, deliver=False) as kefu:
        for number, text in enumerate(("我的扫地机器人没有声音", "暖风机打不开了，打13800138000", "你好")):
            now = datetime.now(UTC)
            await kefu.take(Inbound("webchat", f"m{number}", f"s{number}", text, now))
        await kefu.extraction.catch_up()


async def kinds(home: Path) -> list[tuple[str, str]]:
    async with open_kefu(home, deliver=False) as kefu:
        page = await kefu.store.extracts(Sought())
        return sorted((one.kind, one.text) for one in page.entries if one.kind in ("product", "problem", "wish"))


async def correct(home: Path) -> None:
    async with open_kefu(home, deliver=False) as kefu:
        one = next(one for one in (await kefu.store.extracts(Sought(kind="problem"))).entries if "没有" in one.text)
        wish = JudgeSpan(one.number, one.start, one.end, "wish")
        await kefu.act(one.conversation_id, "mei", [wish])
        await kefu.extraction.catch_up()


def test_from_marked_files_to_facts_and_back_to_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "Recipe", lambda: SMALL)
    assert network.Recipe().hidden > SMALL.hidden
    for name in ("SESSION_SECRET", "SITE_SECRET", "API_TOKEN", "OPERATOR_TOKEN"):
        monkeypatch.setenv(f"KEFU_{name}", name * 3)
    home = tmp_path / "school"
    write_project(home)
    kefu_says("train", str(home), "--no-gate")
    (home / "spans").mkdir()
    (home / "spans" / "a.jsonl").write_text(write_marked(messages(240)), "utf-8")
    asyncio.run(talk(home))
    assert asyncio.run(kinds(home)) == []
    card = kefu_says("extract", "train", str(home))
    assert card["promoted"]
    assert card["kinds"]["product"]["f1"] > 0.8
    told = kefu_says("extract", "run", str(home))
    assert told["events"] > 0
    found = asyncio.run(kinds(home))
    assert ("product", "扫地机器人") in found
    assert ("problem", "没有声音") in found
    assert kefu_says("extract", "run", str(home))["events"] == 0
    asyncio.run(correct(home))
    assert ("wish", "没有声音") in asyncio.run(kinds(home))
    again = kefu_says("extract", "train", str(home), "--no-promote", "--seed", "1")
    assert again["from_desk"] == 1
    assert again["texts"] == 241
    listed = kefu_says("extract", "list", str(home))
    assert [one["state"] for one in listed] == ["candidate", "current"]
    tests = tmp_path / "tests.jsonl"
    tests.write_text(write_marked(messages(30, seed=2)), "utf-8")
    assert kefu_says("extract", "test", str(tests), str(home))["overall"]["f1"] > 0.7
    run = CliRunner().invoke(commands, ["extract", "promote", again["name"], str(home)])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(commands, ["extract", "rollback", str(home)])
    assert card["name"] in run.output.replace("\n", "")
    assert CliRunner().invoke(commands, ["extract", "test", str(tests), str(home)]).exit_code == 0
