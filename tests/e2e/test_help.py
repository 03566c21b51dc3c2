"""The library at the desk and the help centre in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e

LONG = """# 退款规则

课程**开始前**可以全额退款。[联系我们](https://example.com/contact)

## 期限

| 情况 | 期限 |
|---|--:|
| 未开课 | 7 天 |
| 已学两课以内 | 3 天 |

## 怎样申请

1. 打开“我的订单”。
2. 点`申请退款`。

> 节假日顺延。
"""


@pytest.fixture
def shelved(own_server: Server) -> Server:
    """A library with a few articles in both languages."""
    for title, markdown, said in (
        ("退款规则", LONG, {"labels": "退款"}),
        ("怎么登录", "用手机号和验证码登录，不需要密码。", {"labels": "账号"}),
        ("忘记密码怎么办", "在登录页点“忘记密码”。", {"labels": "账号"}),
        ("内部：特殊退款", "主管可以批准。", {"audience": "staff"}),
        ("寒假安排", "寒假不上课。", {"valid_until": "2020-02-01"}),
        ("Refund rules", "Everything is refunded before the course begins.", {"labels": "refund"}),
        ("How to sign in", "Sign in with your phone number.", {"labels": "account"}),
    ):
        own_server.operate("/knowledge", title=title, markdown=markdown, **said)
    return own_server


@pytest.mark.parametrize("lang", LOOKS)
def test_every_page_of_the_library_is_for_everybody(shelved: Server, browser: Browser, shots: Path, lang: str) -> None:
    context = browser.new_context(**LOOKS[lang])
    page = watched(context.new_page())
    sign_in(page, shelved)
    page.goto(f"{shelved.address}/desk/knowledge")
    examine(page, shots / f"knowledge-{lang}-list.png")
    page.get_by_role("link", name=re.compile("退款规则")).click()
    examine(page, shots / f"knowledge-{lang}-article.png")
    page.goto(f"{page.url}/edit")
    examine(page, shots / f"knowledge-{lang}-edit.png")
    question = {"zh": "几天内可以退款", "en": "when is my money refunded"}[lang]
    for name, path in (("front", ""), ("found", f"?q={question}"), ("none", "?q=zzzz"), ("nothing", "/nothing")):
        page.goto(f"{shelved.address}/help{path}")
        examine(page, shots / f"help-{lang}-{name}.png")
    page.goto(f"{shelved.address}/help?lang=zh")
    page.get_by_role("link", name="退款规则").click()
    examine(page, shots / f"help-{lang}-article.png")
    context.close()


def test_a_visitor_searches_reads_and_says_that_it_helped(shelved: Server, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shelved.address}/help")
    expect(page.locator(".topic")).to_have_count(2)
    expect(page.get_by_text("内部")).to_have_count(0)
    page.get_by_role("searchbox").fill("未开课几天能退")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_contain_text("未开课")
    page.locator(".results a").first.click()
    expect(page).to_have_url(re.compile(r"/help/\w+#"))
    expect(page.locator("article h1")).to_have_text("退款规则")
    page.get_by_role("button", name="有", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


def test_the_team_drops_a_file_writes_changes_and_undoes(shelved: Server, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="zh-CN")
    page = watched(context.new_page())
    sign_in(page, shelved)
    page.goto(f"{shelved.address}/desk/knowledge")
    (tmp_path / "停车.md").write_text("# 停车\n\n停在学校后面。", "utf-8")
    (tmp_path / "程序.exe").write_bytes(b"MZ")
    page.locator("input[type=file]").set_input_files([tmp_path / "停车.md", tmp_path / "程序.exe"])
    expect(page.locator(".outcomes li")).to_have_text(
        [re.compile("停车.md: 新增 1"), re.compile("程序.exe: 已跳过：.*of no kind")], timeout=15_000
    )
    page.get_by_role("link", name=re.compile("停车")).click()
    page.get_by_role("link", name="编辑").click()
    page.locator("textarea").fill("停在**蓝色**标志下。<script>document.title='x'</script>")
    expect(page.locator(".shown strong")).to_have_text("蓝色")
    expect(page.locator(".shown script")).to_have_count(0)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".history li")).to_have_count(2)
    page.get_by_role("link", name="第 1 版").click()
    page.get_by_role("button", name="恢复这一版").click()
    expect(page.locator(".prose")).to_contain_text("学校后面")
    expect(page.locator(".history li")).to_have_count(3)
    page.get_by_role("button", name="下架").click()
    expect(page.get_by_role("status")).to_contain_text("《停车》已下架")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".history li")).to_have_count(5)
    assert page.title().startswith("停车")
    context.close()


def test_the_chat_leads_to_the_help_centre(shelved: Server, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1000, "height": 800})
    page = watched(context.new_page())
    page.goto(f"{shelved.address}/?lang=en")
    page.locator(".launcher").click()
    with context.expect_page() as opened:
        page.locator(".panel header .help").click()
    expect(opened.value.locator("html")).to_have_attribute("lang", "en")
    expect(opened.value.get_by_role("link", name="Refund rules")).to_be_visible()
    context.close()


def watched(page: Page) -> Page:
    """A page whose errors, and what its policy refuses, fail the test."""

    def fail(text: str) -> None:
        raise AssertionError(text)

    page.on("pageerror", lambda error: fail(str(error)))
    page.on("console", lambda said: fail(said.text) if "Security Policy" in said.text else None)
    return page
