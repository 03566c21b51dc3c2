"""A person decides in a spreadsheet; kefu does that to the examples, refuses what has changed, and takes it back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kefu.cli import commands

SKILL = 'name = "{0}"\nowner = "team"\nlanguages = ["zh"]\nintents = ["{0}"]\nsteps = ["say done"]\n'
EXAMPLES = {
    "refund": "[refund]\n我要退款\n我要退款\n退[英语课](course)的钱\n发票怎么开\n",
    "invoice": "[invoice]\n我要开发票\n\n# 其他\n",
}


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    for name, examples in EXAMPLES.items():
        folder = tmp_path / "skills" / name
        folder.mkdir(parents=True)
        (folder / "skill.toml").write_text(SKILL.format(name))
        (folder / "replies.zh.toml").write_text('[say]\ndone = "好的。"\n', "utf-8")
        (folder / "examples.zh.txt").write_text(examples, "utf-8")
    return tmp_path / "skills"


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(commands, ["data", *map(str, arguments)], standalone_mode=False)
    assert done.exception is None, done.exception
    assert (done.return_value or 0) == code, done.output
    return done.output


def lines(skills: Path, name: str) -> list[str]:
    return (skills / name / "examples.zh.txt").read_text("utf-8").splitlines()


def choose(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """A table as a person would send it back: do, to, place, text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["do", "to", "place", "text"])
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def test_repeats_are_proposed_for_deletion_and_go(skills: Path, tmp_path: Path) -> None:
    run("check", skills, "--report", tmp_path / "checked", code=1)
    run("clean", skills, tmp_path / "checked" / "findings.csv")
    assert lines(skills, "refund").count("我要退款") == 1
    assert "退[英语课](course)的钱" in lines(skills, "refund")


def test_a_sentence_is_moved_and_another_rewritten(skills: Path, tmp_path: Path) -> None:
    table = choose(
        tmp_path / "t.csv",
        ("move", "invoice", "refund/examples.zh.txt:5", "发票怎么开"),
        ("改写", "退[数学课](course)的钱", "refund/examples.zh.txt:4", "退英语课的钱"),
    )
    told = run("clean", skills, table)
    assert "1 moved, 1 rewritten" in told
    assert lines(skills, "refund") == [
        "[refund]",
        "我要退款",
        "我要退款",
        "退[数学课](course)的钱",
        "",
        "[invoice]",
        "发票怎么开",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_encoding_of_a_spreadsheet_is_read(skills: Path, tmp_path: Path, encoding: str) -> None:
    text = "do\tto\tplace\ttext\ndelete\t\trefund/examples.zh.txt:5\t发票怎么开\n"
    (tmp_path / "t.csv").write_text(text, encoding)
    run("clean", skills, tmp_path / "t.csv")
    assert "发票怎么开" not in lines(skills, "refund")


def test_a_workbook_is_read(skills: Path, tmp_path: Path) -> None:
    import pandas as pd

    rows = [{"text": "发票怎么开", "place": "refund/examples.zh.txt:5", "do": "删除"}]
    pd.DataFrame(rows).to_excel(tmp_path / "t.xlsx", index=False)
    run("clean", skills, tmp_path / "t.xlsx")
    assert "发票怎么开" not in lines(skills, "refund")


def test_what_has_changed_since_or_is_unclear_is_refused_and_the_rest_done(skills: Path, tmp_path: Path) -> None:
    table = choose(
        tmp_path / "t.csv",
        ("delete", "", "refund/examples.zh.txt:2", "别的句子"),
        ("burn", "", "refund/examples.zh.txt:2", "我要退款"),
        ("move", "", "refund/examples.zh.txt:2", "我要退款"),
        ("delete", "", "../../etc/passwd:1", "root"),
        ("delete", "", "refund/examples.zh.txt:5", "发票怎么开"),
    )
    told = json.loads(run("clean", skills, table, "--json", code=1))
    assert sorted(row for row, _ in told["refused"]) == [2, 3, 4, 5]
    assert told["done"] == [["delete", "refund/examples.zh.txt:5"]]


def test_a_dry_run_writes_nothing(skills: Path, tmp_path: Path) -> None:
    before = lines(skills, "refund")
    run(
        "clean",
        skills,
        choose(tmp_path / "t.csv", ("delete", "", "refund/examples.zh.txt:5", "发票怎么开")),
        "--dry-run",
    )
    assert lines(skills, "refund") == before


def test_a_cleaning_can_be_taken_back_unless_somebody_went_on(skills: Path, tmp_path: Path) -> None:
    before = lines(skills, "refund")
    table = choose(tmp_path / "t.csv", ("delete", "", "refund/examples.zh.txt:5", "发票怎么开"))
    run("clean", skills, table)
    run("clean", skills, "--undo")
    assert lines(skills, "refund") == before
    run("clean", skills, table)
    (skills / "refund" / "examples.zh.txt").write_text("[refund]\n新的\n", "utf-8")
    done = CliRunner().invoke(commands, ["data", "clean", str(skills), "--undo"], standalone_mode=False)
    assert "was changed since" in str(done.exception)


def test_a_table_that_is_none_is_told(skills: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    done = CliRunner().invoke(commands, ["data", "clean", str(skills), str(tmp_path / "t.csv")], standalone_mode=False)
    assert "no column do and place and text" in str(done.exception)
