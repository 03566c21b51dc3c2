"""The chat window in a real browser, on a page of a shop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from web_house import site_token
from web_server import Server

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
WIDE = {"viewport": {"width": 1100, "height": 760}}
QUESTION, ANSWER = "我学到哪了", "《英语口语》学到第12课。"
Visit = Callable[..., Page]


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Visit]:
    """Opens the shop in a browser of its own; what goes wrong in the page fails the test."""
    troubles: list[str] = []
    with ExitStack() as stack:

        def open_page(
            customer: str = "", lang: str = "zh", page: Page | None = None, at: Server = server, **context: Any
        ) -> Page:
            if page is None:
                page = browser.new_context(**(context or WIDE)).new_page()
                stack.callback(page.context.close)
                page.on("pageerror", lambda error: troubles.append(str(error)))
                page.on("console", lambda said: troubles.append(said.text) if "Security Policy" in said.text else None)
            identity = site_token(customer) if customer else ""
            page.goto(f"{at.address}/?lang={lang}&identity={identity}")
            page.locator("#kefu .launcher:visible, #kefu .panel:visible").wait_for()
            return page

        yield open_page
    assert not troubles


def open_chat(page: Page) -> None:
    page.locator(".launcher").click()
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".lines .bubble").first).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.keyboard.press("Enter")


def bubbles(page: Page) -> list[str]:
    return page.locator(".bubble").all_inner_texts()


def test_a_question_is_answered_with_its_source(visit: Visit, shots: Path, customer: str) -> None:
    page = visit(customer)
    page.screenshot(path=shots / "widget-closed.png")
    open_chat(page)
    expect(page.locator("textarea")).to_be_focused()
    expect(page.locator(".panel header")).to_contain_text("AI")
    expect(page.locator(".panel header .person")).to_be_visible()
    ask(page, QUESTION)
    expect(page.locator(".line.machine .bubble").last).to_have_text(ANSWER)
    expect(page.locator(".source")).to_contain_text("您的记录")
    expect(page.locator(".pending .line")).to_have_count(0)
    page.screenshot(path=shots / "widget-answered.png")
    page.locator(".options button").first.click()
    expect(page.locator(".line.customer .bubble")).to_have_count(2)


def test_a_person_answers_in_the_same_window(visit: Visit, server: Server, shots: Path, customer: str) -> None:
    page = visit(customer)
    open_chat(page)
    page.locator(".panel header .person").click()
    expect(page.locator(".state")).to_contain_text("已转人工")
    talk = server.talk_of(customer)
    server.operate(f"/conversations/{talk}/reply", text="您好，我来帮您。", who="小美")
    expect(page.locator(".line.person .bubble")).to_have_text("您好，我来帮您。")
    expect(page.locator(".line.person .name")).to_have_text("小美")
    page.screenshot(path=shots / "widget-person.png")
    page.locator(".shut").click()
    server.operate(f"/conversations/{talk}/reply", text="还在吗？", who="小美")
    expect(page.locator(".count")).to_have_text("1")


RATING = {"zh": ("这次服务您满意吗？", "满意", "您的评价：4 分"), "en": ("How did it go?", "good", "You rated it 4")}
CALM = {"reduced_motion": "reduce", "bypass_csp": True}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_customer_says_how_it_went_by_keyboard(
    visit: Visit, server: Server, shots: Path, customer: str, lang: str
) -> None:
    asked, good, thanks = RATING[lang]
    look = {**PHONE, "color_scheme": "dark"} if lang == "en" else WIDE
    page = visit(customer, lang, **look, **CALM)
    open_chat(page)
    page.locator(".panel header .person").click()
    expect(page.locator(".line.machine .bubble")).to_have_count(2)
    talk = server.talk_of(customer)
    deeds = [{"deed": "reply", "text": "好了"}, {"deed": "close"}]
    server.operate(f"/conversations/{talk}/deeds", deeds=deeds, who="小美")
    rating = page.get_by_role("group", name=asked)
    expect(rating).to_be_in_viewport(ratio=1)
    page.screenshot(path=shots / f"widget-rating-{lang}.png")
    rating.get_by_role("radio", name="3").focus()
    page.keyboard.press("ArrowRight")
    expect(rating.get_by_role("radio", name="4")).to_be_checked()
    expect(rating).to_contain_text(good)
    expect(page.locator(".rating textarea")).to_be_in_viewport(ratio=1)
    page.locator(".rating textarea").fill("很快就解决了")
    page.screenshot(path=shots / f"widget-rated-{lang}.png")
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")] == []
    page.locator(".rating button").click()
    expect(page.locator(".note").last).to_contain_text(thanks)
    expect(page.locator(".rating")).to_have_count(0)
    rated = [one["data"] for one in server.operate(f"/conversations/{talk}/events") if one["kind"] == "Rated"]
    assert [(one["score"], one["comment"]) for one in rated] == [(4, "很快就解决了")]


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(
    visit: Visit, own_server: Server, shots: Path, customer: str
) -> None:
    page = visit(customer, at=own_server)
    open_chat(page)
    ask(page, QUESTION)
    expect(page.locator(".line.machine .bubble").last).to_have_text(ANSWER)
    own_server.kill()
    expect(page.locator(".banner").first).to_be_visible()
    ask(page, "第一句")
    ask(page, "第二句")
    expect(page.locator(".pending .status").first).to_contain_text("自动发送")
    page.screenshot(path=shots / "widget-offline.png")
    own_server.start()
    expect(page.locator(".pending .line")).to_have_count(0, timeout=30_000)
    expect(page.locator(".banner").first).to_be_hidden()
    expect(page.locator(".line.customer .bubble")).to_have_text([QUESTION, "第一句", "第二句"])
    before = bubbles(page)[1:]
    visit(customer, page=page, at=own_server)
    expect(page.locator(".line.customer .bubble")).to_have_text([QUESTION, "第一句", "第二句"])
    assert bubbles(page) == before
    talk = own_server.talk_of(customer)
    said = [
        line["text"] for line in own_server.operate(f"/conversations/{talk}")["messages"] if line["by"] == "customer"
    ]
    assert said == [QUESTION, "第一句", "第二句"]


def test_what_is_unsent_survives_a_reload(visit: Visit, own_server: Server) -> None:
    page = visit(at=own_server)
    open_chat(page)
    own_server.kill()
    expect(page.locator(".banner").first).to_be_visible()
    ask(page, "你好")
    expect(page.locator(".pending .line")).to_have_count(1)
    own_server.start()
    visit(page=page, at=own_server)
    expect(page.locator(".lines .line.customer .bubble")).to_have_text(["你好"])
    expect(page.locator(".pending .line")).to_have_count(0)


def test_long_polls_stand_in_for_sockets(visit: Visit, browser: Browser, server: Server, customer: str) -> None:
    page = browser.new_context(**WIDE).new_page()
    page.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 5); } }"
    )
    visit(customer, page=page)
    open_chat(page)
    ask(page, QUESTION)
    expect(page.locator(".line.machine .bubble").last).to_have_text(ANSWER)
    ask(page, "真人")
    expect(page.locator(".state")).to_contain_text("已转人工")
    talk = server.talk_of(customer)
    server.operate(f"/conversations/{talk}/reply", text="在的。")
    expect(page.locator(".line.person .bubble")).to_have_text("在的。")
    page.context.close()


def test_another_customer_on_the_same_browser_starts_anew(visit: Visit, customer: str) -> None:
    page = visit(customer)
    open_chat(page)
    ask(page, QUESTION)
    expect(page.locator(".line.machine .bubble").last).to_have_text(ANSWER)
    visit(customer + "b", page=page)
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".line.machine .bubble")).to_have_count(1)
    assert ANSWER not in bubbles(page)
    visit(page=page)
    expect(page.locator(".line.machine .bubble")).to_have_count(1)
    assert ANSWER not in bubbles(page)


def test_the_keyboard_is_enough(visit: Visit, customer: str) -> None:
    page = visit(customer, "en")
    page.locator(".launcher").focus()
    page.keyboard.press("Enter")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(page.locator(".lines .line.customer .bubble")).to_have_text("one\ntwo")
    page.keyboard.press("Tab")
    expect(page.locator(".send")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()


def test_enter_belongs_to_the_input_method_while_it_composes(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "ni'hao", "selectionStart": 6, "selectionEnd": 6})
    page.locator("textarea").dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    expect(page.locator(".line.customer")).to_have_count(0)
    session.send("Input.insertText", {"text": "你好"})
    page.keyboard.press("Enter")
    expect(page.locator(".lines .line.customer .bubble")).to_have_text("你好")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(visit: Visit, lang: str, scheme: str, shots: Path, customer: str) -> None:
    page = visit(customer, lang, **WIDE, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    open_chat(page)
    ask(page, QUESTION)
    expect(page.locator(".source")).to_be_visible()
    page.screenshot(path=shots / f"widget-{lang}-{scheme}.png")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    grave = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert not grave, json.dumps(grave, ensure_ascii=False, indent=1)[:3000]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus(
    visit: Visit, lang: str, shots: Path, customer: str
) -> None:
    page = visit(customer, lang, **PHONE)
    page.locator(".launcher").tap()
    expect(page.locator(".lines .bubble")).to_have_count(1)
    page.evaluate("Promise.all(document.querySelector('#kefu').shadowRoot.getAnimations().map((one) => one.finished))")
    assert page.locator(".panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    ask(page, QUESTION)
    expect(page.locator(".source")).to_be_visible()
    page.screenshot(path=shots / f"widget-phone-{lang}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "kefu"


def test_the_browser_listens_only_once_it_was_said_where_the_sound_goes(
    browser: Browser, tmp_path: Path, shots: Path
) -> None:
    (tmp_path / "work.json").write_text(json.dumps({"voice__browser_speech": True}), "utf-8")
    server = Server(tmp_path)
    server.start()
    page = browser.new_context(**WIDE).new_page()
    page.add_init_script(
        "window.SpeechRecognition = window.webkitSpeechRecognition = class {"
        " start() { this.onresult({ results: [[{ transcript: '我学到哪了' }]] }); setTimeout(() => this.onend(), 50); }"
        " stop() {} };"  # no browser without a screen hears, so this one hears always the same
    )
    page.goto(f"{server.address}/?lang=zh&identity={site_token('L1-browser')}")
    open_chat(page)
    page.locator(".speak").click()
    expect(page.locator(".talk [role=alert]")).to_contain_text("声音可能会发给浏览器厂商")
    page.screenshot(path=shots / "widget-browser-speech.png")
    page.get_by_role("button", name="取消").click()
    expect(page.locator(".talk")).to_have_count(0)
    expect(page.locator(".line.customer")).to_have_count(0)
    page.locator(".speak").click()
    page.get_by_role("button", name="知道了，开始").click()
    expect(page.locator(".line.machine .bubble").last).to_have_text(ANSWER)
    page.context.close()
    server.kill()


def test_scripts_in_messages_are_inert(visit: Visit, customer: str) -> None:
    page = visit(customer)
    open_chat(page)
    evil = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
    ask(page, evil)
    expect(page.locator(".lines .line.customer .bubble")).to_have_text(evil)
    expect(page.locator(".lines img, .lines script")).to_have_count(0)
    assert page.title() == "Shop"


def test_the_files_are_small() -> None:
    import gzip

    folder = Path(__file__).parents[2] / "kefu" / "web" / "widget"
    assert len((folder / "loader.js").read_bytes()) <= 5_000
    assert sum(len(gzip.compress(file.read_bytes())) for file in folder.iterdir() if file.is_file()) <= 25_000
    assert sum(len(gzip.compress(file.read_bytes())) for file in (folder / "call").iterdir()) <= 15_000
