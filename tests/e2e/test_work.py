"""Work management in a real browser: a queue that drains, tickets, and rules that are tried before they go live."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e

FILE = """\
[rating]
ask = true

# Who takes what
[teams.billing]
title = { zh = "账单组", en = "Billing" }
intents = ["form"]

[teams.front]
title = { zh = "前台", en = "Front desk" }
members = ["小美"]
capacity = 1

[[service_levels]]
name = "usual"
first_reply = 10
resolution = 480
around_the_clock = true

[[rules]]
name = "angry first"
when = ["HandedOff"]
live = false
then = { deed = "tag", add = ["vip"] }
"""


@pytest.mark.parametrize("lang", LOOKS)
def test_a_queue_drains_to_whoever_says_that_they_are_here(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    own_server.kill()
    (tmp_path / "kefu.toml").write_text(FILE, "utf-8")
    own_server.start()
    context = browser.new_context(**LOOKS[lang])
    page = context.new_page()
    sign_in(page, own_server)
    for place in ("queue", "tickets"):
        page.goto(f"{own_server.address}/desk/{place}")
        examine(page, shots / f"desk-{lang}-{place}-empty.png")
    own_server.write("L1-a", "我要投诉")
    talks = [str(own_server.write(f"L1-{name}", "转人工")["conversation"]) for name in "bc"]
    page.goto(f"{own_server.address}/desk/queue")
    expect(page.locator("tbody tr")).to_have_count(2, timeout=15_000)
    expect(page.locator("tbody tr").first).to_contain_text("前台" if lang == "zh" else "Front desk")
    examine(page, shots / f"desk-{lang}-queue.png")
    page.locator("form button.main").click()
    expect(page.locator("tbody tr")).to_have_count(1, timeout=15_000)
    deeds = [{"deed": "reply", "text": "好了"}, {"deed": "close"}]
    own_server.operate(f"/conversations/{talks[0]}/deeds", deeds=deeds, who="小美")
    expect(page.locator("tbody tr")).to_have_count(0, timeout=15_000)
    page.goto(f"{own_server.address}/desk/tickets")
    expect(page.locator("tbody tr")).to_have_count(1)
    examine(page, shots / f"desk-{lang}-tickets.png")
    page.goto(f"{own_server.address}/desk/rules")
    page.locator("form[action='/desk/rules#trial'] button").click()
    found = page.locator("article[aria-labelledby=rule-1]")
    expect(found).to_contain_text("2")
    expect(found.locator("a")).to_have_count(2)
    examine(page, shots / f"desk-{lang}-rules.png")
    context.close()
