"""kefu insight: what customers tell the company."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, chinese, console, plain, progress, say
from kefu.core.errors import BadConfig

if TYPE_CHECKING:
    from kefu.app import Kefu
    from kefu.app.insight import Heard
    from kefu.core.nouns import Language
    from kefu.core.ports.reader import Progress
    from kefu.service.insight.report import Period

T = TypeVar("T")
SHOWN = 20


@click.group(
    epilog="""\b
Examples:
  kefu insight mine my-school                 find the topics of the last weeks
  kefu insight topics my-school --days 28     what customers came with
  kefu insight alarms my-school               what is more than chance
  kefu insight skill TOPIC my-school          a draft of a skill for a topic"""
)
def insight() -> None:
    """What customers tell the company: topics, alarms, quality, a weekly digest.

    A running server mines by itself, every `[insight] hours`.
    """


@insight.command(epilog="\b\nExamples:\n  kefu insight mine my-school\n  kefu insight mine my-school --anew")
@home
@click.option("--anew", is_flag=True, help="Find topics anew, however fresh those are that there are.")
@json_option
def mine(home: Path, *, anew: bool, as_json_: bool) -> None:
    """Find topics in what customers said, place every message, and look for alarms.

    Only what happened since is read, on the cores that [batch] says. What was broken off
    goes on where it was. Topics are found anew when they are older than [insight] hours.
    """
    from kefu.app.batch import engine_of
    from kefu.app.insight import plan_of
    from kefu.app.insight.mine import mine as work

    async def run(kefu: Kefu, show: Progress) -> dict[str, int]:
        engine, plan = engine_of(kefu.config), replace(plan_of(kefu.config, kefu.catalog), anew=anew)
        await kefu.reporting.read_past(engine, show)
        await kefu.insight.gathering.read_past(engine, show)
        found = await work(kefu.store, engine, plan, datetime.now(UTC), show)
        return {
            "messages": found.messages,
            "placed": found.placed,
            "topics": len(found.topics),
            "alarms": len(found.alarms),
        }

    found = _with(home, run, quiet=as_json_)
    if as_json_:
        as_json(found)
        return
    say(
        f"{found['messages']:,} messages read, {found['topics']} topics that hold {found['placed']:,} of them, "
        f"{found['alarms']} new alarms. See /desk/topics.",
        f"读了 {found['messages']:,} 条消息，{found['topics']} 个话题，归入其中的有 {found['placed']:,} 条，"
        f"新预警 {found['alarms']} 个。见 /desk/topics。",
    )


@insight.command(
    epilog="\b\nExamples:\n  kefu insight topics my-school\n  kefu insight topics my-school --days 7 --json"
)
@home
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 366), help="How many, until today.")
@json_option
def topics(home: Path, days: int, as_json_: bool) -> None:
    """List what customers came with, by size, with growth, tone and what became of them."""
    from kefu.app.config import load_config
    from kefu.app.insight import wage_of

    heard, wage = _with(home, lambda kefu, _: _heard(kefu, days)), wage_of(load_config(home))
    rows = [
        {
            "id": one.topic.id,
            "family": one.topic.family,
            "names": {language: list(phrases) for language, phrases in one.topic.phrases.items()},
            "visits": one.visits,
            "share": one.share.share,
            "before": one.growth.before,
            "growth": one.growth.ratio,
            "growth_interval": one.growth.interval,
            "tone": round(one.tone, 3),
            "contained": one.contained.share,
            "handed": one.handed.share,
            "hours": round(one.hours, 2),
            "cost": wage.of(one.hours),
            "currency": wage.currency,
            "new_skill": one.simple.share,
        }
        for one in heard.figures
    ]
    if as_json_:
        as_json(rows)
        return
    _never(heard)
    for one in heard.figures[:SHOWN]:
        indent = "  " if one.topic.family else ""
        name = plain(one.topic.called("zh" if chinese() else "en", 5))
        say(
            f"{indent}{one.visits:>5} visits ({one.growth.before} before)  {name}  [{one.topic.id}]",
            f"{indent}{one.visits:>5} 次来访（此前 {one.growth.before}）  {name}  [{one.topic.id}]",
        )


@insight.command(epilog="\b\nExamples:\n  kefu insight alarms my-school")
@home
@json_option
def alarms(home: Path, as_json_: bool) -> None:
    """List topics of which there were more messages than chance explains, latest first."""
    heard = _with(home, lambda kefu, _: _heard(kefu, 28))
    topics = {one.id: one for one in heard.topics}
    if as_json_:
        as_json(
            [
                {"topic": one.topic, "day": one.day, "until": one.until, "days": one.days, "observed": one.observed}
                | {
                    "expected": one.expected,
                    "chance": one.chance,
                    "state": one.settled.state if one.settled else "open",
                    "names": topics[one.topic].phrases if one.topic in topics else {},
                }
                for one in heard.alarms
            ]
        )
        return
    if not heard.alarms:
        say("No alarm.", "没有预警。")
    for one in heard.alarms:
        topic, everything = topics.get(one.topic), "全部消息" if chinese() else "all messages"
        name = plain(topic.called("zh" if chinese() else "en", 5) if topic else "" if one.topic else everything)
        say(
            f"{one.day} {name}: {one.observed} in {one.days} d, expected {one.expected:.1f} [{one.topic}]",
            f"{one.day} {name}：{one.days} 天 {one.observed} 条，预计 {one.expected:.1f} 条 [{one.topic}]",
        )


@insight.command(epilog="\b\nExamples:\n  kefu insight quality my-school --days 7")
@home
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 366), help="How many, until today.")
@json_option
def quality(home: Path, days: int, as_json_: bool) -> None:
    """Show how visits went, and how far the scores agree with colleagues' labels."""
    from kefu.app.insight import Judged
    from kefu.core.ports.desk import Scope
    from kefu.service.insight.quality import QUALITIES

    async def work(kefu: Kefu, _: Progress) -> Judged:
        return await kefu.insight.judged(_period(kefu, days), Scope())

    found = _with(home, work)
    count = len(found.scores)
    means = {name: sum(getattr(one, name) for one in found.scores) / count if count else None for name in QUALITIES}
    rows = {
        name: {"mean": means[name], "labels": found.agreement[name].count}
        | {"kappa": found.agreement[name].kappa, "interval": found.agreement[name].interval}
        for name in QUALITIES
    }
    if as_json_:
        as_json({"visits": count, "qualities": rows})
        return
    say(f"{count:,} visits", f"{count:,} 次来访")
    for name, row in rows.items():
        mean = "–" if row["mean"] is None else f"{row['mean']:.0f}"
        kappa = "–" if row["kappa"] is None else f"{row['kappa']:.2f}"
        console.print(f"  {name:<8} {mean:>4}   kappa {kappa} ({row['labels']})")


