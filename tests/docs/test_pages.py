"""What holds for every page: links lead somewhere, both languages are whole, no trace of where it was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for place in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md"))
    for path in [place]
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
OFF_TOPIC = re.compile(
    r"\bagents?\b|智能体|\bworkplaces?\b|\bworktrees?\b|\b(?:this|my|our|last|previous) session\b|\blanguage model wrote\b"
    r"|(?<![\w.:/])/(?:work|home|root|tmp|mnt|Users)/",
    re.IGNORECASE,
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(path)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_speaks_of_the_product_alone(path: Path) -> None:
    found = OFF_TOPIC.search(path.read_text("utf-8"))
    assert found is None, found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_begins_with_its_title_and_closes_its_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "en").rglob("*.md")), ids=name_of)
def test_both_languages_show_the_same(path: Path) -> None:
    """The same kinds of code blocks and the same sections, in the same order."""
    other = ROOT / "docs" / "zh" / path.relative_to(ROOT / "docs" / "en")
    mine, theirs = path.read_text("utf-8"), other.read_text("utf-8")
    opened = [re.findall(r"^```(\w+.*)$", re.sub(r"\.(en|zh)\b", "", text), re.MULTILINE) for text in (mine, theirs)]
    assert opened[0] == opened[1]
    assert [len(mark) for mark in re.findall(r"^(#+) ", FENCE.sub("", mine), re.MULTILINE)] == [
        len(mark) for mark in re.findall(r"^(#+) ", FENCE.sub("", theirs), re.MULTILINE)
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "zh").rglob("*.md")), ids=name_of)
def test_chinese_pages_are_chinese(path: Path) -> None:
    text = prose(path)
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > len(re.findall(r"[A-Za-z]{2,}", text)) / 2


def test_every_page_is_in_the_index() -> None:
    for language in ("en", "zh"):
        folder = ROOT / "docs" / language
        linked = {(folder / link.partition("#")[0]).resolve() for link in LINK.findall(prose(folder / "README.md"))}
        assert set(folder.glob("*/*.md")) <= linked


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    linked = {folder / link for link in LINK.findall(prose(folder / "README.md"))}
    assert set(folder.glob("0*.md")) <= linked


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("0*.md")), ids=name_of)
def test_a_decision_has_its_five_parts(path: Path) -> None:
    parts = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
    assert parts == ["Status", "Context", "Decision", "Consequences", "What would change our mind"]
