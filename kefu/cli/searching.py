"""kefu knowledge search and test: what the texts say to a question, and to a company's whole list of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import json_option, project_option
from kefu.cli.show import as_json, chinese, console, plain, progress, say

if TYPE_CHECKING:
    from kefu.app.library.answering import Answered
    from kefu.app.quiz import Asked, Quiz, Share
    from kefu.app.quiz.against import Against
    from kefu.core.articles import Audience
    from kefu.core.nouns import Language
    from kefu.core.ports.knowledge import Hit

SHOWN = 20
"""How many questions of a kind are printed."""

MARKS = {
    "wrong": ("answered wrongly", "答错"),
    "silent": ("not answered", "未答"),
    "offered": ("offered", "列出供选"),
    "skill": ("taken by a skill", "由技能处理"),
    "right": ("right", "正确"),
}


@click.command(
    epilog="""\b
Examples:
  kefu knowledge search "how long does a refund take"
  kefu knowledge search 退款多久到账 --audience signed_in --json"""
)
@click.argument("question")
@project_option
@click.option("--language", type=click.Choice(("zh", "en")), help="Default: that of the question.")
@click.option("--audience", type=click.Choice(("public", "signed_in", "staff")), default="public", show_default=True)
@json_option
def search(question: str, *, project: Path, language: Language | None, audience: Audience, as_json_: bool) -> None:
    """Show what the texts say to a QUESTION, how sure that is, and what else was found.

    The sentences are those that a customer would get. A skill that would take the
    question instead is named, where a model is trained.
    """
    from kefu.app.config import load_config
    from kefu.app.data.source import language_of
    from kefu.app.library.texts import open_texts

    spoken = language or ("zh" if language_of(question) == "zh" else "en")

    async def work() -> tuple[Answered, list[Hit], float]:
        async with open_texts(load_config(project), datetime.now(UTC)) as texts:
            answered, hits = await texts.ask(question, spoken, audience)
            return answered, list(hits), texts.least

    answered, hits, least = asyncio.run(work())
    found = answered.found
    said = {(part.hit.article.id, part.hit.passage.number) for part in found.parts}
    others = {hit.article.id: hit for hit in reversed(hits) if (hit.article.id, hit.passage.number) not in said}
    further = sorted(others.values(), key=hits.index)  # the best passage of each article
    if as_json_:
        as_json(_found(answered, further, least))
    else:
        _show_found(answered, further, least)


@click.command(
    "test",
    epilog="""\b
