"""kefu knowledge: a company's texts in, out, looked at."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import json_option, project_option
from kefu.cli.searching import search, test
from kefu.cli.show import as_json, chinese, console, plain, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefu.app.config import Config
    from kefu.app.library.intake import Report
    from kefu.core.articles import Article

SHOWN = 20
"""How many lines of a kind a report prints."""
WHO = "kefu knowledge by hand"

prune_option = click.option("--prune", is_flag=True, help="Take out what came from files or pages that are gone.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done, change nothing.")


@click.group()
def knowledge() -> None:
    """Bring a company's texts in, and look after them."""


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge add handbook/ faq.xlsx
  kefu knowledge add handbook/ --prune        files that are gone go from kefu, too
  kefu knowledge add handbook/ --dry-run"""
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@project_option
@prune_option
@dry_option
@json_option
def add(paths: tuple[Path, ...], *, project: Path, prune: bool, dry_run: bool, as_json_: bool) -> None:
    """Bring in PATHS: Markdown, HTML, PDF, Word, text, and tables of questions and answers.

    What did not change costs nothing; an interrupted run goes on where it was. A broken
    file is skipped with the reason, and the exit code is then 1.
    """
    from kefu.app.config import load_config
    from kefu.app.library.bring import bring
    from kefu.app.library.intake import LEDGER, Intake, open_library
    from kefu.app.library.reading import open_reading

    async def work() -> Report:
        config = load_config(project)
        async with open_library(config) as library, open_reading() as reading:
            intake = Intake(library, config.home / LEDGER, datetime.now(UTC), dry_run=dry_run)
            with progress(quiet=as_json_) as advance:
                return await bring(paths, intake, reading, advance, prune=prune)

    show_report(asyncio.run(work()), as_json_=as_json_, dry_run=dry_run)


def show_report(report: Report, *, as_json_: bool, dry_run: bool = False) -> None:
    """What became of everything; ends with exit code 1 when something was skipped."""
    if as_json_:
        as_json({**report.as_dict(), "dry_run": dry_run})
    else:
        would = ("Would be: ", "将会：") if dry_run else ("", "")
        counts = [
            len(report.added),
            len(report.changed),
            len(report.removed),
            len(report.unchanged),
            len(report.skipped),
        ]
        say(
            would[0] + "{} added, {} changed, {} removed; {} files unchanged, {} skipped.".format(*counts),
            would[1] + "新增 {} 篇，更新 {} 篇，移除 {} 篇；{} 个文件未变，{} 个跳过。".format(*counts),
        )
        for one in report.skipped[:SHOWN]:
            console.print(f"  [yellow]·[/] {plain(one.source)}: {plain(one.reason)}", soft_wrap=True)
        if report.kept:
            say(
                f"{len(report.kept)} were changed or removed in kefu, and their files stayed the same; left alone.",
                f"{len(report.kept)} 篇在 kefu 里改过或移除过，而文件没有变，保持原样。",
            )
        if report.gone:
            say(
                f"{len(report.gone)} came from files that are gone; --prune takes them out.",
                f"{len(report.gone)} 篇的文件已经不在，加 --prune 就移除。",
            )
    if report.skipped:
        raise click.exceptions.Exit(1)


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge site https://example.com/sitemap.xml --only /help/"""
)
@click.argument("sitemap")
@project_option
@click.option("--only", multiple=True, metavar="PATH", help="Only pages below this path; may be repeated.")
@click.option("--most", default=5_000, show_default=True, help="Refuse a sitemap that names more pages.")
@click.option("--delay", default=0.5, show_default=True, help="Seconds between two pages; robots.txt may ask for more.")
@click.option("--allow-private", is_flag=True, help="The host may have a private address, such as in an intranet.")
@prune_option
@dry_option
@json_option
def site(
    sitemap: str,
    *,
    project: Path,
    only: tuple[str, ...],
    most: int,
    delay: float,
    allow_private: bool,
    prune: bool,
    dry_run: bool,
    as_json_: bool,
) -> None:
    """Bring in the pages that SITEMAP names, from its own host alone, as robots.txt permits.

    Pages that did not change are not sent again.
    """
    from kefu.app.config import load_config
    from kefu.app.library.intake import LEDGER, Intake, open_library
    from kefu.app.library.reading import open_reading
    from kefu.app.library.site import Tour, bring_site

    async def work() -> Report:
        config = load_config(project)
        tour = Tour(sitemap, only, most, delay, allow_private, prune)
        async with open_library(config) as library, open_reading(lanes=1) as reading:
            intake = Intake(library, config.home / LEDGER, datetime.now(UTC), dry_run=dry_run)
            with progress(quiet=as_json_) as advance:
                return await bring_site(tour, intake, reading, advance)

    show_report(asyncio.run(work()), as_json_=as_json_, dry_run=dry_run)


