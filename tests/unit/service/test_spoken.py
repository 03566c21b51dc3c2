"""Numbers of cards and of identity are hidden, however a recogniser writes them."""

from __future__ import annotations

import pytest

from kefu.service.privacy.spoken import hidden, is_doubtful, is_secret


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我的卡号是6222021234567890123", "我的卡号是••••"),
        ("卡号 6222 0212 3456 7890，谢谢", "卡号 ••••，谢谢"),
        ("六二二二零二一二三四五六七八九零", "••••"),
        ("身份证幺幺零幺零五幺九四九幺二三幺零零二X", "身份证••••"),
        ("my card is four two four two four two four two four two four two oh one one", "my card is ••••"),
        ("four, two, four, two 4242 4242 4242", "••••"),
    ],
)
def test_long_numbers_are_hidden(text: str, shown: str) -> None:
    assert is_secret(text)
    assert hidden(text) == shown


@pytest.mark.parametrize("text", ["13800001111", "订单 E1234567890", "一二三四五", "one two three", "第十二课", ""])
def test_short_ones_stay(text: str) -> None:
    assert not is_secret(text)
    assert hidden(text) == text


def test_what_nobody_understood_is_doubtful_when_it_is_long() -> None:
    assert [is_doubtful(audio_ms) for audio_ms in (900, 3999, 4000)] == [False, False, True]
