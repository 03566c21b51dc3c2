"""A whole day in real browsers: one customer, two agents, a viewer and a stranger to the team, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from team import PASSWORD
from web_browser import SHIFTS, examine, picture
from web_house import site_token
from web_server import Server

pytestmark = pytest.mark.e2e

SOON = 30_000
LOOK: dict[str, dict[str, Any]] = {
    "zh": {"locale": "zh-CN", "color_scheme": "light", "viewport": {"width": 1360, "height": 860}},
    "en": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 1360, "height": 860}},
}
WORDS = {
    "zh": {
        "types": "客户正在输入",
        "looks": "阿博 在看",
        "overtaken": "别人已经处理了",
        "missed": "没有按时：",
        "correct": "更正",
        "corrected": "已更正为",
        "take": "由我处理",
        "thanks": "您的评价：5 分",
    },
    "en": {
        "types": "The customer is typing",
        "looks": "阿博 is looking",
        "overtaken": "somebody else acted",
        "missed": "not met: ",
        "correct": "Correct",
        "corrected": "Corrected to",
        "take": "Take it",
        "thanks": "You rated it 5",
    },
}
WORK = {
    "teams.front.title.zh": "前台", "teams.front.title.en": "Front desk", "teams.front.languages": ["zh", "en"],
    "teams.seniors.channels": ["nowhere"],
    "service_levels": [
        {"name": "usual", "first_reply": 10, "escalate_team": "seniors", "around_the_clock": True, "teams": ["front"]}
    ],
}  # fmt: skip
BEHIND_MIN = 30


class Day:
    """A running house whose clock the test moves, and a browser for everybody."""

    def __init__(self, server: Server, browser: Browser, home: Path, stack: ExitStack, lang: str) -> None:
        self.server, self.browser, self.home, self.stack, self.lang = server, browser, home, stack, lang
        self.say = WORDS[lang]
        self.said: list[str] = []
        self.pages: list[Page] = []

    def clock(self, behind_min: float) -> None:
        """Let the house believe that it is so many minutes earlier than it is."""
        (self.home / "behind").write_text(str(behind_min), "utf-8")

    def open_page(self) -> Page:
        """A browser of its own, whose console must stay silent and whose pages must stand still."""
        context: BrowserContext = self.browser.new_context(**LOOK[self.lang])
        self.stack.callback(context.close)
        page = context.new_page()
        page.add_init_script(SHIFTS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        self.pages.append(page)
        return page

    def colleague(self, name: str, role: str = "agent", teams: tuple[str, ...] = ("front", "seniors")) -> Page:
        """Somebody who came in by an invitation."""
        body = {"email": f"{len(self.pages)}@example.com", "role": role, "teams": list(teams)}
        path = self.server.operate("/people/invitations", **body)["path"]
        form = {"name": name, "password": PASSWORD}
        joined = httpx2.post(f"{self.server.address}{path}", data=form, timeout=60)
        assert joined.status_code == 303, joined.text
        page = self.open_page()
        cookie = {"name": "kefu_desk", "value": joined.cookies["kefu_desk"], "url": self.server.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(f"{self.server.address}/desk/inbox")
        return page

    def shop(self, customer: str) -> Page:
        """The shop's page, with the chat window open."""
        page = self.open_page()
        page.goto(f"{self.server.address}/?lang={self.lang}&identity={site_token(customer)}")
        page.locator(".launcher").click()
        expect(page.locator(".clip")).to_be_visible()
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        expected = "409" in message.text or str(message.location["url"]).endswith("/favicon.ico")
        if message.type in ("error", "warning") and not expected:
            self.said.append(message.text)


Begin = Callable[[str], Day]


@pytest.fixture
def begin(own_server: Server, browser: Browser, tmp_path: Path) -> Iterator[Begin]:
    with ExitStack() as stack:

        def start(lang: str) -> Day:
            own_server.kill()
            (tmp_path / "work.json").write_text(json.dumps(WORK), "utf-8")
            day = Day(own_server, browser, tmp_path, stack, lang)
            day.clock(BEHIND_MIN)
            own_server.start()
            return day

        yield start


def row(page: Page, customer: str) -> Any:
    return page.locator("#rows > li", has_text=customer)


def write(page: Page, words: str) -> None:
    """Write into the composer and let it leave at once, by opening the conversation again."""
    page.locator("#writing").fill(words)
    page.locator("#composer button.main").click()
    page.locator("#rows > li a[aria-current]").click()


@pytest.mark.parametrize("lang", LOOK)
def test_a_whole_day(begin: Begin, shots: Path, customer: str, lang: str) -> None:
    day = begin(lang)
    say, server = day.say, day.server
    mei, bo = day.colleague("小美"), day.colleague("阿博")
    viewer, stranger = day.colleague("小云", "viewer", ("front",)), day.colleague("老王", "agent", ("sales",))
    examine(mei, shots / f"day-{lang}-morning.png")

    shop = day.shop(customer)
    shop.locator("textarea").fill("我学到哪了")
    shop.keyboard.press("Enter")
    expect(shop.locator(".line.machine .bubble").last).to_contain_text("第12课", timeout=SOON)
    shop.locator("textarea").fill("转人工")
    shop.keyboard.press("Enter")
    talk = _hand_off(day, mei, bo, shop, customer)
    _files(day, mei, shop, shots)
    _collision(day, mei, bo, talk)
    _macro_and_correction(day, mei, shop, customer)
    _breach(day, mei, shots)
    _roles(day, viewer, stranger, talk, shots)

    row(mei, customer).locator("a").click()
    mei.locator("#head button[data-deed=close]").click()
    shop.locator(".score").last.click(timeout=SOON)
    shop.locator(".rating button").click()
    expect(shop.locator(".note").last).to_contain_text(say["thanks"], timeout=SOON)
    mei.goto(f"{server.address}/desk/inbox/{talk}?view=closed")
    expect(mei.locator("#lines .event").last).to_contain_text("5/5", timeout=SOON)
    examine(mei, shots / f"day-{lang}-evening.png")
    shop.screenshot(path=shots / f"day-{lang}-shop.png")
    assert not day.said
    for page in day.pages:
        assert page.evaluate("window.shifted") < 0.05, page.evaluate("window.moved")


