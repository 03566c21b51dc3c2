"""What readers make of the files that companies have."""

from __future__ import annotations

import pytest
from files import make_docx, make_pdf, make_xlsx

from kefu.adapters.documents import docx, html, markdown, pdf, table, text
from kefu.adapters.files.encoding import decode_text
from kefu.core.errors import BadInput
from kefu.core.ports.document import Written

CHINESE = "付款七天内，学完不超过两课，可以全额退款。请在「我的订单」里申请，客服会在三个工作日内审核。\n"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_chinese_is_read_in_the_character_sets_that_programs_write(charset: str) -> None:
    assert decode_text("a.txt", (CHINESE * 3).encode(charset)) == CHINESE * 3


@pytest.mark.parametrize(
    ("charset", "written"),
    [
        ("big5", "付款後七天內，學完不超過兩課，可以全額退款。請您在「我的訂單」裡申請，客服會審核。"),
        ("cp1252", "The fee is £20; ask at the café – “front desk” – before the résumé course."),
        ("utf-16-le", "Plain English words, without a byte order mark."),
        ("gb18030", "id,question\n1,退款\n" + "12,plain words only\n" * 40),
    ],
)
def test_other_texts_are_told_by_what_they_look_like(charset: str, written: str) -> None:
    assert decode_text("a.txt", written.encode(charset)) == written


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n" + bytes(500), b"\xff\xff\xff\x00" * 99]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"a\.txt is no text"):
        decode_text("a.txt", content)


@pytest.mark.parametrize("fence", ["---\n{}---\n", "+++\n{}+++\n"])
def test_markdown_says_of_itself_what_it_is(fence: str) -> None:
    lines = "audience: staff\nvalid_until: 2026-10-08\nlabels: [退款, 节假日]\nyes: no\n"
    if fence.startswith("+"):
        lines = 'audience = "staff"\nvalid_until = 2026-10-08\nlabels = ["退款", "节假日"]\nyes = "no"\n'
    (written,) = markdown.open_reader({}).read("a.md", (fence.format(lines) + "\n# 国庆 安排\n\n放假。\n").encode())
    wanted = {"audience": "staff", "valid_until": "2026-10-08", "labels": "退款, 节假日", "yes": "no"}
    assert written == Written("国庆 安排", "# 国庆 安排\n\n放假。\n", properties=wanted)


@pytest.mark.parametrize(
    "head",
    ["---\na: [1\n---\n", "+++\na = \n+++\n", "---\n- a\n---\n", "---\na: {b: c}\n---\n", "---\na: [[b]]\n---\n",
     "---\n" + "a: &a [x]\n" + "b: *a\n" * 9000 + "---\n"],
)  # fmt: skip
def test_a_head_that_can_not_be_read_is_named(head: str) -> None:
    with pytest.raises(BadInput, match=r"^a\.md: "):
        markdown.open_reader({}).read("a.md", (head + "text").encode())


PAGE = """<!doctype html><html lang="zh-CN"><head><title>退款规则 - 示例网校</title><style>p{}</style></head><body>
<header><a href="/">首页</a></header><nav><ul><li><a href="/a">课程</a></li></ul></nav>
<div class="breadcrumb"><a href="/">首页</a> / 退款</div>
<div id="content"><h1>退款规则</h1><p>付款 <b>7 天</b>内<br>可以<a href="/refund?a=1 2">全额退款</a>。</p>
<script>alert(1)</script><h2>比例 *</h2>
<ul><li>一半以内<ul><li>按课时</li></ul></li><li>一半以上</li></ul>
<ol start="3"><li><p>第三</p><p>接着</p></li></ol>
<table><thead><tr><th>天数<th>金额</thead><tr><td>7<td>全额 | 全部</tr><tr><td>30</tr></table>
<pre>  a = 1
b</pre><p hidden>藏</p><p>1. 不是列表 snake_case _x_ <a href="javascript:alert(1)">点</a></p></div>
<div><a href=1>甲</a><a href=2>乙</a><a href=3>丙</a><a href=4>丁</a></div>
<aside>广告</aside><footer>版权</footer></body></html>"""

AS_MARKDOWN = """# 退款规则

付款 **7 天**内
可以[全额退款](https://s.example/refund?a=1%202)。

## 比例 \\*

- 一半以内
  - 按课时
- 一半以上

3. 第三

   接着

| 天数 | 金额 |
| --- | --- |
| 7 | 全额 \\| 全部 |
| 30 |  |

```
  a = 1
b
```

1\\. 不是列表 snake_case \\_x\\_ 点
"""


def test_a_page_keeps_its_content_and_loses_what_stands_around_it() -> None:
    (written,) = html.open_reader({}).read("https://s.example/help/refund", PAGE.encode())
    assert written == Written("退款规则", AS_MARKDOWN, properties={"language": "zh-CN"})


