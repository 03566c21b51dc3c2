"""kefu predict: what customers will do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, chinese, console, plain, progress, say

if TYPE_CHECKING:
    from kefu.app import Kefu
    from kefu.core.nouns import Language
    from kefu.core.ports.reader import Progress

T = TypeVar("T")


@click.group(
    epilog="""\b
Examples:
  kefu predict list my-school
  kefu predict train at_risk my-school
  kefu predict score at_risk my-school
  kefu predict explain L00012 my-school"""
)
def predict() -> None:
    """Foresee what customers do, with the predictors that a project declares in `predictors/`.

    Training needs LightGBM: pip install 'kefu[predict]'. A running server takes a version
    over within seconds, scores customers as they go on, and shows them on /desk/foresight.
    """


@predict.command("list", epilog="\b\nExamples:\n  kefu predict list my-school\n  kefu predict list my-school --json")
@home
@json_option
def list_(home: Path, as_json_: bool) -> None:
    """List the predictors, the version of each that is served, and its figures."""
    from rich.table import Table

    from kefu.app.config import load_config
    from kefu.app.foresight.folder import read_predictors
    from kefu.app.foresight.models import PredictorModels

    root = load_config(home).home
    found: list[dict[str, Any]] = []
    for name, declared in read_predictors(root).items():
        models = PredictorModels(root, name)
        served = next(iter(models.served()), "")
        report = models.card(served) if served else {}
        found.append({"name": name, "title": dict(declared.title), "use": declared.use, "served": served, **report})
    if as_json_:
        as_json(found)
        return
    table = Table("predictor", "what", "served", "lessons", "AUC", "calibration error", box=None, header_style="dim")
    for one in found:
        figures = [f"{one[key]:.3f}" if key in one else "" for key in ("auc", "calibration_error")]
        title = one["title"]["zh" if chinese() else "en"]
        table.add_row(one["name"], plain(title), one["served"] or "–", f"{one.get('lessons', 0):,}", *figures)
    console.print(table)


@predict.command(
    epilog="""\b
