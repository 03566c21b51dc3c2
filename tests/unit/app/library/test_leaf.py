"""Articles as HTML: anchors of the passages, and nothing that runs, whoever wrote the text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.ai.knowledge.passages import cut
from kefu.app.library.leaf import to_html

HARMLESS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img",
    "table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
ATTRIBUTES = {"href", "rel", "title", "src", "alt", "loading", "class", "id", "start"}
HOSTILE = [
    "<script>alert(1)</script>",
    "text <img src=x onerror=alert(1)> text",
    "<div onclick=alert(1)>\n\n**a**\n\n</div>",
    "<style>*{display:none}</style>",
    "<!-- --><svg onload=alert(1)>",
    "[a](javascript:alert(1)) [a](JAVASCRIPT:alert(1)) [a](java\tscript:alert(1))",
    "[a](&#x6A;avascript:alert(1)) [a](\\javascript:alert(1)) [a](%6Aavascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=) [a](vbscript:x) [a](file:///etc/passwd) <javascript:alert(1)>",
    "[a](//evil.example) [a](/\\evil.example) ![a](//evil.example/a.png) ![a](https://evil.example/a.png)",
    '[a](https://example.com/"onmouseover="alert(1)) ![" onerror="alert(1)](/a.png "x\\" onerror=\\"alert(1)")',
    "[r]: javascript:alert(1)\n\n[r] ![r]",
    '```"><script>alert(1)</script>\nx\n```',
    '# <script>alert(1)</script>\n\n## " onclick=alert(1) x',
    "| a |\n|:-:|\n| <script>alert(1)</script> |",
    "[![a](javascript:alert(1))](javascript:alert(1))",
]


class Inspector(HTMLParser):
    """Notes every tag, and what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [tag] if tag not in HARMLESS else []
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name not in ATTRIBUTES]
        for name, value in attrs:
            if name == "href" and not re.match(r"https?://|mailto:|tel:|/(?!/)|#", value or ""):
                self.wrong.append(f"{tag} {name}={value}")
            if name == "src" and not re.match(r"/(?!/)", value or ""):
                self.wrong.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"declaration {decl}")


def wrong_with(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.wrong


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_hostile_comes_through(markdown: str) -> None:
    assert wrong_with(to_html(markdown, "t")) == []


PIECES = st.sampled_from(
    [*HOSTILE, "<", ">", "[", "](", ")", "`", "\n", "\n\n", "    ", "> ", "- ", "|", "#", '"', "&", "a"]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=12))
def test_nothing_hostile_comes_through_however_it_is_put_together(pieces: list[str]) -> None:
    assert wrong_with(to_html("".join(pieces), "t")) == []


def test_the_inspector_sees_what_is_wrong() -> None:
    for html in ("<script>", "<p onclick=x>", '<a href="javascript:x">', '<img src="https://x/y.png">', "<!-- x -->"):
        assert wrong_with(html)


def test_every_passage_has_its_anchor() -> None:
    text = "# T\n\na\n\n## One\n\nb\n\n## One\n\nc\n\n### 第二 `x`\n\nd <b>e</b>\n\n- # In a list\n"
    anchors = {passage.anchor for passage in cut(text, "T") if passage.anchor != "t"}
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', to_html(text, "T")))


def test_headings_begin_below_the_page_s_own() -> None:
    assert to_html("# T\n\na\n\n# Other\n\n## Deep", "T").count("<h2") == 1
    assert "<h2" in to_html("### Only", "T")
    assert "T</h" not in to_html("# T\n\na", "T")


def test_what_is_meant_stays() -> None:
    html = to_html(
        "a<br>b **c** <span>d</span>\n\n<div>e <i>f</i></div>\n\n[g](refunds.md) [h](tel:110) ![i](/j.png)", ""
    )
    assert html.startswith("<p>a<br />\nb <strong>c</strong> d</p>")
    assert "<p>e f</p>" in html
    assert "g <a" in html
    assert '<a href="tel:110" rel="noopener noreferrer">h</a>' in html
    assert '<img src="/j.png" alt="i" loading="lazy" />' in html
    assert 'class="right"' in to_html("| a |\n|--:|\n| b |", "")
