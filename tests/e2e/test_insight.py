"""Insight in a real browser: for everybody, before anything was said and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LOOKS)
def test_a_visit_is_labelled_and_the_next_one_is_shown(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    for name in ("topics", "alarms", "quality", "digest"):
        page.goto(f"{own_server.address}/desk/{name}")
        expect(page.locator(".empty").first).to_be_visible()
        examine(page, shots / f"{name}-{lang}-empty.png")
    for learner in ("L1", "L2"):
        own_server.write(learner, "我学到哪了")
    own_server.write("L1-a", "真人")
    page.goto(f"{own_server.address}/desk/quality")
    examine(page, shots / f"quality-{lang}.png")
    expect(page.locator("#labels small")).to_have_text("0 / 3")
    for regard in ("solved", "tone", "process", "effort"):
        page.locator(f"input[name={regard}][value='4']").check()
    page.locator("#label button").click()
    expect(page.locator("#labels small")).to_have_text("1 / 3")
    context.close()
