"""A check as files that a person works through: `report.md` to read, `findings.csv` to decide in, `findings.json`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from kefu.app.data.check import KINDS, Finding, Kind

TITLES: Mapping[Kind, tuple[str, str]] = {
    "personal": ("Personal data in examples", "例句里有个人信息"),
    "contradiction": ("The same sentence under two intents", "同一句话属于两个意图"),
    "leak": ("Test sentences that stand among the examples", "测试句（几乎）出现在例句中"),
    "repeat": ("The same sentence twice", "重复的例句"),
    "language": ("Sentences in another language than their file", "句子的语言与文件不符"),
    "entity": ("Marked names that the records don't know", "标注的名称在业务数据中不存在"),
    "near": ("Nearly the same sentence under two intents", "几乎相同的句子属于两个意图"),
    "suspect": ("Labels that may be wrong", "标签可能有误"),
    "few": ("Intents with few examples", "例句太少的意图"),
}
ADVICE: Mapping[Kind, tuple[str, str]] = {
    "personal": ("Replace it by an invented value of the same form.", "换成同样格式的虚构值。"),
    "contradiction": ("Decide which intent it is, and delete the other line.", "确定它属于哪个意图，删掉另一行。"),
    "leak": ("Delete it on one side; a test must be new to the reader.", "从其中一边删掉；测试句必须是没学过的。"),
    "repeat": ("Delete one of the two lines.", "删掉其中一行。"),
    "language": ("Move it to the file of its language.", "移到对应语言的文件。"),
    "entity": ("Correct the name, or add it to the records.", "改正名称，或把它加入业务数据。"),
    "near": ("Check that both labels are meant; if so, leave them.", "确认两个标签都对；确实如此就保留。"),
    "suspect": (
        "Read both; move the first if it belongs with the second.",
        "读一读两句；第一句若属于第二句的意图就移过去。",
    ),
    "few": ("Write more, in the words of customers.", "按客户的说法多写几句。"),
}


PROPOSED: Mapping[Kind, str] = {"repeat": "delete"}
"""What `kefu data clean` will do unless a person says otherwise: only where nothing can be lost."""


def files_of(findings: Sequence[Finding], sentences: int, *, chinese: bool) -> dict[str, str]:
    """The files of a report, name to text. The table begins with a mark by which Excel knows UTF-8."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, ["do", "to", *Finding.__dataclass_fields__], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"do": PROPOSED.get(one.kind, ""), "to": "", **one.as_dict()} for one in findings)
    listed = [finding.as_dict() for finding in findings]
    return {
        "report.md": _page(findings, sentences, chinese=chinese),
        "findings.csv": "\ufeff" + table.getvalue(),
        "findings.json": json.dumps({"sentences": sentences, "findings": listed}, ensure_ascii=False, indent=2) + "\n",
    }


def _page(findings: Sequence[Finding], sentences: int, *, chinese: bool) -> str:
    lines = [f"# 数据检查：{sentences} 句" if chinese else f"# Check of {sentences:,} sentences", ""]
    for kind in KINDS:
        own = [finding for finding in findings if finding.kind == kind]
        if not own:
            continue
        lines += [f"## {TITLES[kind][chinese]} ({len(own)})", "", ADVICE[kind][chinese], ""]
        head = ("位置", "句子", "对照", "说明") if chinese else ("where", "sentence", "held against", "note")
        lines += [f"| {' | '.join(head)} |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(_cell, _row(finding)))} |" for finding in own]
        lines.append("")
    return "\n".join(lines)


def _row(finding: Finding) -> tuple[str, str, str, str]:
    there = f"{finding.other_text} [{finding.other_intent}] {finding.other_place}" if finding.other_place else ""
    note = finding.detail or (f"{finding.score:.2f}" if finding.score < 1 else "")
    return finding.place, f"{finding.text} [{finding.intent}]".strip(), there, note


def _cell(text: str) -> str:
    """A text that stays in its cell and shows as it is written."""
    for char in "\\`*_[]<>|":
        text = text.replace(char, f"\\{char}")
    return " ".join(text.split())
