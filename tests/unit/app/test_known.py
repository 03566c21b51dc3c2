"""Which sentences two models are held against."""

from __future__ import annotations

from pathlib import Path

from kefu.app.known import fixed_tones, held_out, held_out_tones, is_held
from kefu.core.ports.reader import Example
from kefu.service.promotion import Known

HELD = [text for text in map("sentence {}".format, range(99)) if is_held(Example(text, "", "en"))]
ONE, TWO, THREE = HELD[:3]


def test_a_sentence_may_teach_an_intent_and_a_tone() -> None:
    before = [Example(ONE, "refund", "en", "enquiry"), Example(TWO, "", "en", "angry complaint")]
    after = [*before, Example(THREE, "", "en", "positive praise")]
    assert held_out(before, after) == [Known(ONE, "refund", language="en")]
    assert held_out_tones(before, after) == [
        Known(ONE, "enquiry", language="en"),
        Known(TWO, "negative angry complaint", language="en"),
    ]


def test_what_is_told_in_two_ways_is_left_out() -> None:
    before, after = [Example(ONE, "", "en", "positive")], [Example(ONE, "", "en", "negative")]
    assert held_out_tones(before, after) == []
    told = [Example(ONE, "refund", "en"), Example(ONE, "", "en", "negative")]
    assert held_out(told, told) == [Known(ONE, "refund", language="en")]
    assert held_out_tones(told, told) == [Known(ONE, "negative", language="en")]


def test_the_fixed_set_for_tone_is_read_in_both_languages(tmp_path: Path) -> None:
    assert fixed_tones(tmp_path) == []
    (tmp_path / "tests.tone.zh.txt").write_text("# 注\n[urgent]\n快点\n", "utf-8")
    (tmp_path / "tests.tone.en.txt").write_text("[positive praise]\nlovely\n", "utf-8")
    found = {(one.language, one.text): one.intent for one in fixed_tones(tmp_path)}
    assert found == {("zh", "快点"): "neutral urgent", ("en", "lovely"): "positive praise"}