@insight.command(
    epilog="""\b
Examples:
  kefu insight digest my-school --pdf week.pdf
  kefu insight digest my-school --send"""
)
@home
@click.option("--language", type=click.Choice(["zh", "en"]), help="The project's, where none is given.")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it as PDF.")
@click.option("--send", is_flag=True, help="Send it to [insight] digest_to, by [email].")
def digest(home: Path, language: Language | None, pdf: Path | None, *, send: bool) -> None:
    """Show the last whole week: what grew, what failed, what customers asked for."""
    from kefu.adapters import mail
    from kefu.adapters.files.printed import print_pdf
    from kefu.app.insight.tending import DIGEST, monday_of
    from kefu.web.digest import as_text, blocks_of, letter_of, week

    async def work(kefu: Kefu, _: Progress) -> str:
        config = kefu.config
        usual = config.get("insight.digest_language", str) or config.get("kefu.default_language", str)
        wanted = language or usual
        chosen: Language = "en" if wanted == "en" else "zh"
        found, topics = await week(kefu.insight, datetime.now(config.zone).date())
        name, font = config.get("kefu.name", str), config.get("insight.font", str)
        if send:
            letter = await asyncio.to_thread(letter_of, found, topics, chosen, name, font)
            to = [str(one) for one in config.get("insight.digest_to", list)]
            if not to:
                raise BadConfig("kefu.toml: [insight] digest_to names nobody; write whom to send it to.")
            await asyncio.to_thread(mail.send, mail.Server.of(config.table("email")), to, letter)
            before = await kefu.store.bookmark(DIGEST)
            await kefu.store.turn_to(DIGEST, before, monday_of(datetime.now(UTC), config))
            return json.dumps({"sent": to})
        blocks = list(blocks_of(found, topics, chosen, name))
        if pdf:
            await asyncio.to_thread(lambda: pdf.write_bytes(print_pdf(blocks, font)))
            return str(pdf)
        return as_text(blocks)

    for line in _with(home, work).splitlines():
        console.print(plain(line), soft_wrap=True)


