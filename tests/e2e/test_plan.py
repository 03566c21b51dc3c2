"""Teams, service levels, rules and fields in a real browser: made, tried, changed by two, put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from web_browser import LOOKS, SHIFTS, examine, sign_in
from web_server import Server

pytestmark = pytest.mark.e2e

KINDS = ("teams", "service_levels", "rules", "fields")


def opened(server: Server, home: Path, browser: Browser, lang: str) -> tuple[Page, list[str]]:
    """The desk of a house with a kefu.toml of its own, and the errors in the console."""
    server.kill()
    (home / "kefu.toml").write_text("# ours\n", "utf-8")
    server.start()
    context = browser.new_context(**LOOKS[lang])
    context.add_init_script(SHIFTS)
    page, problems = context.new_page(), []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    sign_in(page, server)
    return page, problems


@pytest.mark.parametrize("lang", LOOKS)
def test_an_empty_house_says_what_to_do_next(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    page, problems = opened(own_server, tmp_path, browser, lang)
    for kind in KINDS:
        page.goto(f"{own_server.address}/desk/{kind}")
        expect(page.locator(".empty a.main")).to_be_visible()
        examine(page, shots / f"plan-{lang}-{kind}-empty.png")
        page.locator(".empty a.main").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/{kind}/edit")
        examine(page, shots / f"plan-{lang}-{kind}-new.png")
        assert page.evaluate("window.shifted") < 0.02, page.evaluate("window.moved")
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_a_team_and_its_rule_are_made_tried_and_let_live(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    page, problems = opened(own_server, tmp_path, browser, lang)
    talk = own_server.write("L1-a", "转人工")["conversation"]
    page.goto(f"{own_server.address}/desk/teams/edit")
    page.locator("input[name=name]").fill("night")
    page.locator("input[name='title.zh']").fill("夜班")
    page.locator("input[name='title.en']").fill("Night shift")
    page.locator("input[name=hours]").fill("22:00-06:00")
    page.keyboard.press("Enter")
    expect(page.locator("#hours-wrong")).to_be_visible()
    expect(page.locator("input[name=hours]")).to_have_attribute("aria-invalid", "true")
    examine(page, shots / f"plan-{lang}-teams-wrong.png")
    assert [one for one in problems if "422" not in one] == []
    problems.clear()
    page.locator(".problem a").click()
    page.locator("input[name=hours]").fill("18:00-24:00")
    page.keyboard.press("Enter")
    expect(page.locator(".good")).to_contain_text("night")
    expect(page.locator("article h2")).to_contain_text("夜班" if lang == "zh" else "Night shift")

    page.goto(f"{own_server.address}/desk/rules/edit")
    page.locator("input[name=name]").fill("to the night")
    page.locator("input[name=when][value=HandedOff]").check()
    page.locator("select[name='then.0.deed']").select_option("assign")
    page.locator("select[name='then.0.assign.team']").select_option("night")
    page.locator("button[formaction^='/desk/rules/form']").click()
    page.locator("select[name='then.1.deed']").select_option("tag")
    page.locator("input[name='then.1.tag.add']").fill("vip")
    expect(page.locator("select[name='then.0.assign.team']")).to_have_value("night")
    page.locator("button[formaction^='/desk/rules/try']").click()
    expect(page.locator("#trial article a")).to_have_count(1)
    assert str(talk) in str(page.locator("#trial article a").get_attribute("href"))
    examine(page, shots / f"plan-{lang}-rules-tried.png")
    expect(page.locator("input[name=live]")).not_to_be_checked()
    page.locator("input[name=live]").check()
    page.locator(".planning > .row button.main").click()
    expect(page.locator("article .chip").first).to_be_visible()
    examine(page, shots / f"plan-{lang}-rules.png")

    second = own_server.write("L1-b", "转人工")["conversation"]
    page.goto(f"{own_server.address}/desk/inbox/{second}")
    expect(page.locator("#head .chip.mine")).to_contain_text("夜班" if lang == "zh" else "Night shift", timeout=15_000)
    page.goto(f"{own_server.address}/desk/inbox?view=team:night")
    expect(page.locator("#list h2")).to_have_text("夜班" if lang == "zh" else "Night shift")
    examine(page, shots / f"plan-{lang}-inbox.png")
    assert "# ours" in (tmp_path / "kefu.toml").read_text("utf-8")
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_two_who_change_the_same_are_told_and_what_is_removed_comes_back(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    page, _ = opened(own_server, tmp_path, browser, lang)
    for name in ("urgent", "usual"):
        table = {"name": name, "first_reply": 5} | ({"priorities": ["urgent"]} if name == "urgent" else {})
        own_server.operate("/plan/service_levels", table=table)
    page.goto(f"{own_server.address}/desk/service_levels/edit?name=usual")
    file = tmp_path / "kefu.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('name = "usual"\nfirst_reply = 5', 'name = "usual"\nfirst_reply = 8'), "utf-8")
    page.locator("input[name=first_reply]").fill("20")
    page.locator(".planning > .row button.main").click()
    expect(page.locator(".problem")).to_contain_text("8")
    examine(page, shots / f"plan-{lang}-levels-overtaken.png")
    assert "first_reply = 8" in file.read_text("utf-8")
    page.locator(".planning > .row button.main").click()
    expect(page.locator(".good")).to_contain_text("usual")
    assert "first_reply = 20" in file.read_text("utf-8")

    page.locator("article").nth(1).locator("button[name=by]").click()
    expect(page.locator("article h2").first).to_have_text("usual")
    page.locator("article").first.locator(".dropping summary").click()
    page.locator("article").first.locator("form[action$=drop] button").click()
    expect(page.locator("article")).to_have_count(1)
    page.locator("form[action*='/undo/'] button").first.click()
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article h2").first).to_have_text("usual")
    examine(page, shots / f"plan-{lang}-levels.png")
    page.context.close()


@pytest.mark.parametrize("lang", LOOKS)
def test_tags_and_macros_are_changed_and_put_back(
    own_server: Server, browser: Browser, shots: Path, tmp_path: Path, lang: str
) -> None:
    page, problems = opened(own_server, tmp_path, browser, lang)
    own_server.operate("/plan/fields", table={"name": "plan", "title": {"zh": "套餐", "en": "Plan"}})
    talk = own_server.write("L1-a", "转人工")["conversation"]
    own_server.operate(f"/conversations/{talk}/deeds", deeds=[{"deed": "tag", "add": ["refnd"]}], who="小美")
    page.goto(f"{own_server.address}/desk/tags")
    page.locator("main details summary").click()
    examine(page, shots / f"plan-{lang}-tags.png")
    page.locator("input[name=new]").fill("refund")
    page.keyboard.press("Enter")
    expect(page.locator(".good")).to_contain_text("1")
    expect(page.locator("main li b").first).to_have_text("refund")
    page.locator("form[action*='/undo/'] button").first.click()
    expect(page.locator("main li b").first).to_have_text("refnd")

    page.goto(f"{own_server.address}/desk/macros")
    page.locator("input[name=name]").fill("Bye")
    page.locator("textarea[name=zh]").fill("再见")
    page.locator("input[name='field.plan']").fill("pro")
    page.locator("form.writing button.main").click()
    page.locator("details.card summary").click()
    expect(page.locator("details[open] input[name='field.plan']")).to_have_value("pro")
    examine(page, shots / f"plan-{lang}-macros.png")
    page.locator("details[open] button[name=do]").click()
    expect(page.locator("details.card")).to_have_count(0)
    page.locator("form[action*='/undo/'] button").first.click()
    expect(page.locator("details.card")).to_have_count(1)

    page.goto(f"{own_server.address}/desk/inbox/{talk}")
    page.locator("#head [data-do=beside]").click()
    page.locator("#context [data-ask=set_fields]").click()
    page.locator("#ask-set_fields [data-field=plan]").fill("pro")
    page.locator("#ask-set_fields button[value=do]").click()
    expect(page.locator("#context")).to_contain_text("套餐" if lang == "zh" else "Plan", timeout=15_000)
    assert problems == []
    page.context.close()