def _hand_off(day: Day, mei: Page, bo: Page, shop: Page, customer: str) -> str:
    """It appears at both by itself; that the customer types is seen while they do."""
    for page in (mei, bo):
        row(page, customer).locator("a").click(timeout=SOON)
    expect(mei.locator("#people")).to_contain_text(day.say["looks"], timeout=SOON)
    shop.locator("textarea").type("还在", delay=30)
    expect(mei.locator("#people")).to_contain_text(day.say["types"], timeout=SOON)
    shop.locator("textarea").fill("")
    return day.server.talk_of(customer)


def _files(day: Day, mei: Page, shop: Page, shots: Path) -> None:
    """The customer's picture is seen in the thread."""
    sent = {"name": "截图.png", "mimeType": "image/png", "buffer": picture(300, 200)}
    shop.locator(".composer input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    expect(shop.locator(".chosen small")).to_be_visible(timeout=SOON)
    shop.locator(".send").click()
    expect(mei.locator("#lines img")).to_be_visible(timeout=SOON)
    examine(mei, shots / f"day-{day.lang}-picture.png")


def _collision(day: Day, mei: Page, bo: Page, talk: str) -> None:
    """Who answers second is told so, sends nothing, and takes over."""
    mei.locator("#writing").fill("请稍等")
    mei.locator("#composer button.main").click()
    write(bo, "我看看")
    expect(mei.locator("#lines .person")).to_contain_text("我看看", timeout=SOON)
    expect(mei.locator("#pending")).to_contain_text(day.say["overtaken"], timeout=SOON)
    mei.locator("#writing").fill("")
    mei.locator("#head").get_by_role("button", name=day.say["take"]).click()
    expect(bo.locator("#head .chip.mine")).to_contain_text("小美", timeout=SOON)
    replies = [
        one["data"]["text"]
        for one in day.server.operate(f"/conversations/{talk}/events")
        if one["kind"] == "PersonReplied"
    ]
    assert replies == ["我看看"]


def _macro_and_correction(day: Day, mei: Page, shop: Page, customer: str) -> None:
    """A macro's words and deeds go out together; a correction is one click, and so is its undoing."""
    body = {"text": {"zh": "{customer}，您好", "en": "Hello {customer}"}, "deeds": [{"deed": "tag", "add": ["查进度"]}]}
    day.server.operate("/macros", name="问好", shared=True, **body)
    mei.locator("#writing").press("/")
    mei.locator("#macros .choices button").first.click()
    expect(mei.locator("#also")).to_contain_text("查进度")
    mei.locator("#composer button.main").click()
    row(mei, customer).locator("a").click()
    expect(shop.locator(".line.person .bubble").last).to_contain_text(customer, timeout=SOON)
    expect(row(mei, customer)).to_contain_text("查进度", timeout=SOON)
    first = mei.locator("#lines .customer").first
    first.get_by_role("button", name=day.say["correct"]).click()
    mei.locator("#ask-correct .choices button", has_text="refund").first.click()
    expect(first).to_contain_text(f"{day.say['corrected']} refund", timeout=SOON)


def _breach(day: Day, mei: Page, shots: Path) -> None:
    """Nobody answers the second customer in time: the clock goes on, and the seniors get it, with the reason."""
    other = day.server.write("L1-late", "转人工")["conversation"]
    expect(row(mei, "L1-late")).to_be_visible(timeout=SOON)
    day.clock(0)
    expect(row(mei, "L1-late")).to_contain_text("seniors", timeout=SOON)
    row(mei, "L1-late").locator("a").click()
    expect(mei.locator("#lines")).to_contain_text(day.say["missed"], timeout=SOON)
    examine(mei, shots / f"day-{day.lang}-breach.png")
    kinds = [one["kind"] for one in day.server.operate(f"/conversations/{other}/events")]
    assert kinds.index("TargetMissed") < kinds.index("Escalated")


def _roles(day: Day, viewer: Page, stranger: Page, talk: str, shots: Path) -> None:
    """A viewer reads and does nothing; who is of another team finds nothing there."""
    viewer.goto(f"{day.server.address}/desk/inbox/{talk}")
    expect(viewer.locator("#lines .customer").first).to_be_visible()
    expect(viewer.locator("#composer")).to_have_count(0)
    expect(viewer.locator("#head button")).to_have_count(0)
    examine(viewer, shots / f"day-{day.lang}-viewer.png")
    expect(row(stranger, "L1-late")).to_have_count(0)
    assert stranger.request.get(f"{day.server.address}/desk/inbox/{talk}").status == 404
    assert stranger.request.get(f"{day.server.address}/desk/settings").status == 403
