"""Pages of the desk and the help centre in a real browser: signing in, and what every page must stand."""

from __future__ import annotations

import json
import struct
import zlib
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


SHIFTS = """
window.shifted = 0;
window.moved = [];
const named = (node) => node && `${node.nodeName}#${node.id ?? ""}.${node.className ?? ""}`;
const add = (one) => {
  if (one.hadRecentInput) return;
  window.shifted += one.value;
  window.moved.push([one.value.toFixed(3), ...one.sources.map((source) => named(source.node))].join(" "));
};
new PerformanceObserver((list) => list.getEntries().forEach(add))
  .observe({ type: "layout-shift", buffered: true });
"""
"""Adds up how far things moved by themselves: what follows within half a second of a key or a click does not count.

Source: Layout Instability, 2.4 (`hadRecentInput`).
"""


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


def picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x0f\x6b\x5c" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