@knowledge.command(
    "list",
    epilog="""\b
Examples:
  kefu knowledge list --language zh --expired
  kefu knowledge list --audience staff --json""",
)
@project_option
@click.option("--audience", type=click.Choice(("public", "signed_in", "staff")), help="Only those for this audience.")
@click.option("--language", type=click.Choice(("zh", "en")), help="Only those in this language.")
@click.option("--expired", is_flag=True, help="Only those that do not hold today.")
@json_option
def list_(*, project: Path, audience: str | None, language: str | None, expired: bool, as_json_: bool) -> None:
    """List the articles."""
    from kefu.app.config import load_config
    from kefu.app.library.intake import all_articles, open_library

    async def work() -> list[Article]:
        config = load_config(project)
        today = datetime.now(config.zone).date()
        async with open_library(config) as library:
            return [
                one async for one in all_articles(library)
                if audience in (None, one.audience) and language in (None, one.language)
                and not (expired and one.holds_on(today))
            ]  # fmt: skip

    articles = asyncio.run(work())
    if as_json_:
        as_json([summary(one) for one in articles])
        return
    say(f"{len(articles)} articles", f"{len(articles)} 篇")
    for one in articles:
        until = f" → {one.valid_until}" if one.valid_until else ""
        line = f"{one.id}  {one.language}  {one.audience:<9}  {plain(one.title)}  [dim]{plain(one.source)}{until}[/]"
        console.print(line, soft_wrap=True)


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge show 421367a1a42aedf3bbea
  kefu knowledge show 421367a1a42aedf3bbea --version 1"""
)
@click.argument("article_id", metavar="ID")
@project_option
@click.option("--version", default=0, help="An earlier version (default: the current one).")
@json_option
def show(article_id: str, *, project: Path, version: int, as_json_: bool) -> None:
    """Show an article and the passages that it is cut into."""
    article = _article(project, article_id, version)
    if as_json_:
        as_json({**summary(article), "markdown": article.markdown, "passages": [
            {"number": one.number, "heading": one.heading, "question": one.question, "text": one.text}
            for one in article.passages
        ]})  # fmt: skip
        return
    console.print(
        f"[bold]{plain(article.title)}[/]  [dim]{plain(article.source)}, {article.version}[/]", soft_wrap=True
    )
    for one in article.passages:
        head = " · ".join(part for part in (one.heading, one.question) if part)
        console.print(f"[dim]{one.number}  {plain(head)}[/]", soft_wrap=True)
        console.print("\n".join(map(plain, one.text.splitlines())), soft_wrap=True)


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge remove 421367a1a42aedf3bbea"""
)
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@project_option
def remove(ids: tuple[str, ...], *, project: Path) -> None:
    """Take articles out; `kefu knowledge restore` brings them back."""
    from kefu.app.config import load_config
    from kefu.app.library.intake import open_library

    async def work() -> Sequence[str]:
        async with open_library(load_config(project)) as library:
            return (await library.shelve([], ids, WHO, datetime.now(UTC))).removed

    removed = asyncio.run(work())
    say(f"{len(removed)} removed.", f"已移除 {len(removed)} 篇。")
    if len(removed) < len(set(ids)):
        raise click.exceptions.Exit(1)


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge history 421367a1a42aedf3bbea"""
)
@click.argument("article_id", metavar="ID")
@project_option
@json_option
def history(article_id: str, *, project: Path, as_json_: bool) -> None:
    """Show who made which version of an article, and when."""
    from kefu.app.config import load_config
    from kefu.app.library.edit import read_history
    from kefu.app.library.intake import open_library

    async def work() -> list[dict[str, object]]:
        async with open_library(load_config(project)) as library:
            found = await read_history(library, article_id)
            return [{"version": one.number, "who": one.who, "at": one.at, "removed": not one.digest} for one in found]

    versions = asyncio.run(work())
    if as_json_:
        as_json(versions)
        return
    for one in versions:
        gone = ("  已移除" if chinese() else "  removed") if one["removed"] else ""
        console.print(f"{one['version']:>3}  {one['at']:%Y-%m-%d %H:%M} UTC  {plain(str(one['who']))}{gone}")


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge restore 421367a1a42aedf3bbea 1"""
)
@click.argument("article_id", metavar="ID")
@click.argument("version", type=int)
@project_option
def restore(article_id: str, version: int, *, project: Path) -> None:
    """Make an earlier VERSION of an article the current one."""
    from kefu.app.config import load_config
    from kefu.app.library.edit import restore as bring_back
    from kefu.app.library.intake import open_library

    async def work() -> int:
        async with open_library(load_config(project)) as library:
            return (await bring_back(library, article_id, version, WHO, datetime.now(UTC))).version

    made = asyncio.run(work())
    say(f"Version {version} is current again, as version {made}.", f"版本 {version} 重新生效，成为版本 {made}。")


