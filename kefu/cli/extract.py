"""kefu extract: a model of the company's own that finds facts in conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, progress, say

if TYPE_CHECKING:
    from kefu.app.extraction.models import KindFigures

anything = click.Path(exists=True, path_type=Path)


@click.group(
    epilog="""\b
Examples:
  kefu extract train my-school
  kefu extract test tests.jsonl my-school
  kefu extract run my-school
  kefu extract list my-school"""
)
def extract() -> None:
    """Train a model that finds facts of your own kinds, and let it read all conversations.

    Training needs pip install 'kefu[deep]', serving 'kefu[encoder]'.
    """


@extract.command(
    epilog="""\b
Examples:
  kefu extract train my-school
  kefu extract train my-school --no-promote --json"""
)
@home
@json_option
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same model.")
@click.option("--no-promote", is_flag=True, help="Keep the new model as a candidate; serve the old one.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
def train(*, home: Path, as_json_: bool, seed: int, no_promote: bool, quiet: bool) -> None:
    """Learn from the marked texts in spans/ and from what colleagues put right at the desk, and serve the model.

    One text of twelve is held back to measure the model and to learn how far to trust
    it; the last round learns from these too.
    """
    from kefu.app import open_kefu
    from kefu.app.extraction.models import extractors_of
    from kefu.app.extraction.teaching import read_files, taught_at_desk, train_extractor

    async def work() -> None:
        start = perf_counter()
        async with open_kefu(home, deliver=False) as kefu:
            extractors = extractors_of(kefu.config)
            texts = read_files(kefu.config.home / kefu.config.get("extract.spans", str))
            desk = await taught_at_desk(kefu.store, kefu.config.zone, kefu.extraction.served())
            folder = kefu.config.get("extract.encoder", str)
            encoder = kefu.config.home / folder if folder else None
        with progress(quiet=quiet or as_json_) as advance:
            card = await train_extractor(
                [*texts, *desk], extractors, seed=seed, progress=advance, now=datetime.now(UTC), encoder=encoder
            )
        if not no_promote:
            extractors.promote(card.name)
        seconds = perf_counter() - start
        if as_json_:
            as_json({**asdict(card), "from_desk": len(desk), "promoted": not no_promote, "seconds": seconds})
            return
        say(
            f"Learned from {card.texts:,} texts ({len(desk):,} from the desk) in {seconds:.0f} s: {card.name}",
            f"用 {card.texts:,} 条文本（其中工作台 {len(desk):,} 条）训练完成，用时 {seconds:.0f} 秒：{card.name}",
        )
        _show(card.overall, card.kinds, card.held)
        if no_promote:
            say(
                f"A candidate; serve it with: kefu extract promote {card.name}",
                f"候选版本；采用：kefu extract promote {card.name}",
            )
        else:
            say(
                "It is served. Let it read the past: kefu extract run", "已采用。让它读一遍以前的对话：kefu extract run"
            )

    asyncio.run(work())


@extract.command(
    epilog="""\b
Examples:
  kefu extract test tests.jsonl my-school
  kefu extract test dev.bio my-school --version 3f2a --json"""
)
@click.argument("file", type=anything)
@home
@json_option
@click.option("--version", default="", help="A version, or a part of its name; by default the one served.")
def test(*, file: Path, home: Path, as_json_: bool, version: str) -> None:
    """Compare what a version finds with what is marked in FILE (or in all files of a folder)."""
    from kefu.ai.extract.marked import score
    from kefu.app.config import load_config
    from kefu.app.extraction.models import KindFigures, extractors_of
    from kefu.app.extraction.teaching import read_files

    extractors = extractors_of(load_config(home))
    name = extractors.find(version).name if version else extractors.current()
    texts = read_files(file)
    found = extractors.open(name).find([one.text for one in texts])
    overall, kinds = score(
        [one.spans for one in texts], [[(one.start, one.end, one.kind) for one in own] for own in found]
    )
    figures = {kind: KindFigures(own.precision, own.recall, own.f1, own.marked) for kind, own in kinds.items()}
    whole = KindFigures(overall.precision, overall.recall, overall.f1, overall.marked)
    if as_json_:
        as_json({"version": name, "texts": len(texts), "overall": asdict(whole), "kinds": kinds_of(figures)})
    else:
        _show(whole, figures, len(texts))


@extract.command(
    epilog="""\b
