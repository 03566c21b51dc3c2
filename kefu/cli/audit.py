"""kefu audit: who did what, and whether the record of it is whole."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, plain, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefu.app.people.audit import Chain
    from kefu.core.trail import Entry


@click.group()
def audit() -> None:
    """The audit trail: read it, and check that nothing was changed or removed."""


@audit.command(
    "list",
    epilog="""\b
Examples:
  kefu audit list my-school
  kefu audit list my-school --who mei --what person. --limit 20""",
)
@home
@click.option("--who", default="", help="Only what somebody did, by shown name.")
@click.option("--what", default="", help="Only deeds whose name begins so, such as person. or sign_in.")
@click.option("--limit", default=50, show_default=True, help="How many of the latest.")
@json_option
def list_(home: Path, *, who: str, what: str, limit: int, as_json_: bool) -> None:
    """List the latest entries, the newest first."""
    from kefu.app.config import load_config
    from kefu.app.library.intake import open_library

    async def work() -> Sequence[Entry]:
        async with open_library(load_config(home)) as store:
            return await store.latest(who=who, what=what, limit=limit)

    entries = asyncio.run(work())
    if as_json_:
        as_json([{"number": one.number, "at": one.at, **asdict(one.deed), "digest": one.digest} for one in entries])
        return
    for one in entries:
        deed = one.deed
        line = f"{one.number:>6}  {one.at:%Y-%m-%d %H:%M:%S}  {deed.who}  {deed.what}  {deed.about}  {deed.detail}"
        console.print(f"{plain(line.rstrip())}  [dim]{plain(deed.origin)}[/]", soft_wrap=True)


@audit.command(
    epilog="""\b
Examples:
  kefu audit check my-school
  kefu audit check my-school --head 1204:5e88…      held against an earlier check"""
)
@home
@click.option("--head", default="", help="What an earlier check said; finds what was cut off or written anew since.")
@json_option
def check(home: Path, *, head: str, as_json_: bool) -> None:
    """Check that every entry follows the one before it; exit code 1 when one does not.

    Keep the head that it prints somewhere else: whoever can write the database could write all of
    the trail anew, and only a head that they can't reach shows that.
    """
    from kefu.app.config import load_config
    from kefu.app.library.intake import open_library
    from kefu.app.people.audit import check_trail

    async def work() -> Chain:
        async with open_library(load_config(home)) as store:
            return await check_trail(store, head)

    chain = asyncio.run(work())
    if as_json_:
        as_json(asdict(chain))
    elif chain.flaw:
        number = chain.flaw.number
        en = {"gap": "is missing", "changed": "is not what was written", "cut": "and what follows was cut off"}
        zh = {"gap": "缺失", "changed": "与写入时不同", "cut": "及以后的记录被截掉了"}
        say(f"Entry {number} {en[chain.flaw.kind]}.", f"第 {number} 条记录{zh[chain.flaw.kind]}。")
    else:
        say(
            f"{chain.entries} entries, one chain. Keep this head elsewhere: {chain.head}",
            f"{chain.entries} 条记录首尾相连。请把这个末端值存到别处：{chain.head}",
        )
    if chain.flaw:
        raise click.exceptions.Exit(1)
