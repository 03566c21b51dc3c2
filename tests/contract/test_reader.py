"""Both readers keep what check_reader asks of any reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kefu.ai.text import linear, nearest
from kefu.testing.check_reader import READER_CHECKS, Open


@pytest.mark.parametrize("module", [linear, nearest], ids=["linear.v1", "nearest.v1"])
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_a_reader_conforms(module, check: Callable[[Open, Path], None], tmp_path: Path) -> None:
    check(lambda: module.open_reader({}), tmp_path)
