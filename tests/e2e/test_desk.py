"""The desk in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
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
    paths = ("", "waiting", "turns", f"conversations/{asked['conversation']}", f"why/{asked['turn']}", "nothing")
    for path in paths:
        page.goto(f"{own_server.address}/desk/{path}")
        examine(page, shots / f"desk-{lang}-{path.partition('/')[0] or 'overview'}.png")
    page.goto(f"{own_server.address}/api/v1/docs")
    page.locator("summary").first.click()
    examine(page, shots / f"desk-{lang}-docs.png")
    context.close()


def test_waiting_customers_appear_by_themselves(own_server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    sign_in(page, own_server)
    page.locator("nav a", has_text="待人工").click()
    expect(page.get_by_text("没有客户在等")).to_be_visible()
    own_server.write("L1", "真人")
    expect(page.locator(".case")).to_have_count(1, timeout=15_000)
    page.locator(".case textarea").fill("您好，我来帮您。")
    page.locator(".answer button").click()
    expect(page.locator(".case .chip", has_text="小美 正在处理")).to_be_visible()
    expect(page.locator(".case .said.person")).to_contain_text("您好，我来帮您。")
    context.close()
