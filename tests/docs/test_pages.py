"""What holds for every page: links lead somewhere, both languages are whole, no trace of where it was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FRAGMENTS = sorted((ROOT / "changes").iterdir())
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)[^\n]*?\1")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
OFF_TOPIC = re.compile(
    r"智能体|\bworkplaces?\b|\bworktrees?\b|\b(?:this|my|our|last|previous) session\b"
    r"|(?<![\w.:/])/(?:work|home|root|tmp|mnt|Users)/",
    re.IGNORECASE,
)

AGENT = re.compile(r"\bagents?\b", re.IGNORECASE)
"""People answer; `agent` is only the name of a role, so it stands as code."""


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
    for link in LINK.findall(SPAN.sub("", prose(path))):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("path", [*PAGES, *FRAGMENTS], ids=name_of)
def test_a_page_speaks_of_the_product_alone(path: Path) -> None:
    found = OFF_TOPIC.search(path.read_text("utf-8"))
    assert found is None, found
    found = AGENT.search(SPAN.sub("", prose(path)))
    assert found is None, found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_begins_with_its_title_and_closes_its_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0


def shape(path: Path) -> list[str]:
    """The levels of a page's headings and the kinds of its code blocks, in order, whatever the language."""
    marks = re.findall(r"^ *```(\w+.*)$|^(#+) ", path.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"\.(en|zh)\b", "", code) or heading for code, heading in marks]


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "en").rglob("*.md")), ids=name_of)
def test_both_languages_show_the_same(path: Path) -> None:
    other = ROOT / "docs" / "zh" / path.relative_to(ROOT / "docs" / "en")
    assert shape(path) == shape(other)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "zh").rglob("*.md")), ids=name_of)
def test_chinese_pages_are_chinese(path: Path) -> None:
    text = prose(path)
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > len(re.findall(r"[A-Za-z]{2,}", text)) / 2


def test_every_page_is_in_the_index() -> None:
    for language in ("en", "zh"):
        folder = ROOT / "docs" / language
        linked = {(folder / link.partition("#")[0]).resolve() for link in LINK.findall(prose(folder / "README.md"))}
        assert set(folder.glob("*/*.md")) <= linked


def test_a_change_says_of_which_kind_it_is() -> None:
    kind = re.compile(r"[a-z0-9_-]+\.(added|changed|fixed|removed)\.md")
    assert [path.name for path in FRAGMENTS if not kind.fullmatch(path.name)] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    linked = {folder / link for link in LINK.findall(prose(folder / "README.md"))}
    assert set(folder.glob("0*.md")) <= linked


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("0*.md")), ids=name_of)
def test_a_decision_has_its_five_parts(path: Path) -> None:
    parts = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
    assert parts == ["Status", "Context", "Decision", "Consequences", "What would change our mind"]
