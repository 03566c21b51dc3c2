"""kefu predict: what customers will do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, chinese, console, plain, progress, say

if TYPE_CHECKING:
    from kefu.app import Kefu
    from kefu.app.foresight.renewal import Learned, Serve
    from kefu.core.nouns import Language
    from kefu.core.ports.reader import Progress

T = TypeVar("T")
PATIENCE_S = 60.0
"""How long the records may take for many customers at once, on a machine that serves meanwhile."""


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
@click.option("--no-gate", is_flag=True, help="Serve the new version though it may be worse.")
def train(name: str, home: Path, *, as_json_: bool, no_promote: bool, no_gate: bool) -> None:
    """Let NAME, or every predictor, learn from the records and the log, and serve it unless it is worse.

    It is measured on the latest cases by a model that knows only what was known when these
    began; the version that is kept then learns from all. The version served so far is held
    against it on the same cases, by a model that knew no more; where the new one is worse,
    it stays a candidate, and the exit code is 1. A predictor that has too little to learn
    from is left out, and said so; then the exit code is 1 where it was asked for by its name.
    """
    name, home = _sorted_out(name, home)
    serve: Serve = "never" if no_promote else "always" if no_gate else "unless_worse"
    told = asyncio.run(_with(home, lambda kefu, show: _train(kefu, name, show, serve)))
    _tell(told, as_json_=as_json_)
    if any(one.card.get("gate", {}).get("worse") or (one.problem and name) for one in told):
        raise click.exceptions.Exit(1)


@predict.command(
    epilog="""\b
Examples:
  kefu predict renew my-school
  kefu predict renew my-school --all"""
)
@home
@json_option
@click.option("--all", "all_", is_flag=True, help="Train every predictor, whether enough has changed or not.")
def renew(home: Path, *, as_json_: bool, all_: bool) -> None:
    """Train predictors for which enough has changed, serve those that aren't worse, and score everybody.

    A running server does it by itself at night, one thread of a process that yields to others:
    see [foresight] in kefu.toml.
    """
    from kefu.app.foresight.renewal import due

    async def work(kefu: Kefu, show: Progress) -> tuple[list[Learned], dict[str, int]]:
        from kefu.app.foresight.renewal import learn

        await kefu.reporting.catch_up()
        now, found = datetime.now(UTC), kefu.foreseeing
        wanted = await due(found, now, -1.0 if all_ else kefu.config.get("foresight.changed", float))
        if all_:
            wanted = {name: "asked" if why == "more" else why for name, why in wanted.items()}
        await found.skip_ahead()
        told = await learn(found, wanted, now, show)
        return told, await found.score_all(now, show)

    told, counts = asyncio.run(_with(home, work))
    _tell(told, counts, as_json_=as_json_)


@predict.command(epilog="\b\nExamples:\n  kefu predict promote at_risk 20260302-101500250-boosted-v1 my-school")
@click.argument("name")
@click.argument("version")
@home
def promote(name: str, version: str, home: Path) -> None:
    """Serve VERSION of NAME, whatever came of the comparison: one that --no-promote kept, or that seemed worse."""
    from kefu.app.config import load_config
    from kefu.app.foresight.folder import find_predictor
    from kefu.app.foresight.models import PredictorModels

    root = load_config(home).home
    find_predictor(root, name)
    models = PredictorModels(root, name)
    models.card(version)
    models.promote(version)
    say(f"{version} is served.", f"已启用 {version}。")


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
    """Foresee everybody now, by NAME or every predictor: subjects of the records, and customers who came lately.

    A running server does it every night, and scores customers as they write.
    """
    name, home = _sorted_out(name, home)

    async def work(kefu: Kefu, show: Progress) -> dict[str, int]:
        await kefu.reporting.catch_up()
        return await kefu.foreseeing.score_all(datetime.now(UTC), show, name)

    _tell([], asyncio.run(_with(home, work)), as_json_=as_json_)


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


async def _train(kefu: Kefu, name: str, show: Progress, serve: Serve) -> list[Learned]:
    from kefu.app.foresight.folder import find_predictor
    from kefu.app.foresight.renewal import learn

    await kefu.reporting.catch_up()
    found = kefu.foreseeing
    if name:
        find_predictor(kefu.config.home, name)
    names = [name] if name else list(found.declared)
    return await learn(found, dict.fromkeys(names, "asked"), datetime.now(UTC), show, serve)


def _sorted_out(name: str, home: Path) -> tuple[str, Path]:
    """A single argument may be the project: `kefu predict train my-school`."""
    if name and home == Path() and (Path(name) / "kefu.toml").is_file():
        return "", Path(name)
    return name, home


def _tell(told: Sequence[Learned], counts: Mapping[str, int] | None = None, *, as_json_: bool) -> None:
    """What was learned and scored."""
    if as_json_:
        as_json({"trained": [_as_dict(one) for one in told], "scored": counts or {}})
        return
    for one in told:
        if one.problem:
            say(f"{one.name}: {one.problem}", f"{one.name}：{one.problem}")
            continue
        _show(one.name, one.version, one.card)
        if one.card["gate"]["worse"]:
            gate = one.card["gate"]
            off = f"{gate['after']:.4f} / {gate['before']:.4f}"
            say(
                f"  Not served: it is further off than {gate['against']} on the same cases ({off}). It stays a "
                f"candidate: kefu predict promote {one.name} {one.version}",
                f"  未启用：在同样的案例上，它比 {gate['against']} 偏差更大（{off}），保留为候选："
                f"kefu predict promote {one.name} {one.version}",
            )
    for which, count in (counts or {}).items():
        say(f"{which}: {count:,} scored", f"{which}：已评分 {count:,} 个")


def _show(name: str, version: str, report: Mapping[str, Any]) -> None:
    """A report in a line or two."""
    parts = [
        f"{word} {report[key]:.3f}"
        for key, word in (
            ("auc", "AUC"), ("calibration_error", "calibration error"), ("held", "within the interval of 80 %"),
            ("first", "first guess right"), ("first_of_usual", "always the usual"),
        )
        if key in report
    ]  # fmt: skip
    parts += [
        f"{kind}: {of['error']:.2f} a half hour (a week before: {of['naive']:.2f})"
        for kind, of in report.get("volume", {}).items()
    ]
    console.print(f"[bold]{name}[/] {version} · {report['lessons']:,} → {report['cases']:,}", soft_wrap=True)
    console.print(f"  {', '.join(parts)}", soft_wrap=True)


def _as_dict(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a Score or a Learned
    from dataclasses import asdict

    return asdict(one)


async def _with(home: Path, work: Callable[[Kefu, Progress], Awaitable[T]]) -> T:
    from kefu.app import open_kefu

    async with open_kefu(home, deliver=False, patience_s=PATIENCE_S) as kefu:
        with progress() as advance:
            return await work(kefu, advance)
