"""The engines that come with kefu[voice] keep what the kits of speech ask of any."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from speech import said, sample

from kefu.ai.speech.espeak import open_synthesiser
from kefu.ai.speech.silero import open_detector
from kefu.ai.speech.sphinx import open_recogniser
from kefu.core.nouns import Language
from kefu.testing import check_detector, check_recogniser, check_synthesiser


@pytest.mark.parametrize("check", check_recogniser.RECOGNISER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("language", "rate_hz"), [("en", 16_000), ("zh", 16_000), ("zh", 8_000)])
def test_a_recogniser_conforms(
    language: Language, rate_hz: int, check: Callable[[check_recogniser.Open, check_recogniser.Sample], None]
) -> None:
    check(lambda: open_recogniser({}), sample(language, rate_hz))


@pytest.mark.parametrize("check", check_synthesiser.SYNTHESISER_CHECKS, ids=lambda check: check.__name__)
def test_a_synthesiser_conforms(check: Callable[[check_synthesiser.Open], None]) -> None:
    check(lambda: open_synthesiser({}))


@pytest.mark.parametrize("check", check_detector.DETECTOR_CHECKS, ids=lambda check: check.__name__)
def test_a_detector_conforms(check: Callable[[check_detector.Open, bytes], None]) -> None:
    check(lambda: open_detector({}), said("where is my order and when does it arrive", "en"))
