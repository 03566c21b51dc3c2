"""The desk in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LOOKS)
def test_every_page_is_for_everybody(own_server: Server, browser: Browser, shots: Path, lang: str) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    page.goto(f"{own_server.address}/desk/sign-in")
    examine(page, shots / f"desk-{lang}-sign-in.png")
    sign_in(page, own_server)
    examine(page, shots / f"desk-{lang}-empty.png")
    asked = own_server.write("L2", "我学到哪了")
    own_server.write("L2", "真人，马上")
    paths = ("", "macros", "turns", f"why/{asked['turn']}", "nothing")
    for path in paths:
        page.goto(f"{own_server.address}/desk/{path}")
        examine(page, shots / f"desk-{lang}-{path.partition('/')[0] or 'overview'}.png")
    page.goto(f"{own_server.address}/api/v1/docs")
    page.locator("summary").first.click()
    examine(page, shots / f"desk-{lang}-docs.png")
    context.close()
