"""Setting the house up and teaching it in a real browser: settings, channels, skills, examples, models."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from small_project import write_project
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e

PAGES = ("", "settings", "channels", "skills", "skills/progress", "examples", "models")
WORK_MS = 60_000
SNIPPET = """<style>:root {{ --kefu-brand: #7a1f5c; }}</style>
<script src="{}/widget.js" data-language="zh" data-title="青禾小助手" async></script>"""


def watched(browser: Browser, lang: str) -> tuple[Page, list[str]]:
    """A page, and the errors in its console."""
    problems: list[str] = []
    page = browser.new_context(**LOOKS[lang]).new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    return page, problems


@pytest.mark.parametrize("lang", LOOKS)
def test_every_page_says_what_to_do_next_in_an_empty_house(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    page, problems = watched(browser, lang)
    sign_in(page, own_server)
    for path in PAGES:
        page.goto(f"{own_server.address}/desk/{path}")
        examine(page, shots / f"admin-{lang}-{path.replace('/', '-') or 'overview'}-empty.png")
        assert page.locator("main :is(a, button)").count()
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_a_house_is_set_up_and_taught_without_a_shell(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    write_project(tmp_path)
    page, problems = watched(browser, lang)
    sign_in(page, own_server)
    page.locator("form[action$='checklist/dismiss']").wait_for()
    page.goto(f"{own_server.address}/desk/settings")
    page.locator("input[name='kefu.name']").fill("新校 New School")
    page.locator("input[name='handoff.days.sun']").uncheck()
    page.locator("select[name='help.public']").select_option("false")
    page.locator("form[action='/desk/settings'] button").click()
    expect(page.locator("input[name='kefu.name']")).to_have_value("新校 New School")
    expect(page.locator(".chip.warm")).to_have_count(1)
    examine(page, shots / f"admin-{lang}-settings.png")
    page.locator("form[action*='settings/undo'] button").click()
    expect(page.locator("input[name='kefu.name']")).to_have_value("kefu")
    expect(page.locator("input[name='handoff.days.sun']")).to_be_checked()

    page.goto(f"{own_server.address}/desk/examples")
    page.locator("details.card summary").click()
    page.locator("form[action$='examples/add'] input[name=intent]").fill("hours")
    page.locator("textarea[name=texts]").fill("谢谢\n周日开门吗")
    page.locator("form[action$='examples/add'] select[name=language]").select_option("zh")
    page.locator("form[action$='examples/add'] button").click()
    page.locator(".good").wait_for()
    page.locator("form[action='/desk/jobs/check'] button").click()
    expect(page.locator(".lessons .chip.hot")).to_have_count(0)
    expect(page.locator("form[action='/desk/jobs/check'] button")).to_be_visible(timeout=WORK_MS)
    page.reload()
    page.locator(".lessons summary", has_text="谢谢").first.click()
    examine(page, shots / f"admin-{lang}-examples.png")
    page.locator(".lessons details[open] button[formaction$=remove]").click()
    page.locator("form[action$='examples/undo'] button").click()

    page.goto(f"{own_server.address}/desk/models")
    page.locator("form[action='/desk/jobs/train'] button").click()
    expect(page.locator("form[action='/desk/jobs/train'] button")).to_be_visible(timeout=WORK_MS)
    expect(page.locator(".chip.now")).to_have_count(1)
    examine(page, shots / f"admin-{lang}-models.png")
    page.goto(f"{own_server.address}/desk/skills")
    page.locator("form[action='/desk/jobs/grade'] button").click()
    expect(page.locator("form[action='/desk/jobs/grade'] button")).to_be_visible(timeout=WORK_MS)
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_the_chat_window_is_tried_before_it_is_copied(
    own_server: Server, browser: Browser, shots: Path, lang: str
) -> None:
    page, problems = watched(browser, lang)
    sign_in(page, own_server)
    page.goto(f"{own_server.address}/desk/channels")
    page.locator("input[name=title]").fill("青禾小助手")
    page.locator("input[name=colour]").fill("#7a1f5c")
    page.locator("form[action='/desk/channels'] button").click()
    expect(page.locator("#snippet")).to_have_value(SNIPPET.format(own_server.address))
    page.locator("iframe.preview").evaluate("frame => frame.scrollIntoView({ block: 'end' })")
    window = page.frame_locator("iframe.preview")
    window.locator("#kefu button.launcher").click()
    expect(window.locator("#kefu h2")).to_have_text("青禾小助手")
    window.locator("#kefu textarea").fill("你好")
    window.locator("#kefu textarea").press("Enter")
    expect(window.locator("#kefu [class*=machine]").first).to_be_visible()
    colour = window.locator("#kefu button.send").evaluate("one => getComputedStyle(one).backgroundColor")
    assert colour == "rgb(122, 31, 92)"
    examine(page, shots / f"admin-{lang}-channels.png")
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_the_areas_are_walked_with_the_keyboard(own_server: Server, browser: Browser, lang: str) -> None:
    page, _ = watched(browser, lang)
    sign_in(page, own_server)
    page.locator(".areas a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".places [aria-current]")).to_have_attribute("href", "/desk/people")
    page.locator(".places a[href='/desk/settings']").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".places [aria-current]")).to_have_attribute("href", "/desk/settings")
    expect(page.locator(".areas .here")).to_have_attribute("href", "/desk/people")
    page.context.close()