Examples:
  kefu predict train my-school                          every predictor
  kefu predict train at_risk my-school --no-promote     look at its card first: /desk/foresight"""
)
@click.argument("name", default="")
@home
@json_option
@click.option("--no-promote", is_flag=True, help="Keep the new version; serve the old one.")
def train(name: str, home: Path, *, as_json_: bool, no_promote: bool) -> None:
    """Let NAME, or every predictor, learn from the records and the log, and serve it.

    It is measured on the latest cases by a model that knows only what was known when these
    began; the version that is kept then learns from all. One that has too little to learn
    from is left out, and said so; then the exit code is 1 where it was asked for by its name.
    """
    name, home = _sorted_out(name, home)
    told, failed = asyncio.run(_with(home, lambda kefu, show: _train(kefu, name, show, promote=not no_promote)))
    if as_json_:
        as_json({"trained": told, "left_out": failed})
    for one in () if as_json_ else told:
        _show(one["name"], one["version"], one["report"])
    for which, why in () if as_json_ else failed:
        say(f"{which}: {why}", f"{which}：{why}")
    if failed and name:
        raise click.exceptions.Exit(1)


@predict.command(epilog="\b\nExamples:\n  kefu predict test at_risk my-school\n  kefu predict test returns --json")
@click.argument("name")
@home
@json_option
def test(name: str, home: Path, *, as_json_: bool) -> None:
    """Measure the served version of NAME on the latest cases of which it is known what came."""

    async def work(kefu: Kefu, show: Progress) -> dict[str, Any]:
        from kefu.app.foresight.folder import find_predictor
        from kefu.app.foresight.models import PredictorModels
        from kefu.app.foresight.training import test as measure

        declared = find_predictor(kefu.config.home, name)
        models = PredictorModels(kefu.config.home, name)
        model = models.open_model(declared, models.current())
        return await measure(declared, model, kefu.foreseeing.gatherer, datetime.now(UTC), show)

    report = asyncio.run(_with(home, work))
    if as_json_:
        as_json(report)
    else:
        _show(name, "", report)


@predict.command(epilog="\b\nExamples:\n  kefu predict score my-school\n  kefu predict score at_risk my-school")
@click.argument("name", default="")
@home
@json_option
def score(name: str, home: Path, *, as_json_: bool) -> None:
    """Foresee everybody now: who wrote since, and, of predictors over the records, every subject there.

    Run it once a day for customers who never write; a running server scores those who do.
    """
    name, home = _sorted_out(name, home)

    async def work(kefu: Kefu, show: Progress) -> dict[str, int]:
        now, found = datetime.now(UTC), kefu.foreseeing
        counts = {"": await found.catch_up(now)}
        for which in found.declared:
            if name in ("", which) and (count := await found.score_all(which, now, show)):
                counts[which] = count
        return counts

    counts = asyncio.run(_with(home, work))
    followed = counts.pop("")
    if as_json_:
        as_json({"customers_followed": followed, "scored": counts})
        return
    say(f"Scored {followed:,} customers who wrote since.", f"已为 {followed:,} 位有新来访的客户评分。")
    for which, count in counts.items():
        say(f"{which}: {count:,} subjects", f"{which}：{count:,} 个对象")


@predict.command(epilog="\b\nExamples:\n  kefu predict explain L00012 my-school\n  kefu predict explain L00012 --json")
@click.argument("customer")
@home
@json_option
def explain(customer: str, home: Path, *, as_json_: bool) -> None:
    """Foresee CUSTOMER (an id of the records) now, and say why."""
    from kefu.service.foresight.wording import say as words

    async def work(kefu: Kefu, _show: Progress) -> Any:  # noqa: ANN401 - scores
        found = kefu.foreseeing
        return found.declared, await found.score([customer], datetime.now(UTC), found.served())

    declared, scores = asyncio.run(_with(home, work))
    if as_json_:
        as_json([{**_as_dict(one)} for one in scores])
        return
    language: Language = "zh" if chinese() else "en"
    if not scores:
        say(
            "Nothing is foreseen: no version is served, or nothing fits.",
            "没有预测：没有启用的版本，或没有适用的对象。",
        )
    for one in scores:
        which, found = declared[one.predictor], one.prediction
        value = f"{found.value:.0f} ({found.low:.0f}–{found.high:.0f})" if which.is_when else f"{found.value:.0%}"
        console.print(f"[bold]{plain(which.title[language])}[/] {plain(one.label or one.subject)}: {value}")
        for said in words(one.reasons, which, language):
            console.print(f"  {'▲' if said.raises else '▼'} {plain(said.text)}")


@predict.command(epilog="\b\nExamples:\n  kefu predict rollback at_risk my-school")
@click.argument("name")
@home
def rollback(name: str, home: Path) -> None:
    """Serve again the version of NAME that was served before."""
    from kefu.app.config import load_config
    from kefu.app.foresight.folder import find_predictor
    from kefu.app.foresight.models import PredictorModels

    root = load_config(home).home
    find_predictor(root, name)
    models = PredictorModels(root, name)
    was, now = models.current(), models.rollback()
    say(f"{now} is served again, instead of {was}.", f"已恢复 {now}，取代 {was}。")


async def _train(
    kefu: Kefu, name: str, show: Progress, *, promote: bool
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    from kefu.app.foresight.folder import find_predictor, read_predictors
    from kefu.app.foresight.models import PredictorModels
    from kefu.app.foresight.training import train as learn
    from kefu.core.errors import BadInput

    root = kefu.config.home
    await kefu.reporting.catch_up()
    wanted = {name: find_predictor(root, name)} if name else read_predictors(root)
    told, failed = [], []
    for which, declared in wanted.items():
        if declared.about == "volume" and not name:
            continue
        models = PredictorModels(root, which)
        try:
            made, report = await learn(declared, models, kefu.foreseeing.fresh_gatherer(), datetime.now(UTC), show)
        except BadInput as error:
            failed.append((which, error.message))
            continue
        if promote:
            models.promote(made)
        told.append({"name": which, "version": made, "promoted": promote, "report": report})
    return told, failed


def _sorted_out(name: str, home: Path) -> tuple[str, Path]:
    """A single argument may be the project: `kefu predict train my-school`."""
    if name and home == Path() and (Path(name) / "kefu.toml").is_file():
        return "", Path(name)
    return name, home


def _show(name: str, version: str, report: dict[str, Any]) -> None:
    """A report in a line or two."""
    parts = [
        f"{word} {report[key]:.3f}"
        for key, word in (
            ("auc", "AUC"), ("calibration_error", "calibration error"), ("held", "within the interval of 80 %"),
            ("first", "first guess right"), ("first_of_usual", "always the usual"),
        )
        if key in report
    ]  # fmt: skip
    console.print(f"[bold]{name}[/] {version} · {report['lessons']:,} → {report['cases']:,}", soft_wrap=True)
    console.print(f"  {', '.join(parts)}", soft_wrap=True)


def _as_dict(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a Score
    from dataclasses import asdict

    return asdict(one)


async def _with(home: Path, work: Callable[[Kefu, Progress], Awaitable[T]]) -> T:
    from kefu.app import open_kefu

    async with open_kefu(home, deliver=False) as kefu:
        with progress() as advance:
            return await work(kefu, advance)
