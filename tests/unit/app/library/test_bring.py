"""Folders come in: what is new, what changed, what is gone; a broken file stops nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from files import make_docx, make_pdf, make_xlsx

from kefu.adapters.stores.sqlite import open_store
from kefu.app.library.articles import with_digest
from kefu.app.library.bring import bring
from kefu.app.library.edit import as_file, read_article, restore, write
from kefu.app.library.intake import Intake, Report, all_articles
from kefu.app.library.reading import Reading, open_reading
from kefu.core.articles import Article
from kefu.core.errors import BadConfig, BadInput, NotFound
from kefu.core.ports.document import Written
from kefu.core.ports.store import Memory

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
async def reading() -> AsyncIterator[Reading]:
    async with open_reading(lanes=1) as opened:
        yield opened


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Memory]:
    async with open_store({"path": f"{tmp_path}/kefu.db"}) as opened:
        yield opened


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    (folder / "team").mkdir(parents=True)
    (folder / "refund.md").write_text("# 退款规则\n\n付款七天内，学完不超过两课，全额退款。\n", "utf-8")
    (folder / "fees.pdf").write_bytes(make_pdf([[(20, 60, "Fees"), (11, 100, "All fees are paid before a course.")]]))
    (folder / "team" / "knowledge.toml").write_text('audience = "staff"\nowner = "教务"\nlabels = ["内部"]\n', "utf-8")
    (folder / "team" / "calls.docx").write_bytes(make_docx([("1", "Calling back"), ("", "Call within a day.")]))
    rows = [["问题", "答案"], ["怎么登录？\n登不上", "用手机号登录。"], ["几点上课？", "晚上七点半。"]]
    (folder / "faq.xlsx").write_bytes(make_xlsx({"问答": rows}))
    return folder


async def take(folder: Path, store: Memory, reading: Reading, *, prune: bool = False, dry_run: bool = False) -> Report:
    intake = Intake(store, folder.parent / "ledger.json", NOW, dry_run=dry_run)
    return await bring([folder], intake, reading, lambda *_: None, prune=prune)


async def articles(store: Memory) -> dict[str, Article]:
    return {one.title: one async for one in all_articles(store)}


async def test_a_folder_comes_in_with_what_it_says_of_itself(handbook: Path, store: Memory, reading: Reading) -> None:
    report = await take(handbook, store, reading)
    assert (len(report.added), report.skipped) == (5, [])
    held = await articles(store)
    assert set(held) == {"退款规则", "Fees", "Calling back", "怎么登录？", "几点上课？"}
    team = held["Calling back"]
    assert (team.audience, team.owner, team.labels, team.language) == ("staff", "教务", ("内部",), "en")
    assert team.source == "folder:handbook/team/calls.docx"
    assert held["退款规则"].language == "zh"
    asked = [(one.question, one.text) for one in held["怎么登录？"].passages]
    assert asked == [("怎么登录？", "用手机号登录。"), ("登不上", "用手机号登录。")]


async def test_a_second_time_reads_nothing_and_changes_nothing(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    (handbook / "refund.md").touch()
    reading.close()
    report = await take(handbook, store, reading)
    assert (report.added, report.changed, report.removed, len(report.unchanged)) == ([], [], [], 4)
    assert not any(lane._process for lane in reading._all)
    assert (await store.changes(0)).edition == 1


async def test_what_changed_gets_a_version_and_moved_rows_stay(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    before = await articles(store)
    rows = [
        ["问题", "答案"],
        ["新问题", "新答案"],
        ["几点上课？", "晚上七点半。"],
        ["怎么登录？\n登不上", "用邮箱登录。"],
    ]
    (handbook / "faq.xlsx").write_bytes(make_xlsx({"问答": rows}))
    report = await take(handbook, store, reading)
    assert (len(report.added), report.changed) == (1, [before["怎么登录？"].id])
    assert (await articles(store))["几点上课？"] == before["几点上课？"]
    (handbook / "faq.xlsx").write_bytes(make_xlsx({"问答": rows[:2]}))
    assert len((await take(handbook, store, reading)).removed) == 2


async def test_files_that_are_gone_are_offered_and_pruned(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    (handbook / "refund.md").unlink()
    assert len((await take(handbook, store, reading)).gone) == 1
    assert "退款规则" in await articles(store)
    assert len((await take(handbook, store, reading, prune=True)).removed) == 1
    assert "退款规则" not in await articles(store)


async def test_a_dry_run_changes_nothing(handbook: Path, store: Memory, reading: Reading) -> None:
    assert len((await take(handbook, store, reading, dry_run=True)).added) == 5
    assert (await store.changes(0)).edition == 0
    assert len((await take(handbook, store, reading)).added) == 5


async def test_the_rest_goes_in_when_files_are_broken(handbook: Path, store: Memory, reading: Reading) -> None:
    (handbook / "cut.pdf").write_bytes(b"%PDF-1.7\n")
    (handbook / "empty.md").write_bytes(b"")
    (handbook / "photo.jpg").write_bytes(b"\xff\xd8")
    (handbook / "who.md").write_text("---\naudience: everyone\n---\ntext", "utf-8")
    (handbook / "when.md").write_text("---\nvalid_until: soon\n---\ntext", "utf-8")
    secret = handbook.parent / "secret.md"
    secret.write_text("# Secret", "utf-8")
    (handbook / "out.md").symlink_to(secret)
    (handbook / "away").symlink_to(handbook.parent, target_is_directory=True)
    report = await take(handbook, store, reading)
    assert len(report.added) == 5
    assert {one.source.rpartition("/")[2]: one.reason for one in report.skipped}.keys() == {
        "cut.pdf", "empty.md", "photo.jpg", "who.md", "when.md", "out.md", "away",
    }  # fmt: skip
    assert "Secret" not in await articles(store)


async def test_what_people_did_stays_until_the_file_changes(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    held = await articles(store)
    edited, taken_out = held["退款规则"], held["Fees"]
    await write(store, edited.id, Written("", "# 退款规则\n\n改过了。\n"), "mei", NOW)
    await store.shelve([], [taken_out.id], "mei", NOW)
    (handbook.parent / "ledger.json").unlink()
    report = await take(handbook, store, reading)
    assert set(report.kept) == {edited.id, taken_out.id}
    assert (await read_article(store, edited.id)).markdown.endswith("改过了。\n")
    (handbook / "refund.md").write_text("# 退款规则\n\n新规则。\n", "utf-8")
    assert (await take(handbook, store, reading)).changed == [edited.id]


async def test_what_is_exported_can_be_brought_in(
    handbook: Path, store: Memory, reading: Reading, tmp_path: Path
) -> None:
    await take(handbook, store, reading)
    out = tmp_path / "out"
    out.mkdir()
    plain = [one for one in (await articles(store)).values() if not one.passages[0].question]
    for one in plain:
        (out / f"{one.id}.md").write_text(as_file(replace(one, valid_until=date(2026, 10, 8))), "utf-8")
    async with open_store({"path": f"{tmp_path}/other.db"}) as other:
        await take(out, other, reading)
        again = await articles(other)
    for one in plain:
        got = again[one.title]
        wanted = replace(one, id=got.id, source=got.source, valid_until=date(2026, 10, 8), version=1)
        assert got == replace(with_digest(wanted), updated_at=got.updated_at)


async def test_a_version_comes_back(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    first = (await articles(store))["退款规则"]
    await write(store, first.id, Written("新标题", "正文"), "mei", NOW)
    await store.shelve([], [first.id], "mei", NOW)
    back = await restore(store, first.id, 1, "li", NOW)
    assert (back.title, back.version, back.passages) == (first.title, 4, first.passages)
    with pytest.raises(NotFound, match="version 9"):
        await restore(store, first.id, 9, "li", NOW)


async def test_an_answer_written_anew_keeps_its_questions(handbook: Path, store: Memory, reading: Reading) -> None:
    await take(handbook, store, reading)
    answer = (await articles(store))["怎么登录？"]
    made = await write(store, answer.id, Written("", "用邮箱登录。"), "mei", NOW)
    assert [one.question for one in made.passages] == ["怎么登录？", "登不上"]


async def test_a_folder_that_says_what_nobody_knows_is_named(handbook: Path, store: Memory, reading: Reading) -> None:
    (handbook / "knowledge.toml").write_text('audiense = "staff"\n', "utf-8")
    with pytest.raises(BadConfig, match="audiense"):
        await take(handbook, store, reading)
    with pytest.raises(BadInput, match="There is no"):
        await take(handbook / "nowhere", store, reading)