def test_a_page_is_read_in_the_character_set_that_it_declares() -> None:
    page = '<meta charset="gb2312"><title>朱镕基</title><main><p>朱镕基</p></main><p>外面</p>'.encode("gb18030")
    (written,) = html.open_reader({}).read("a.html", page)
    assert (written.title, written.markdown) == ("朱镕基", "朱镕基\n")


def test_a_page_that_scripts_fill_is_refused() -> None:
    with pytest.raises(BadInput, match="that a script fills"):
        html.open_reader({}).read("a.html", b"<div id=app></div><script>start()</script>")


def test_a_pdf_gets_headings_and_paragraphs_and_no_spaces_between_characters() -> None:
    pages = [
        [(9, 30, "示例网校 学员手册"), (20, 60, "退 款 规 则"), (11, 100, "付 款 七 天 内，学 完 不 超 过 两 课，"),
         (11, 115, "可 以 全 额 退 款。"), (15, 150, "Time"), (11, 170, "Once approved the money goes back"),
         (11, 184, "the way you paid, within 3 to 5"), (9, 800, "第 1 页")],
        [(9, 30, "示例网校 学员手册"), (11, 60, "days, usually."), (9, 800, "第 2 页")],
        [(9, 30, "示例网校 学员手册"), (11, 90, "• 甲 项"), (11, 105, "• 乙 项"), (9, 800, "第 3 页")],
    ]  # fmt: skip
    (written,) = pdf.open_reader({}).read("a.pdf", make_pdf(pages))
    assert written.title == "退款规则"
    assert written.markdown == (
        "# 退款规则\n\n付款七天内，学完不超过两课，可以全额退款。\n\n## Time\n\n"
        "Once approved the money goes back the way you paid, within 3 to 5 days, usually.\n\n- 甲项\n\n- 乙项\n"
    )


def test_spaces_that_a_pdf_means_stay() -> None:
    lines = [(11, 60 + 14 * at, "张三 老师在周一到周五的晚上给大家上课，请提前十分钟到。") for at in range(4)]
    (written,) = pdf.open_reader({}).read("a.pdf", make_pdf([lines]))
    assert "张三 老师" in written.markdown


def test_a_scan_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadInput, match="text recognition"):
        pdf.open_reader({}).read("a.pdf", make_pdf([[], [(11, 60, "1")]]))


def test_a_word_document_keeps_headings_and_tables() -> None:
    content = make_docx([("1", "退款规则"), ("", "七天内 *全额*。"), ("3", "比例")], [["天数", "金额"], ["7", "全额"]])
    (written,) = docx.open_reader({}).read("a.docx", content)
    assert written.title == "退款规则"
    assert written.markdown == (
        "# 退款规则\n\n七天内 \\*全额\\*。\n\n### 比例\n\n| 天数 | 金额 |\n| --- | --- |\n| 7 | 全额 |\n"
    )


HEADERS = [
    ["问题", "相似问法", "答案", "标签", "有效期至"],
    ["Question", "Similar questions", "Answer", "Tags", "Valid until"],
    ["标准问题", "扩展问", "标准答案", "分类", "截止日期"],
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_is_understood_by_the_names_of_its_columns(kind: str, header: list[str]) -> None:
    first = ["怎么退款？", "如何退钱\n退款流程", "说「申请退款」", "退款", "2026-12-31"]
    others = [["没有答案", "", "", "", ""], ["几天到账？", "", "3 到 5 天，一般", "", ""]]
    rows = [["常见问题", "", "", "", ""], header, first, *others]
    if kind == "xlsx":
        content = make_xlsx({"说明": [["看第二页"]], "问答": rows})
    else:
        content = "\n".join(";".join('"' + cell + '"' for cell in row) for row in rows).encode("gb18030")
    found = table.open_reader({}).read(f"a.{kind}", content)
    sheet = "问答 " if kind == "xlsx" else ""
    wanted = Written(
        "怎么退款？", "说「申请退款」\n", f"{sheet}row 3", ("怎么退款？", "如何退钱", "退款流程"),
        {"labels": "退款", "valid_until": "2026-12-31"},
    )  # fmt: skip
    assert list(found) == [wanted, Written("几天到账？", "3 到 5 天，一般\n", f"{sheet}row 5", ("几天到账？",))]


def test_a_table_without_answers_says_which_columns_it_needs() -> None:
    with pytest.raises(BadInput, match="question and answer"):
        table.open_reader({}).read("a.csv", b"name,price\nx,1\n")


def test_plain_text_stays_plain() -> None:
    content = "退款说明\n\n1. 打开订单\n2. 点申请\n\n# 不是标题 *星*\n第二行".encode()
    (written,) = text.open_reader({}).read("a.txt", content)
    assert written == Written("退款说明", "# 退款说明\n\n1. 打开订单  \n2. 点申请\n\n\\# 不是标题 \\*星\\*  \n第二行\n")
