"""Every predictor keeps what check_predictor asks of any predictor."""

from __future__ import annotations

from functools import partial

import pytest

from kefu.app.plugins import installed, load_plugin
from kefu.testing.check_predictor import PREDICTOR_CHECKS, Check, sample_lessons

NAMES = ("boosted.v1", "hazard.v1", "logistic.v1")


@pytest.mark.parametrize("check", PREDICTOR_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_predictor(name: str, check: Check) -> None:
    make = partial(load_plugin("predictors", name), {"horizon_days": 60})
    check(make, sample_lessons(when=name.startswith("hazard")))


def test_all_are_checked() -> None:
    assert tuple(installed("predictors")) == NAMES
