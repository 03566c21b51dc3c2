"""People come in, in a real browser: by a link, with a second factor, with the company's account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from identity_provider import CLIENT, SECRET, IdentityProvider
from playwright.sync_api import Browser, Page, expect
from team import PASSWORD
from web_browser import LOOKS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"input[name={name}]:visible").first.fill(value)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("lang", LOOKS)
def test_a_colleague_comes_in_by_a_link(own_server: Server, browser: Browser, shots: Path, lang: str) -> None:
    problems: list[str] = []
    owners, colleagues = browser.new_context(**LOOKS[lang]), browser.new_context(**LOOKS[lang])
    owner, page = owners.new_page(), colleagues.new_page()
    for one in (owner, page):
        one.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    sign_in(owner, own_server)
    owner.goto(f"{own_server.address}/desk/people")
    examine(owner, shots / f"people-{lang}-empty.png")
    owner.locator("input[name=email]").fill("li@example.com")
    owner.locator("select[name=role]").first.select_option("supervisor")
    owner.locator("input[name=teams]").first.fill("退款, billing")
    owner.keyboard.press("Enter")
    link = owner.locator("#link").input_value()
    examine(owner, shots / f"people-{lang}-invited.png")
    owner.locator("[data-copy]").click()

    page.goto(link)
    examine(page, shots / f"people-{lang}-invitation.png")
    fill(page, name="李雷", password=PASSWORD)
    expect(page.locator("nav [aria-current]")).to_be_visible()
    page.goto(f"{own_server.address}/desk/account")
    examine(page, shots / f"people-{lang}-account.png")
    page.locator("form[action$=pair] button").click()
    secret = page.locator("input[name=secret]").input_value()
    examine(page, shots / f"people-{lang}-pair.png")
    fill(page, code=pyotp.TOTP(secret).now())
    recovery = page.locator("pre").inner_text().split()
    examine(page, shots / f"people-{lang}-codes.png")
    page.locator("form[action$=sign-out] button").first.click()
    expect(page.locator("input[name=password]")).to_be_visible()
    examine(page, shots / f"people-{lang}-sign-in.png")
    fill(page, name="li@example.com", password=PASSWORD)
    expect(page.locator("input[name=code]")).to_be_visible()
    examine(page, shots / f"people-{lang}-code.png")
    fill(page, code=recovery[0])
    expect(page.locator(".corner a[href='/desk/account']")).to_have_text("李雷")

    owner.goto(f"{own_server.address}/desk/people")
    owner.locator("summary").first.click()
    examine(owner, shots / f"people-{lang}-list.png")
    owner.goto(f"{own_server.address}/desk/audit?check=1")
    examine(owner, shots / f"people-{lang}-audit.png")
    page.goto(f"{own_server.address}/desk/people")
    assert page.locator("nav a", has_text=re.compile("团队|People")).count() == 0
    examine(page, shots / f"people-{lang}-refused.png")
    assert [one for one in problems if "403" not in one] == []
    owners.close()
    colleagues.close()


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[IdentityProvider]:
    """A provider that the server of the same test knows."""
    served = IdentityProvider()
    said = {"issuer": served.issuer, "client_id": CLIENT, "client_secret": SECRET, "domains": ["example.com"]}
    (tmp_path / "company.json").write_text(json.dumps(said), "utf-8")
    yield served
    served.stop()


def test_the_companys_account_opens_the_desk(provider: IdentityProvider, own_server: Server, browser: Browser) -> None:
    provider.next(email="mei@example.com", email_verified=True, name="小美")
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{own_server.address}/desk/inbox")
    page.get_by_role("link", name="Sign in with the company's account").click()
    expect(page.locator(".corner a[href='/desk/account']")).to_have_text("小美")
    assert page.url == f"{own_server.address}/desk/inbox"
    context.close()
