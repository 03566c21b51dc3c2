"""The demo as a newcomer meets it: the school's site, the chat window, the main job in both languages."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kefu.web.places import AREAS

pytestmark = pytest.mark.e2e

SHOTS = Path(__file__).parents[2] / "shots"
ANSWER_ZH = "您好，您已经学习到第12课，预计还需要学习8课。"
ANSWER_EN = "Hello, you have reached lesson 12; 8 lessons remain."

ADDRESS = re.compile(r"http://\S+")


def kefu(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "kefu", *arguments], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "school"
    kefu("init", str(home), "--learners", "400", "--quiet")
    kefu("train", str(home), "--quiet")
    return home


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    """The address that `kefu run --demo` prints."""
    command = [sys.executable, "-m", "kefu", "run", str(project), "--demo", "--port", "9840"]
    environment = {**os.environ, "LANG": "C.UTF-8"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    found = next(filter(None, map(ADDRESS.search, server.stdout)), None)
    assert found, "one address should be printed"
    for _ in range(100):
        with suppress(OSError):
            urllib.request.urlopen(f"{found.group()}/readyz", timeout=2).close()
            break
        time.sleep(0.05)
    yield found.group()
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=20)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="zh-CN")
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems


def sign_in(page: Page, address: str, learner: str, language: str) -> None:
    """Choose a sample customer, as the demo bar offers it, then a language."""
    page.goto(address)
    page.locator("aside.demo summary").click()
    page.locator(f"aside.demo button[value='{learner}']").click()
    if page.locator("html").get_attribute("lang") != {"zh": "zh-CN", "en": "en"}[language]:
        page.locator(f"button[value='{language}']").first.click()


def ask(page: Page, text: str) -> None:
    box = page.locator("#kefu textarea")
    if not box.is_visible():
        page.locator("#kefu .launcher").click()
    box.fill(text)
    box.press("Enter")


def answer(page: Page, text: str) -> None:
    expect(page.locator("#kefu .lines .machine").last).to_contain_text(text, timeout=10_000)


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def test_the_main_job_in_chinese(page: Page, address: str) -> None:
    sign_in(page, address, "L00001", "zh")
    ask(page, "我学到哪了")
    answer(page, ANSWER_ZH)
    expect(page.locator("#kefu .lines .machine").last).to_contain_text("学习进度")
    shoot(page, "demo-zh")


def test_the_main_job_in_english(page: Page, address: str) -> None:
    sign_in(page, address, "L00001", "en")
    ask(page, "how far am I in my course?")
    answer(page, ANSWER_EN)
    shoot(page, "demo-en")


def test_the_schools_own_texts_answer_with_their_source(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "直播课错过了能补看吗")
    answer(page, "错过的直播课可以看回放。")
    source = page.locator("#kefu a.source")
    expect(source).to_contain_text("错过了直播课怎么办")
    shoot(page, "demo-source")
    with page.expect_popup() as opened:
        source.click()
    expect(opened.value.locator("h1")).to_contain_text("错过了直播课怎么办")
    shoot(opened.value, "demo-source-article")
    opened.value.close()


def test_several_courses_are_asked_for_and_picked_by_a_button(page: Page, address: str) -> None:
    sign_in(page, address, "L00002", "zh")
    ask(page, "我学到哪了")
    answer(page, "哪一门")
    page.locator("#kefu .options button").first.click()
    answer(page, "您已经学习到第")
    ask(page, "不对，是英语课")
    answer(page, "《商务英语基础》您已经学习到第")
    shoot(page, "demo-several")


def test_nobody_signed_in_proves_who_they_are_by_an_order(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "我学到哪了")
    answer(page, "订单号")
    shoot(page, "demo-signed-out")


def test_another_customer_gets_another_conversation(page: Page, address: str) -> None:
    sign_in(page, address, "L00001", "zh")
    ask(page, "我学到哪了")
    answer(page, ANSWER_ZH)
    sign_in(page, address, "L00003", "zh")
    ask(page, "我学到哪了")
    expect(page.locator("#kefu .lines")).not_to_contain_text("第12课")
    shoot(page, "demo-none")


def test_a_person_is_always_one_click_away_and_answers_from_the_desk(
    page: Page, address: str, browser: Browser
) -> None:
    sign_in(page, address, "L00008", "en")
    page.locator("#kefu .launcher").click()
    page.locator("#kefu button.person").click()
    answer(page, "passing you to a colleague")
    desk = browser.new_context(viewport={"width": 1100, "height": 900}).new_page()
    desk.goto(f"{address}/desk/inbox?lang=en")
    desk.locator("#rows a", has_text="L00008").click()
    desk.locator("#writing").fill("Hello, this is the team. How can I help?")
    shoot(desk, "desk-inbox")
    desk.get_by_role("button", name="Send").click()
    expect(page.locator("#kefu .lines")).to_contain_text("Hello, this is the team.", timeout=20_000)
    shoot(page, "demo-person")
    desk.context.close()


def test_why_shows_the_eight_stages(page: Page, address: str) -> None:
    sign_in(page, address, "L00001", "zh")
    ask(page, "我学到哪了")
    answer(page, ANSWER_ZH)
    page.goto(f"{address}/desk/turns?lang=zh")
    page.locator("main a[href*='/desk/why/t']").first.click()  # a customer's turn; those of colleagues begin with p
    for stage in "收忆护解断办复送":
        expect(page.locator("main")).to_contain_text(stage)
    expect(page.locator("main")).to_contain_text("records:course_progress/my_courses")
    shoot(page, "desk-why")


def test_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    phone = context.new_page()
    sign_in(phone, address, "L00001", "zh")
    ask(phone, "我学到哪了")
    answer(phone, ANSWER_ZH)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(phone, "demo-phone")
    context.close()


def test_every_page_of_the_desk_opens_on_the_sample(page: Page, address: str) -> None:
    for place in (place for places in AREAS.values() for place in places):
        answer = page.goto(f"{address}{place.address}")
        assert answer is not None
        assert answer.status == 200, place.address
