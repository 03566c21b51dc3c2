"""Facts in a real browser: for everybody, from a count to the sentence, and put right by a colleague."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LOOKS)
def test_from_a_count_to_the_sentence_and_back_to_put_it_right(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    page.goto(f"{own_server.address}/desk/facts")
    examine(page, shots / f"facts-{lang}-empty.png")
    own_server.write("L1", "我的英语课什么时候学完，还有数学课")
    own_server.write("L2", "英语课明天上吗")
    page.goto(f"{own_server.address}/desk/facts")
    examine(page, shots / f"facts-{lang}.png")
    page.locator(".trends a[href*='kind=course']").click()
    examine(page, shots / f"facts-{lang}-course.png")
    page.locator("a[href*='value=']").first.click()
    expect(page.locator(".sentences li")).to_have_count(2)
    page.locator(".sentences li a").first.click()
    expect(page.locator("mark")).to_have_text("英语课")
    expect(page.locator("mark")).to_be_in_viewport()
    examine(page, shots / f"facts-{lang}-talk.png")
    page.go_back()
    page.locator(".sentences summary").first.click()
    page.locator(".sentences input[name=kind]").first.fill("product")
    examine(page, shots / f"facts-{lang}-correct.png")
    page.locator(".sentences button[value=keep]").first.click()
    expect(page.locator(".trends a[href*='kind=product']")).to_be_visible()
    page.locator("button[value=undo]").click()
    expect(page.locator(".trends a[href*='kind=product']")).to_have_count(0)
    context.close()
