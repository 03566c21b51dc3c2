"""kefu sample: some weeks of sample conversations, so that every page shows something."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home
from kefu.cli.show import progress, say

if TYPE_CHECKING:
    from kefu.app import Kefu
    from kefu.app.sample import Progress

WEEKS = 3
SEED = 7


@click.group()
def sample() -> None:
    """Sample conversations of the sample project: made by the real turn, tagged `sample`, removed by one command."""


@sample.command(
    epilog="""\b
Examples:
  kefu sample make my-school
  kefu sample make my-school --weeks 8 --seed 3"""
)
@home
@click.option("--weeks", default=WEEKS, show_default=True, type=click.IntRange(1, 52), help="How many, until now.")
@click.option("--seed", default=SEED, show_default=True, help="Another number, other conversations.")
@click.option("--once", is_flag=True, help="Only where nobody has ever written; yields to other programs.")
def make(home: Path, *, weeks: int, seed: int, once: bool) -> None:
    """Let sample customers write. What kefu answers is what it really answers; nothing leaves the house."""
    from kefu.app.labelled import is_untouched
    from kefu.app.sample import make_sample

    async def work(kefu: Kefu, show: Progress) -> int:
        if once and not await is_untouched(kefu.store):
            return 0
        return await make_sample(kefu, datetime.now(UTC), weeks, seed, show)

    if once and hasattr(os, "nice"):
        os.nice(10)
    count = asyncio.run(_with(home, work))
    if not count:
        return
    say(
        f"Let sample customers come {count:,} times, tagged `sample`. Remove them: kefu sample remove {home}",
        f"示例客户来访了 {count:,} 次，带有标签 sample。删除：kefu sample remove {home}",
    )


@sample.command(epilog="""\b\nExamples:\n  kefu sample remove my-school""")
@home
def remove(home: Path) -> None:
    """Erase all sample conversations and everything that counts them."""
    from kefu.app.sample import remove_sample

    count = asyncio.run(_with(home, remove_sample))
    say(f"Removed {count:,} sample conversations.", f"已删除 {count:,} 个示例对话。")


async def _with(home: Path, work: Callable[[Kefu, Progress], Awaitable[int]]) -> int:
    from kefu.app import open_kefu

    async with open_kefu(home, deliver=False) as kefu:
        with progress() as advance:
            return await work(kefu, lambda done, total: advance("sample", done, total))
