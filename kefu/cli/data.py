"""kefu data: training data in, out, checked, cleaned, split."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from kefu.cli.options import json_option
from kefu.cli.show import as_json, chinese, console, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefu.ai.training.corpus import Loss
    from kefu.app.data.bring import Plan
    from kefu.app.data.check import Finding
    from kefu.app.data.clean import Cleaning

FORMATS = (
    "rasa-yaml", "rasa-json", "dialogflow", "luis", "clu", "snips-yaml", "snips-json", "csv", "jsonl",
)  # fmt: skip
SHOWN = 5
"""How many findings of a kind, and how many losses, are printed."""

anything = click.Path(exists=True, path_type=Path)
folder = click.Path(file_okay=False, path_type=Path)


@click.group()
def data() -> None:
    """Bring training data in, take it out, check it, clean it, split it."""


@data.command(
    "import",
    epilog="""\b
Examples:
  kefu data import rasa/data --into my-school --dry-run
  kefu data import export/ --into my-school          an unpacked Dialogflow export
  kefu data import train.csv --into new-skills""",
)
@click.argument("source", type=anything)
@click.option("--into", required=True, type=click.Path(path_type=Path), help="A project or a folder of skills.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, write nothing.")
@json_option
def import_(source: Path, *, into: Path, dry_run: bool, as_json_: bool) -> None:
    """Make skill folders of SOURCE, or add its sentences to the skills that serve their intents.

    The format is told by content. What is left out is listed, with the reason.
    """
    from kefu.app.data.bring import bring

    plan = bring(source, into, dry_run=dry_run)
    if as_json_:
        as_json({**plan.as_dict(), "written": not dry_run})
    else:
        _show_plan(plan, dry_run=dry_run)


def _show_plan(plan: Plan, *, dry_run: bool) -> None:
    total, skills = sum(plan.added.values()), {skill for skill, _, _ in plan.added}
    would = (dry_run and ("would ", "将")) or ("", "")
    say(
        f"{plan.format}: {would[0]}add {total:,} sentences to {len(skills)} skills in {plan.skills}, "
        f"{len(plan.made)} of them new; {plan.repeats:,} are repeats.",
        f"{plan.format}：{would[1]}向 {plan.skills} 的 {len(skills)} 个技能加入 {total:,} 句，"
        f"其中新建 {len(plan.made)} 个；重复 {plan.repeats:,} 句。",
    )
    for (skill, intent, language), count in plan.added.items():
        new = " +" if skill in plan.made else ""
        console.print(f"  {skill or 'out_of_scope'}{new} \\[{intent}] {language}: {count:,}", soft_wrap=True)
    for old, new in plan.renamed.items():
        console.print(f"  [dim]{_plain(old)} → {_plain(new)}[/]", soft_wrap=True)
    _show_losses(plan.losses)
    if plan.made:
        say(
            "New skills pass every conversation to people until they have an answer of their own.",
            "新技能在写好回答之前，会把所有对话转给人工。",
        )


def _show_losses(losses: Sequence[Loss]) -> None:
    if not losses:
        return
    say(f"Left out or changed ({len(losses)}):", f"未导入或有改动（{len(losses)}）：")
    for loss in losses:
        console.print(f"  [yellow]·[/] {_plain(str(loss))}", soft_wrap=True)


@data.command(
    epilog="""\b
Examples:
  kefu data export my-school --format rasa-yaml --out rasa/data
  kefu data export train.csv --format clu --out clu""",
)
@click.argument("project", type=anything)
@click.option("--format", "format_", required=True, type=click.Choice(FORMATS), help="What to write.")
@click.option("--out", required=True, type=folder, help="A folder, made if need be.")
def export(project: Path, *, format_: str, out: Path) -> None:
    """Write the examples of PROJECT (or of any file that import reads) in another format."""
    from kefu.ai.training.formats import FORMATS as FORMATS_BY_NAME
    from kefu.app.data.source import open_source

    corpus = open_source(project).loaded.corpus
    written = FORMATS_BY_NAME[format_].write(corpus)
    _write(out, written.files)
    say(
        f"Wrote {len(corpus.sentences):,} sentences as {format_}: {len(written.files)} files in {out}.",
        f"已按 {format_} 写出 {len(corpus.sentences):,} 句：{out} 中 {len(written.files)} 个文件。",
    )
    _show_losses(written.losses)


@data.command(
    epilog="""\b
