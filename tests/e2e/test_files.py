"""Files in real browsers: a customer sends a picture, a colleague pastes one, thinks again, and sends another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from web_browser import LOOKS, examine, picture, sign_in
from web_house import site_token
from web_server import Server

pytestmark = pytest.mark.e2e

SOON = 10_000
PASTE = """([name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name));
  const field = document.getElementById("writing");
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""


def open_shop(page: Page, server: Server, customer: str, lang: str) -> None:
    """The shop's page with the chat window open."""
    page.goto(f"{server.address}/?lang={lang}&identity={site_token(customer)}")
    page.locator(".launcher").click()
    expect(page.locator(".clip")).to_be_visible()


def is_trouble(message: ConsoleMessage) -> bool:
    """Whether a page complains; the test's shop has no icon."""
    return message.type in ("error", "warning") and not str(message.location["url"]).endswith("/favicon.ico")


@pytest.mark.parametrize("lang", LOOKS)
def test_files_go_both_ways_and_can_be_taken_back(
    own_server: Server, browser: Browser, shots: Path, customer: str, lang: str
) -> None:
    look: dict[str, Any] = LOOKS[lang]
    said: list[str] = []
    shop, desk = (browser.new_context(**look).new_page() for _ in range(2))
    for page in (shop, desk):
        page.on("console", lambda one: said.append(one.text) if is_trouble(one) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
    open_shop(shop, own_server, customer, lang)
    files = [
        {"name": "屏幕 screen.png", "mimeType": "image/png", "buffer": picture(600, 300)},
        {"name": "order.txt", "mimeType": "text/html", "buffer": b"order 17"},
    ]
    shop.locator(".composer input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    expect(shop.locator(".chosen li small")).to_have_count(2, timeout=SOON)
    shop.screenshot(path=shots / f"files-{lang}-chosen.png")
    shop.locator(".chosen li", has_text="order.txt").get_by_role("button").click()
    expect(shop.locator(".chosen li")).to_have_count(1)
    shop.locator(".send").click()
    expect(shop.locator(".lines .line.customer img")).to_be_visible(timeout=SOON)
    expect(shop.locator(".chosen")).to_be_hidden()

    sign_in(desk, own_server)
    desk.goto(f"{own_server.address}/desk/inbox/{own_server.talk_of(customer)}")
    expect(desk.locator("#lines img")).to_be_visible()
    expect(desk.locator("#lines img")).to_have_js_property("naturalWidth", 600)
    desk.evaluate(PASTE, ["wrong.txt", list(b"not this one")])
    expect(desk.locator("#files li")).to_contain_text("1 kB", timeout=SOON)
    desk.locator("#files li button").click()
    expect(desk.locator("#files")).to_be_hidden()
    desk.locator("#pick").set_input_files({"name": "报价 offer.pdf", "mimeType": "text/plain", "buffer": b"%PDF-1.7\n"})
    expect(desk.locator("#files li small")).to_be_visible(timeout=SOON)
    examine(desk, shots / f"files-{lang}-composer.png")
    desk.locator("#composer button.main").click()
    desk.locator("#pending button").click()
    expect(desk.locator("#files li")).to_contain_text("offer.pdf")
    desk.reload()
    expect(desk.locator("#files li")).to_contain_text("offer.pdf")
    desk.locator("#composer button.main").click()
    expect(shop.locator(".lines a.file")).to_contain_text("offer.pdf", timeout=SOON)
    offer = shop.request.get(str(shop.locator(".lines a.file").get_attribute("href")))
    assert offer.headers["content-disposition"].startswith("attachment;")
    shop.screenshot(path=shots / f"files-{lang}-thread.png")
    expect(desk.locator("#lines a.file")).to_contain_text("offer.pdf", timeout=SOON)
    examine(desk, shots / f"files-{lang}-thread-desk.png")
    assert not said
    for page in (shop, desk):
        page.context.close()