@knowledge.command(
    epilog="""\b
Examples:
  kefu knowledge export texts/"""
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@project_option
def export(folder: Path, *, project: Path) -> None:
    """Write all articles into FOLDER as Markdown that `kefu knowledge add` reads."""
    from kefu.app.config import load_config
    from kefu.app.library.edit import as_file
    from kefu.app.library.intake import all_articles, open_library

    async def work() -> int:
        count = 0
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        async with open_library(load_config(project)) as library:
            async for article in all_articles(library):
                await asyncio.to_thread((folder / f"{article.id}.md").write_text, as_file(article), "utf-8")
                count += 1
        return count

    count = asyncio.run(work())
    say(f"Wrote {count} articles into {folder}.", f"已把 {count} 篇写入 {folder}。")


for command in (search, test):
    knowledge.add_command(command)


def bring_own(config: Config) -> None:
    """Bring in the folder `knowledge/` of a project when it starts; what can't be read is said, and it goes on."""
    from kefu.app.library.bring import bring_project

    with progress() as advance:
        report = asyncio.run(bring_project(config, datetime.now(UTC), advance))
    if report is None:
        return
    if report.added or report.changed or report.skipped:
        counts = (len(report.added), len(report.changed), len(report.skipped))
        say(
            "knowledge/: {} articles added, {} changed, {} files skipped.".format(*counts),
            "knowledge/：新增 {} 篇，更新 {} 篇，跳过 {} 个文件。".format(*counts),
        )
    for one in report.skipped[:SHOWN]:
        console.print(f"  [yellow]·[/] {plain(one.source)}: {plain(one.reason)}", soft_wrap=True)


def summary(one: Article) -> dict[str, object]:
    """An article without its text."""
    days = {"valid_from": one.valid_from, "valid_until": one.valid_until}
    about = {"id": one.id, "title": one.title, "language": one.language, "audience": one.audience, "owner": one.owner}
    return {**about, **days, "labels": one.labels, "link": one.link, "source": one.source, "version": one.version}


def _article(project: Path, article_id: str, version: int) -> Article:
    from kefu.app.config import load_config
    from kefu.app.library.edit import read_article
    from kefu.app.library.intake import open_library

    async def work() -> Article:
        async with open_library(load_config(project)) as library:
            return await read_article(library, article_id, version)

    return asyncio.run(work())
