from __future__ import annotations

import random

import pytest

from kefu.ai.training.noise import NOISES, heard, homophones, mixed, traditional, typos
from kefu.core.nouns import Language

SENTENCES: list[tuple[str, Language]] = [
    ("请问我的退款什么时候能到账？", "zh"),
    ("When will my refund arrive, please? I paid 20 dollars.", "en"),
]


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize(("text", "language"), SENTENCES)
def test_the_same_seed_spoils_in_the_same_way(noise: str, text: str, language: Language) -> None:
    assert len({NOISES[noise](text, language, random.Random(4)) for _ in range(3)}) == 1


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("text", ["", "？！", "ok", "👍", "a b c 1 2 3"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_anything_can_be_spoilt(noise: str, text: str, language: Language) -> None:
    for seed in range(20):
        assert isinstance(NOISES[noise](text, language, random.Random(seed)), str)


def test_a_typo_is_one_slip() -> None:
    for seed in range(50):
        for text, language in SENTENCES:
            changed = typos(text, language, random.Random(seed))
            assert abs(len(changed) - len(text)) <= 1
            assert changed != text or language == "en"


def test_a_homophone_sounds_the_same() -> None:
    from pypinyin import lazy_pinyin

    text = SENTENCES[0][0]
    changed = {homophones(text, "zh", random.Random(seed)) for seed in range(30)}
    assert len(changed) > 10
    assert all(len(one) == len(text) and one != text for one in changed)
    assert sum(lazy_pinyin(one) == lazy_pinyin(text) for one in changed) > len(changed) / 2
    assert homophones("they're over there, I know", "en", random.Random(1)) == "they're over there, I no"


def test_the_other_kinds_do_what_they_say() -> None:
    chance = random.Random(2)
    assert traditional("我学到哪里了", "zh", chance) == "我學到哪裡了"
    assert mixed("我想申请退款", "zh", chance) == "我想申请refund"
    assert mixed("I want a refund", "en", chance) == "I want a 退款"
    spoken = heard("Lesson 3, please!", "en", chance)
    assert "three" in spoken
    assert not set(spoken) & set(",!3")
    assert "三" in heard("第3课？", "zh", chance)
