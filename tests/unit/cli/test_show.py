"""What commands print is what was meant: brackets stay, and nothing from outside steers the terminal."""

from __future__ import annotations

import pytest

from kefu.cli.show import fail, say
from kefu.core.errors import BadConfig

SENT = "kefu.toml: write whom under [insight] digest_to; pip install 'kefu[predict]' \x1b[31m[bold]x[/bold]"
SHOWN = "kefu.toml: write whom under [insight] digest_to; pip install 'kefu[predict]' ·[31m[bold]x[/bold]"


def test_a_sentence_keeps_its_brackets_and_loses_what_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{SENT}\nand a second line", SENT)
    assert capsys.readouterr().out == f"{SHOWN}\nand a second line\n"


def test_an_error_does_too(capsys: pytest.CaptureFixture[str]) -> None:
    fail(BadConfig(SENT))
    assert capsys.readouterr().err == f"✗ {SHOWN} ({BadConfig.code})\n"
