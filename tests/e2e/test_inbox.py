"""A working day at the inbox in real browsers: a customer and two agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from web_browser import LOOKS, SHIFTS, examine, sign_in
from web_house import OPERATOR_TOKEN
from web_server import Server

pytestmark = pytest.mark.e2e

SOON = 10_000
WIDE = {"width": 1360, "height": 860}
Open = Callable[..., Page]


@pytest.fixture
def opens(own_server: Server, browser: Browser) -> Iterator[Open]:
    """Opens the inbox for an agent; nothing may be said on the browser's console, nothing may fail."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "409" not in message.text:
            said.append(message.text)

    with ExitStack() as stack:

        def start(name: str = "小美", path: str = "", **look: Any) -> Page:
            context = browser.new_context(**({"locale": "zh-CN", "viewport": WIDE} | look))
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", hear)
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{own_server.address}/desk/sign-in")
            page.locator("input[name=name]").fill(name)
            page.locator("input[name=token]").fill(OPERATOR_TOKEN)
            page.keyboard.press("Enter")
            expect(page.locator("nav [aria-current]")).to_be_visible()
            page.goto(f"{own_server.address}/desk/inbox{path}")
            return page

        yield start
    assert not said


def row(page: Page, customer: str) -> Any:
    return page.locator("#rows > li", has_text=customer)


def test_a_hand_off_appears_by_itself_and_two_agents_do_not_answer_twice(own_server: Server, opens: Open) -> None:
    mei, bo = opens("小美"), opens("阿博")
    expect(mei.get_by_text("没有客户在等")).to_be_visible()
    own_server.write("L1", "真人")
    for page in (mei, bo):
        expect(row(page, "L1")).to_be_visible(timeout=SOON)
        row(page, "L1").locator("a").click()
        expect(page.locator("#talk")).to_contain_text("转人工")
    expect(mei.locator("#people")).to_contain_text("阿博 在看", timeout=SOON)
    bo.locator("#writing").fill("我来")
    expect(mei.locator("#people")).to_contain_text("阿博 正在输入", timeout=SOON)
    mei.locator("#head [data-deed=take]").click()
    expect(bo.locator("#head")).to_contain_text("小美", timeout=SOON)
    expect(row(mei, "L1")).to_contain_text("我")
    mei.locator("#writing").fill("您好，我来帮您。")
    mei.keyboard.press("Control+Enter")
    bo.locator("#composer .main").click()
    expect(mei.locator("#pending")).to_contain_text("5 秒")
    expect(bo.locator("#lines .person")).to_contain_text("您好，我来帮您。", timeout=SOON)
    expect(bo.locator("#pending")).to_contain_text("别人已经处理了", timeout=SOON)
    expect(bo.locator("#writing")).to_have_value("我来")
    assert [line["text"] for line in said_by_people(own_server, "L1")] == ["您好，我来帮您。"]
    bo.locator("#pending button").click()
    expect(bo.locator("#lines .person")).to_have_count(2, timeout=SOON)
    own_server.write("L1", "谢谢")
    expect(mei.locator("#lines .customer").last).to_contain_text("谢谢", timeout=SOON)


def said_by_people(server: Server, customer: str) -> list[dict[str, str]]:
    lines = server.operate(f"/conversations/{server.talk_of(customer)}")["messages"]
    return [line for line in lines if line["by"] == "person"]


def test_deeds_are_one_key_and_are_taken_back(own_server: Server, opens: Open) -> None:
    for number in range(3):
        own_server.write(f"L1-{number}", "真人")
    page = opens()
    expect(page.locator("#rows > li")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator("#head h2")).to_have_text("L1-0")
    page.keyboard.press("j")
    expect(page.locator("#head h2")).to_have_text("L1-1")
    page.keyboard.press("t")
    expect(page.locator("#head")).to_contain_text("小美")
    page.keyboard.press("z")
    page.locator("#ask-snooze button[value=tomorrow]").click()
    expect(page.locator("#head .chip").first).to_contain_text("稍后处理")
    expect(page.locator("#rows > li")).to_have_count(2)
    page.locator("#toast button").click()
    expect(page.locator("#rows > li")).to_have_count(3)
    page.keyboard.press("e")
    expect(page.locator("#head .chip").first).to_contain_text("已关闭")
    page.locator("#toast button").click()
    expect(page.locator("#head .chip").first).to_contain_text("人工")
    page.keyboard.press("n")
    page.locator("#writing").fill("请 @阿博 看看")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .note")).to_contain_text("请 @阿博 看看")
    assert "阿博" not in str(said_by_people(own_server, "L1-1"))
    for box in page.locator("#rows input").all():
        box.check()
    page.locator("#bulk [data-deed=close]").click()
    expect(page.get_by_text("没有客户在等")).to_be_visible()
    page.locator("#toast button").click()
    expect(page.locator("#rows > li")).to_have_count(3)
    bo = opens("阿博", "?view=mentions")
    expect(row(bo, "L1-1")).to_be_visible()


def test_what_is_written_survives_and_is_sent_only_when_meant(own_server: Server, opens: Open) -> None:
    for number in range(2):
        own_server.write(f"L1-{number}", "真人")
    page = opens()
    row(page, "L1-0").locator("a").click()
    page.locator("#writing").fill("写到一半")
    row(page, "L1-1").locator("a").click()
    expect(page.locator("#head h2")).to_have_text("L1-1")
    expect(page.locator("#writing")).to_have_value("")
    expect(row(page, "L1-0")).to_contain_text("草稿： 写到一半")
    page.reload()
    row(page, "L1-0").locator("a").click()
    expect(page.locator("#writing")).to_have_value("写到一半")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    page.locator("#pending button").click()
    expect(page.locator("#writing")).to_have_value("写到一半")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .person")).to_contain_text("写到一半", timeout=SOON)
    assert len(said_by_people(own_server, "L1-0")) == 1