Examples:
  kefu extract run my-school
  kefu extract run my-school --json"""
)
@home
@json_option
def run(*, home: Path, as_json_: bool) -> None:
    """Read all conversations so far with the model served, on the cores that [batch] says.

    What was broken off goes on where it was. Colleagues' corrections stay. New messages
    are read by the running server.
    """
    from kefu.app import open_kefu
    from kefu.app.batch import engine_of
    from kefu.app.extraction.crew import crew_of
    from kefu.app.extraction.models import extractors_of

    async def work() -> int:
        async with open_kefu(home, deliver=False) as kefu:
            with (
                progress(quiet=as_json_) as advance,
                crew_of(engine_of(kefu.config), extractors_of(kefu.config)) as crew,
            ):
                return await kefu.extraction.read_again(advance, crew)

    start = perf_counter()
    count = asyncio.run(work())
    seconds = perf_counter() - start
    if as_json_:
        as_json({"events": count, "seconds": seconds})
    else:
        say(
            f"Went through {count:,} events in {seconds:.0f} s; the facts are at /desk/facts.",
            f"用 {seconds:.0f} 秒读完 {count:,} 个事件；事实见 /desk/facts。",
        )


@extract.command("list", epilog="\b\nExamples:\n  kefu extract list my-school\n  kefu extract list my-school --json")
@home
@json_option
def list_(*, home: Path, as_json_: bool) -> None:
    """List the versions that are kept, the latest first, with how well each finds its kinds."""
    from rich.table import Table

    from kefu.app.config import load_config
    from kefu.app.extraction.models import extractors_of

    extractors = extractors_of(load_config(home))
    served, cards = extractors.served(), extractors.cards()[::-1]
    states = {one.name: "current" if served[:1] == [one.name] else "previous" for one in cards if one.name in served}
    if as_json_:
        as_json([{**asdict(one), "state": states.get(one.name, "candidate")} for one in cards])
        return
    if not cards:
        say("No version yet; run kefu extract train.", "还没有任何版本，请运行 kefu extract train。")
        return
    table = Table("", "version", "", "texts", "F1", "kinds", box=None, header_style="dim", pad_edge=False)
    for one in cards:
        state = states.get(one.name, "candidate")
        kinds = ", ".join(f"{kind} {own.f1:.2f}" for kind, own in one.kinds.items())
        mark = "●" if state == "current" else ""
        table.add_row(mark, one.name, state, f"{one.texts:,}", f"{one.overall.f1:.3f}", kinds)
    console.print(table)


@extract.command(epilog="\b\nExamples:\n  kefu extract promote 3f2a my-school                  part of a name will do")
@click.argument("version")
@home
def promote(*, version: str, home: Path) -> None:
    """Serve VERSION from now on; a running server takes it over by itself."""
    from kefu.app.config import load_config
    from kefu.app.extraction.models import extractors_of

    extractors = extractors_of(load_config(home))
    name = extractors.find(version).name
    extractors.promote(name)
    say(f"Promoted: {name}", f"已采用：{name}")


@extract.command(epilog="\b\nExamples:\n  kefu extract rollback my-school")
@home
def rollback(*, home: Path) -> None:
    """Serve again the version that was served before; repeat it to go back further."""
    from kefu.app.config import load_config
    from kefu.app.extraction.models import extractors_of

    extractors = extractors_of(load_config(home))
    was, now = extractors.current(), extractors.rollback()
    say(f"{now} is served again, instead of {was}.", f"已恢复 {now}，取代 {was}。")


def kinds_of(figures: Mapping[str, KindFigures]) -> dict[str, object]:
    """Figures by kind, for a machine to read."""
    return {kind: asdict(own) for kind, own in figures.items()}


def _show(overall: KindFigures, kinds: Mapping[str, KindFigures], texts: int) -> None:
    """Figures as a table."""
    from rich.table import Table

    say(f"On {texts:,} texts:", f"在 {texts:,} 条文本上：")
    table = Table("kind", "precision", "recall", "F1", "marked", box=None, header_style="dim", pad_edge=False)
    for kind, own in (*kinds.items(), ("", overall)):
        table.add_row(kind, f"{own.precision:.3f}", f"{own.recall:.3f}", f"{own.f1:.3f}", f"{own.marked:,}")
    console.print(table)