@insight.command(
    epilog="""\b
Examples:
  kefu insight skill 6a2f01c0-3 my-school
  kefu insight skill 6a2f01c0-3 my-school --name certificates"""
)
@click.argument("topic")
@home
@click.option("--name", default="", help="What the skill is called; found by the topic's name where none is given.")
def skill(topic: str, home: Path, name: str) -> None:
    """Draft a skill folder for a topic: examples from customers, the reply from colleagues.

    `kefu skill check` then says what is missing for which grade.
    """
    from kefu.app.insight.draft import draft, write_draft
    from kefu.service.skills.grade import all_examples

    async def work(kefu: Kefu, _: Progress) -> tuple[Path, tuple[str, ...]]:
        heard = await _heard(kefu, kefu.config.get("insight.days", int))
        found = heard.of(topic).topic
        await kefu.gather()
        owner = kefu.config.get("kefu.name", str)
        known = all_examples(tuple(kefu.catalog.skills.values()))
        exchanges = await kefu.store.exchanges("open")
        made = draft(found, heard.said(topic), exchanges, known, owner=owner, name=name)
        return write_draft(made, home / kefu.config.get("skills.folder", str)), made.open

    place, todo = _with(home, work)
    say(f"Drafted {place}. To do before customers meet it:", f"已起草 {place}。上线前要做：")
    for one in todo:
        console.print(f"  {plain(one)}", soft_wrap=True)
    say(f"Then: kefu skill check {home} --only {place.name}", f"然后：kefu skill check {home} --only {place.name}")


@insight.command(
    epilog="""\b
Examples:
  kefu insight texts old-chats.csv my-school --results mined
  kefu insight texts messages.parquet my-school --results mined   # again: goes on where it was"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to fill.")
@json_option
def texts(file: Path, home: Path, results: Path, as_json_: bool) -> None:
    """Find topics in a file of texts of any size, on all cores or on a cluster, as `[batch]` says."""
    from kefu.app.batch import engine_of
    from kefu.app.config import load_config
    from kefu.app.insight.texts import mine_texts

    config = load_config(home)
    with progress(quiet=as_json_) as advance:
        found = mine_texts(file, results, engine_of(config), config.get("batch.part_texts", int), advance)
    if as_json_:
        as_json(found)
        return
    language = "zh" if chinese() else "en"
    for one in found[:SHOWN]:
        name = plain(", ".join(one["names"][language]) or one["typical"][0])
        console.print(f"{one['texts']:>9,}  {name}", soft_wrap=True)
    say(
        f"{len(found)} topics, in {results}/topics.json; {results}/parts/*.parquet has the topic of every text.",
        f"共 {len(found)} 个话题，见 {results}/topics.json；{results}/parts/*.parquet 里有每条文本的话题。",
    )


def _never(heard: Heard) -> None:
    if heard.found_at is None:
        say("Topics were never looked for: kefu insight mine", "还没有找过话题：kefu insight mine")


async def _heard(kefu: Kefu, days: int) -> Heard:
    from kefu.core.ports.desk import Scope

    return await kefu.insight.heard(_period(kefu, days), Scope())


def _period(kefu: Kefu, days: int) -> Period:
    from kefu.service.insight.report import Period

    today = datetime.now(kefu.config.zone).date()
    return Period(today - timedelta(days=days - 1), today)


def _with(home: Path, work: Callable[[Kefu, Progress], Awaitable[T]], *, quiet: bool = True) -> T:
    from kefu.app import open_kefu

    async def run() -> T:
        async with open_kefu(home, deliver=False) as kefu:
            with progress(quiet=quiet) as advance:
                return await work(kefu, advance)

    return asyncio.run(run())