def test_ready_words_suggestions_and_views(own_server: Server, opens: Open) -> None:
    own_server.write("L1", "真人")
    own_server.write("L1", "我学到哪了")
    talk = own_server.talk_of("L1")
    text = {"zh": "{customer} 您好。", "en": "Hello {customer}."}
    own_server.operate("/macros", name="Greeting", text=text, deeds=[{"deed": "tag", "add": ["greeted"]}])
    page = opens("Mei", f"/{talk}", locale="en-GB", color_scheme="dark")
    expect(page.locator(".suggestion")).to_contain_text("《英语口语》学到第12课。", timeout=SOON)
    expect(page.locator(".step")).to_contain_text("Nobody has it yet")
    page.locator("[data-suggest=use]").click()
    expect(page.locator("#writing")).to_have_value("《英语口语》学到第12课。")
    page.keyboard.press("Control+Enter")
    page.locator("#pending button").click()
    page.locator("#writing").fill("")
    page.keyboard.press("/")
    expect(page.locator("#macros .choices")).to_contain_text("tag it greeted")
    page.locator("#macros .choices button").click()
    expect(page.locator("#writing")).to_have_value("L1 您好。")
    expect(page.locator("#also")).to_contain_text("tag it greeted")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .person")).to_contain_text("L1 您好。", timeout=SOON)
    expect(row(page, "L1").locator(".chips")).to_contain_text("greeted")
    happened = [one["kind"] for one in own_server.operate(f"/conversations/{talk}/events")]
    assert "MacroApplied" in happened
    page.locator("[data-dialog=ask-view]").click()
    page.locator("#ask-view [name=called]").fill("Greeted ones")
    page.locator("#ask-view [name=tag]").fill("greeted")
    page.locator("#ask-view button.main").click()
    expect(page.locator("#views [aria-current]")).to_contain_text("Greeted ones")
    expect(page.locator("#rows > li")).to_have_count(1)
    page.locator("[data-drop-view]").click()
    expect(page.locator("#views")).not_to_contain_text("Greeted ones")


def test_the_machine_is_corrected_and_its_suggestion_measured(own_server: Server, opens: Open) -> None:
    own_server.write("L1", "真人")
    own_server.write("L1", "我学到哪了")
    talk = own_server.talk_of("L1")
    page = opens("小美", f"/{talk}")
    page.locator("[data-correct]").last.click()
    page.locator("#ask-correct [data-filter]").fill("refund")
    page.keyboard.press("Enter")
    expect(page.locator("#lines .customer").last).to_contain_text("已更正为 refund")
    page.locator("#toast button").click()
    expect(page.locator("#lines .customer").last).not_to_contain_text("已更正为")
    page.locator("[data-suggest=use]").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .person")).to_contain_text("《英语口语》", timeout=SOON)
    events = own_server.operate(f"/conversations/{talk}/events")
    settled = [one["data"]["outcome"] for one in events if one["kind"] == "SuggestionSettled"]
    assert settled == ["accepted"]
    assert [one["data"]["intent"] for one in events if one["kind"] == "Corrected"] == ["refund", ""]


def test_a_broken_connection_is_said_and_mended(own_server: Server, browser: Browser) -> None:
    own_server.write("L1", "真人")
    context = browser.new_context(locale="zh-CN", viewport=WIDE)
    page = context.new_page()
    sign_in(page, own_server)
    page.goto(f"{own_server.address}/desk/inbox")
    expect(row(page, "L1")).to_be_visible()
    own_server.kill()
    expect(page.locator("#banner")).to_contain_text("连接断开", timeout=SOON)
    own_server.start()
    own_server.write("L1-b", "真人")
    expect(row(page, "L1-b")).to_be_visible(timeout=3 * SOON)
    expect(page.locator("#banner")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("lang", LOOKS)
@pytest.mark.parametrize("width", [390, 1360])
def test_the_inbox_is_for_everybody(own_server: Server, browser: Browser, shots: Path, lang: str, width: int) -> None:
    own_server.write("L1", "我学到哪了")
    own_server.write("L1", "真人，马上")
    talk = own_server.talk_of("L1")
    deeds = [
        {"deed": "note", "text": "老客户"},
        {"deed": "tag", "add": ["VIP"]},
        {"deed": "prioritise", "priority": "urgent"},
    ]
    own_server.operate(f"/conversations/{talk}/deeds", deeds=deeds, who="mei")
    context = browser.new_context(**(LOOKS[lang] | {"viewport": {"width": width, "height": 860}}))
    page = context.new_page()
    page.add_init_script(SHIFTS)
    sign_in(page, own_server)
    for name, path in (("list", ""), ("empty", "?view=closed"), ("talk", f"/{talk}"), ("found", "?q=马上")):
        page.goto(f"{own_server.address}/desk/inbox{path}")
        examine(page, shots / f"inbox-{lang}-{width}-{name}.png")
    page.goto(f"{own_server.address}/desk/inbox/{talk}")
    expect(page.locator("#copilot .step")).to_have_count(1)
    assert page.evaluate("window.shifted") < 0.02
    page.locator("[data-why]").first.click()
    expect(page.locator(".why .flow")).to_contain_text("收")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    examine(page, shots / f"inbox-{lang}-{width}-why.png")
    context.close()
