"""Reports in a real browser: for everybody, and from a number to the conversations behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LOOKS)
def test_from_a_number_to_the_conversation_behind_it(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    page.goto(f"{own_server.address}/desk/reports")
    examine(page, shots / f"reports-{lang}-empty.png")
    for learner in ("L1", "L2"):
        own_server.write(learner, "我学到哪了")
    own_server.write("L1-a", "真人")
    page.goto(f"{own_server.address}/desk/reports")
    examine(page, shots / f"reports-{lang}.png")
    handed = page.locator("a[href*='figure=handed&reason=customer_asked']")
    expect(handed).to_have_text("1")
    handed.click()
    examine(page, shots / f"reports-{lang}-visits.png")
    expect(page.locator(".list li")).to_have_count(1)
    page.locator(".list a").click()
    expect(page.get_by_text("真人").first).to_be_visible()
    page.go_back()
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    assert table.value.suggested_filename == "visits.csv"
    assert len(table.value.path().read_text("utf-8-sig").splitlines()) == 2
    context.close()