Examples:
  kefu knowledge test knowledge-tests.csv
  kefu knowledge test questions.xlsx --least 0.8 --html report.html
  kefu knowledge test questions.csv --json > before.json
  kefu knowledge test questions.csv --against before.json""",
)
@click.argument("file", type=click.Path(path_type=Path))
@project_option
@click.option("--least", default=0.0, type=click.FloatRange(0, 1), help="The share that must be answered rightly.")
@click.option(
    "--against", type=click.Path(exists=True, path_type=Path), metavar="OLD.json", help="An earlier --json report."
)
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Also write a page.")
@json_option
def test(file: Path, *, project: Path, least: float, against: Path | None, page: Path | None, as_json_: bool) -> None:
    """Ask the questions of FILE as customers would, and hold the answers against the sources that it expects.

    FILE is CSV, JSONL or Excel with the columns question and source (an article's id,
    title, source or link; several with | between; empty: must not be answered), and if you like
    language, audience, and contains (what the answer must hold). Questions that a skill
    takes, as in a conversation, are named and count apart. Exit code 1 when
    anything answered is wrong, or fewer than --least of those with a source are answered
    rightly.
    """
    from kefu.app.config import load_config
    from kefu.app.library.texts import open_texts
    from kefu.app.quiz import ask_all
    from kefu.app.quiz.against import compare
    from kefu.app.quiz.listed import read_list
    from kefu.app.quiz.page import render

    config = load_config(project)

    async def work() -> Quiz:
        async with open_texts(config, datetime.now(UTC)) as texts:
            questions = await asyncio.to_thread(read_list, file, texts.articles)
            with progress(quiet=as_json_) as advance:
                return await ask_all(questions, texts, advance)

    quiz = asyncio.run(work())
    compared = compare(quiz, against) if against else None
    if page:
        name = config.get("kefu.name", str)
        page.write_text(render(quiz, compared, name=name, language="zh" if chinese() else "en"), "utf-8")
    if as_json_:
        as_json({**quiz.as_dict(), **({"against": compared.as_dict()} if compared else {})})
    else:
        _show_quiz(quiz)
        if compared:
            _show_against(compared)
        if page:
            say(f"The page: {page}", f"报告：{page}")
    figures = quiz.figures
    if figures.wrong.count or (figures.served.of and figures.served.value < least):
        raise click.exceptions.Exit(1)


def _found(answered: Answered, further: list[Hit], least: float) -> dict[str, object]:
    found = answered.found
    return {
        "answered": answered.goes_out,
        "skill": answered.skill,
        "probability": found.probability,
        "threshold": least,
        "parts": [{**_hit(part.hit), "sentences": part.sentences} for part in found.parts],
        "disputes": [
            [{**_hit(part.hit), "sentences": part.sentences} for part in (dispute.one, dispute.other)]
            for dispute in found.disputes
        ],
        "expired": {**_hit(found.expired), "valid_until": found.expired.article.valid_until} if found.expired else None,
        "further": [_hit(hit) for hit in further],
    }


def _hit(hit: Hit) -> dict[str, object]:
    article, passage = hit.article, hit.passage
    where = {"id": article.id, "title": article.title, "source": article.source, "link": article.link}
    return {**where, "heading": passage.heading, "probability": hit.probability, "text": passage.text}


def _place(hit: Hit) -> str:
    """The article, the way to the passage within it, the id."""
    headings = [one for one in (hit.article.title, hit.passage.heading) if one]
    return f"{plain(' › '.join(dict.fromkeys(headings)))}  [dim]{hit.article.id}[/]"


def _show_found(answered: Answered, further: list[Hit], least: float) -> None:
    found = answered.found
    if answered.skill:
        say(f"The skill {answered.skill} takes this question.", f"这个问题由技能 {answered.skill} 处理。")
    if not found.parts:
        say("Nothing was found.", "没有找到。")
    elif answered.goes_out:
        say(
            f"Goes out: {found.probability:.2f}, enough from {least:.2f} on.",
            f"会回答：{found.probability:.2f}，达到 {least:.2f}。",
        )
    else:
        say(
            f"Would not go out: {found.probability:.2f}, enough from {least:.2f} on.",
            f"不会回答：{found.probability:.2f}，未到 {least:.2f}。",
        )
    for part in found.parts:
        for sentence in part.sentences:
            console.print(f"  {plain(sentence)}", soft_wrap=True)
        console.print(f"  [dim]{part.hit.probability:.2f}[/]  {_place(part.hit)}", soft_wrap=True)
    for dispute in found.disputes:
        say("Another text says otherwise:", "另一篇说法不同：")
        for part in (dispute.one, dispute.other):
            console.print(f"  {plain(' '.join(part.sentences))}  {_place(part.hit)}", soft_wrap=True)
    if found.expired:
        until = found.expired.article.valid_until
        say(f"Answered better, but held until {until} only:", f"更符合，但只到 {until} 有效：")
        console.print(f"  {found.expired.probability:.2f}  {_place(found.expired)}", soft_wrap=True)
    if further:
        say("Found, too:", "还找到：")
    for hit in further:
        console.print(f"  {hit.probability:.2f}  {_place(hit)}", soft_wrap=True)


def _show_quiz(quiz: Quiz) -> None:
    from rich.table import Table

    zh = chinese()
    columns = (
        (
            *("", "questions", "found first", "among 5", "by a skill", "by the texts"),
            *("right", "wrong", "answered rightly", "offered", "rightly silent"),
        ),
        (
            "",
            "问题",
            "排第一",
            "前五",
            "由技能处理",
            "资料回答",
            "答对",
            "答错",
            "应答而答对",
            "列出供选",
            "不应答而未答",
        ),
    )[zh]
    table = Table(*columns, box=None, header_style="dim")
    names = {"zh": ("Chinese", "中文")[zh], "en": ("English", "英文")[zh]}
    rows = {("all", "全部")[zh]: quiz.figures, **{names[key]: one for key, one in quiz.by_language.items()}}
    for name, figures in rows.items():
        shares = (getattr(figures, share) for share in figures.__slots__)
        table.add_row(name, str(figures.answered.of), *map(_share, shares))
    console.print(table)
    say(
        f"95 % intervals are exact; kefu answers from {quiz.least:.2f} on.",
        f"95% 区间是精确的；{quiz.least:.2f} 起自动回答。",
    )
    say(
        f"How sure, and how often right (mean distance {quiz.calibration_error:.3f}):",
        f"把握与实际正确率（平均相差 {quiz.calibration_error:.3f}）：",
    )
    for part in quiz.calibration:
        console.print(f"  {part.sure:.2f} → {part.right:.2f}  [dim]{part.count}[/]")
    say("What other thresholds would let out, right and wrong:", "换个门槛会答出多少，对与错：")
    for trial in quiz.trials:
        console.print(f"  {trial.least:.2f} → {trial.right} [dim]+[/] {trial.wrong}")
    if not quiz.with_skills:
        say(
            "No model is trained, so that skills were not asked first; run kefu train.",
            "还没有训练模型，所以没有先问技能；请运行 kefu train。",
        )
    for one in quiz.taken[:SHOWN]:
        say(
            f"  The skill {one.skill} takes {one.listed.line}: {one.listed.question}",
            f"  由技能 {one.skill} 处理 {one.listed.line}：{one.listed.question}",
        )
    for one in quiz.failures[:SHOWN]:
        _show_failure(one)
    rest = len(quiz.failures) - SHOWN
    if rest > 0:
        say(
            f"  … and {rest} more; --html and --json have them all.", f"  … 还有 {rest} 条，--html 和 --json 里有全部。"
        )


def _show_failure(one: Asked) -> None:
    colour = "red" if one.mark == "wrong" else "yellow"
    titles = plain(" | ".join(one.of)) or "–"
    console.print(
        f"  [{colour}]{one.probability:.2f} {MARKS[one.mark][chinese()]}[/]  "
        f"{one.listed.line}: {plain(one.listed.question)}  [dim]{titles}: {plain(one.said)}[/]",
        soft_wrap=True,
    )


def _share(one: Share) -> str:
    return f"{one.value:.0%} [dim]{one.low:.0%}–{one.high:.0%}[/]" if one.of else "–"


def _show_against(compared: Against) -> None:
    better, worse, chance = len(compared.better), len(compared.worse), f"{compared.chance:.3f}"
    certain = compared.is_certain
    say(
        f"Of {compared.shared} questions that both have, {better} came out better and {worse} worse: "
        f"{'more than chance' if certain else 'may be chance'} (p = {chance}).",
        f"两次都有的 {compared.shared} 个问题，{better} 个变好，{worse} 个变差："
        f"{'超出偶然' if certain else '可能只是偶然'}（p = {chance}）。",
    )
    for sign, colour, changes in (("-", "red", compared.worse), ("+", "green", compared.better)):
        for one in changes[:SHOWN]:
            before, after = MARKS[one.before][chinese()], MARKS[one.after][chinese()]
            console.print(f"  [{colour}]{sign}[/] {plain(one.question)}  [dim]{before} → {after}[/]", soft_wrap=True)
