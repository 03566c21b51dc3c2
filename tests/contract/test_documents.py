"""Every reader of documents passes the same kit."""

from __future__ import annotations

import pytest
from files import make_docx, make_pdf, make_xlsx

from kefu.app.plugins import installed, load_plugin
from kefu.testing.check_document import DOCUMENT_CHECKS

TABLE = [["问题", "答案"], ["怎么退款？", "请说「申请退款」"], ["How do I get a refund?", "退款 refund"]]

FILES = {
    "markdown.v1": {"a.md": "---\nowner: 教务\n---\n# 退款\n\n七天内全额。\n".encode(), "b.markdown": "退款".encode()},
    "html.v1": {
        "a.html": "<title>退款</title><p>退款七天内全额。</p>".encode(),
        "b.htm": '<meta charset="gbk"><p>退款七天内全额。</p>'.encode("gb18030"),
    },
    "pdf.v1": {"a.pdf": make_pdf([[(20, 60, "退款"), (11, 100, "付款七天内，学完不超过两课，可以全额退款。")]])},
    "docx.v1": {"a.docx": make_docx([("1", "退款"), ("", "七天内全额。")], [["天数", "退款"], ["7", "全额"]])},
    "table.v1": {
        "a.csv": "\n".join(map(",".join, TABLE)).encode("gb18030"),
        "b.tsv": "\n".join(map("\t".join, TABLE)).encode("utf-16"),
        "c.xlsx": make_xlsx({"问答": TABLE}),
    },
    "text.v1": {"a.txt": "退款\n\n七天内全额。".encode(), "b.txt": "退款在七天内是全额的。".encode("gb18030")},
}


def test_all_of_ours_are_checked() -> None:
    assert installed("documents") == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("check", DOCUMENT_CHECKS, ids=lambda check: check.__name__)
def test_a_reader_keeps_its_promises(name: str, check) -> None:
    check(load_plugin("documents", name)({}), FILES[name], "退款")