Examples:
  kefu data check my-school
  kefu data check my-school --against test.csv --report checked
  kefu data check train.csv --json""",
)
@click.argument("project", type=anything)
@click.option(
    "--against", type=anything, default=None, help="Sentences of a test, which must not be among the examples."
)
@click.option("--report", type=folder, default=None, help="Write report.md, findings.csv and findings.json here.")
@json_option
def check(project: Path, *, against: Path | None, report: Path | None, as_json_: bool) -> None:
    """Look for what spoils a reader: repeats, contradictions, wrong labels, personal data.

    PROJECT may be a project, a folder of skills, or any file that import reads. Nothing
    is changed. Exit code 1 when something is wrong whatever the business.
    """
    from kefu.app.data.check import FAULTS
    from kefu.app.data.check import check as check_sentences
    from kefu.app.data.records import known_names
    from kefu.app.data.report import files_of
    from kefu.app.data.source import open_source

    sentences = open_source(project).loaded.corpus.sentences
    held_out = open_source(against).loaded.corpus.sentences if against else ()
    names, why_not = asyncio.run(known_names(project))
    findings = check_sentences(sentences, held_out, names)
    if report:
        _write(report, files_of(findings, len(sentences), chinese=chinese()))
    if as_json_:
        counts = Counter(one.kind for one in findings)
        listed = [one.as_dict() for one in findings]
        as_json({"sentences": len(sentences), "counts": counts, "entities_unchecked": why_not, "findings": listed})
    else:
        _show_findings(findings, len(sentences))
        if why_not:
            console.print(f"[dim]{_plain(why_not)}[/]", soft_wrap=True)
        if report:
            say(f"All of it, side by side: {report / 'report.md'}", f"完整对照：{report / 'report.md'}")
    if any(one.kind in FAULTS for one in findings):
        raise click.exceptions.Exit(1)


def _show_findings(findings: Sequence[Finding], sentences: int) -> None:
    from kefu.app.data.check import FAULTS, KINDS
    from kefu.app.data.report import ADVICE, TITLES

    say(f"{sentences:,} sentences, {len(findings):,} findings", f"{sentences:,} 句，{len(findings):,} 处发现")
    for kind in KINDS:
        own = [finding for finding in findings if finding.kind == kind]
        if not own:
            continue
        colour = "red" if kind in FAULTS else "yellow"
        title, advice = TITLES[kind][chinese()], ADVICE[kind][chinese()]
        console.print(f"[{colour}]●[/] {title}: {len(own):,}. [dim]{advice}[/]", soft_wrap=True)
        for one in own[:SHOWN]:
            note = one.detail or (f"{one.score:.2f}" if one.score < 1 else "")
            console.print(_plain(f"  {one.place}  {one.text} [{one.intent}] {note}".rstrip()), soft_wrap=True)
            if one.other_place:
                there = f"    ↔ {one.other_place}  {one.other_text} [{one.other_intent}]"
                console.print(f"[dim]{_plain(there)}[/]", soft_wrap=True)
        if len(own) > SHOWN:
            say(f"  … and {len(own) - SHOWN:,} more", f"  … 还有 {len(own) - SHOWN:,} 处")


@data.command(
    epilog="""\b
