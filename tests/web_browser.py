"""Pages of the desk and the help centre in a real browser: signing in, and what every page must stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from web_house import OPERATOR_TOKEN
from web_server import Server

LOOKS: dict[str, dict[str, Any]] = {
    "zh": {"locale": "zh-CN", "color_scheme": "light", "viewport": {"width": 1100, "height": 800}},
    "en": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 800}},
}


def sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/desk/")
    page.locator("input[name=name]").fill("小美")
    page.locator("input[name=token]").fill(OPERATOR_TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("nav [aria-current]")).to_be_visible()


def examine(page: Page, picture: Path) -> None:
    """Take a picture; nothing may be hard to read or reach, nor wider than the screen."""
    page.screenshot(path=picture, full_page=True)
    found = Axe().run(page)
    grave = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert not grave, json.dumps(grave, ensure_ascii=False, indent=1)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
