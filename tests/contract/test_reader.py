"""Every reader keeps what check_reader asks of any reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from encoders import tiny_encoder

from kefu.ai.text import ensemble, joined, linear, nearest, rules
from kefu.testing.check_reader import READER_CHECKS, Open

RULES = """
[refund_status]
退款 到账|多久
refund arrive|"get my money"
[password]
密码 忘|登录
password forgot|"log in"
[refund]
退款 申请|想 !到账 !多久
[invoice]
发票
invoice
[greet]
您好|你好 !退款
hello|hi !refund
"""


def opener(name: str, folder: Path) -> Open:
    """How a fresh reader of this name is opened."""
    match name:
        case "nearest.v1":
            return lambda: nearest.open_reader({})
        case "joined.v1":
            return lambda: joined.open_reader({"encoder": tiny_encoder()})
        case "ensemble.v1":
            return lambda: ensemble.open_reader({"readers": [linear.open_reader({}), nearest.open_reader({})]})
        case "rules.v1":
            file = folder.parent / f"{folder.name}-rules.txt"
            file.write_text(RULES, "utf-8")
            return lambda: rules.open_reader({"rules": str(file)})
    return lambda: linear.open_reader({})


@pytest.mark.parametrize("name", ["linear.v1", "nearest.v1", "joined.v1", "ensemble.v1", "rules.v1"])
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_a_reader_conforms(name: str, check: Callable[[Open, Path], None], tmp_path: Path) -> None:
    check(opener(name, tmp_path), tmp_path)