Examples:
  kefu data check my-school --report checked     then say in checked/findings.csv, column `do`, what to do
  kefu data clean my-school checked/findings.csv --dry-run
  kefu data clean my-school checked/findings.csv
  kefu data clean my-school --undo""",
)
@click.argument("project", type=anything)
@click.argument("findings", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, write nothing.")
@click.option("--undo", is_flag=True, help="Take the latest cleaning back.")
@json_option
def clean(project: Path, findings: Path | None, *, dry_run: bool, undo: bool, as_json_: bool) -> None:
    """Do what FINDINGS (CSV or XLSX) says about the sentences of PROJECT.

    The column `do` says `delete`, `move` (to the intent in the column `to`), `rewrite` (to the
    text in `to`) or nothing. Exit code 1 when a row could not be done.
    """
    from kefu.app.data.clean import carry_out, plan_cleaning, read_choices
    from kefu.app.data.clean import undo as take_back
    from kefu.app.data.lock import writing
    from kefu.app.data.source import skills_of
    from kefu.app.plugins import needing
    from kefu.core.errors import BadInput

    skills = skills_of(project)
    if skills is None:
        raise BadInput(f"{project} is no project and no folder of skills; bring it in with `kefu data import` first.")
    if undo:
        changed = take_back(skills)
        say(f"Taken back: {', '.join(changed)}.", f"已恢复：{'、'.join(changed)}。")
        return
    if findings is None:
        raise click.UsageError("Name the table of findings, or --undo.")
    with needing("tables"):
        choices, unreadable = read_choices(findings)
    with writing(skills):
        plan = plan_cleaning(skills, choices)
        if not dry_run:
            carry_out(plan, datetime.now(UTC))
    plan.refused[:0] = unreadable
    if as_json_:
        as_json({"done": plan.done, "refused": plan.refused, "files": sorted(map(str, plan.files)), "dry_run": dry_run})
    else:
        _show_cleaning(plan, dry_run=dry_run)
    if plan.refused:
        raise click.exceptions.Exit(1)


def _show_cleaning(plan: Cleaning, *, dry_run: bool) -> None:
    counts = Counter(deed for deed, _ in plan.done)
    would = ("would be ", "将") if dry_run else ("", "已")
    say(
        f"{counts['delete']:,} {would[0]}deleted, {counts['move']:,} moved, {counts['rewrite']:,} rewritten "
        f"in {len(plan.files)} files.",
        f"{would[1]}删除 {counts['delete']:,} 句，移动 {counts['move']:,} 句，改写 {counts['rewrite']:,} 句，"
        f"涉及 {len(plan.files)} 个文件。",
    )
    for row, why in plan.refused:
        console.print(f"  [yellow]·[/] {row}: {_plain(why)}", soft_wrap=True)
    if plan.files and not dry_run:
        say("To take it back: kefu data clean PROJECT --undo", "撤销：kefu data clean 项目 --undo")


@data.command(
    epilog="""\b
Examples:
  kefu data split my-school --test 0.2 --seed 1 --out parts
  kefu data split train.csv --format csv --out parts""",
)
@click.argument("project", type=anything)
@click.option(
    "--test", "share", default=0.2, show_default=True, type=click.FloatRange(0.01, 0.9), help="The share of the test."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same parts.")
@click.option(
    "--format", "format_", default="jsonl", show_default=True, type=click.Choice(FORMATS), help="What to write."
)
@click.option("--out", required=True, type=folder, help="A folder, made if need be: train/ and test/ in it.")
@json_option
def split(project: Path, *, share: float, seed: int, format_: str, out: Path, as_json_: bool) -> None:
    """Divide the sentences of PROJECT into a part to learn from and a part to test with.

    Every intent and language gives its share; near-duplicates stay on one side.
    """
    from kefu.ai.training.corpus import Corpus
    from kefu.ai.training.formats import FORMATS as FORMATS_BY_NAME
    from kefu.app.data.source import open_source
    from kefu.app.data.split import split as divide

    made = divide(open_source(project).loaded.corpus.sentences, share, seed)
    losses: list[Loss] = []
    for name, part in (("train", made.train), ("test", made.test)):
        written = FORMATS_BY_NAME[format_].write(Corpus(part))
        _write(out / name, written.files)
        losses += written.losses
    if as_json_:
        as_json({"train": len(made.train), "test": len(made.test), "families": made.families, "seed": seed})
        return
    say(
        f"{len(made.train):,} to learn from, {len(made.test):,} to test with, in {out}; "
        f"{made.families:,} groups of near-duplicates stayed together.",
        f"学习 {len(made.train):,} 句，测试 {len(made.test):,} 句，在 {out}；{made.families:,} 组近似句各在同一边。",
    )
    _show_losses(losses)


def _plain(text: str) -> str:
    """A text from outside without what a terminal or rich would act upon."""
    return escape("".join(char if char.isprintable() else "·" for char in text))


def _write(out: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
