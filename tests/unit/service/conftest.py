"""What the tests of the service stand on."""

from __future__ import annotations

import pytest
from small_house import Bench, make_bench


@pytest.fixture
def bench() -> Bench:
    """A house of a few small skills on an in-memory store."""
    return make_bench()
