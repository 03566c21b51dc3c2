"""kefu promise live, shadow, replay: who answers, and drafts of what customers asked before."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home
from kefu.cli.show import chinese, progress, say

if TYPE_CHECKING:
    from kefu.app.mode import Mode
    from kefu.app.replay import Replayed
    from kefu.core.ports.reader import Progress

yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


@click.command(epilog="\b\nExamples:\n  kefu promise live my-school")
@home
@yes
def live(home: Path, *, yes: bool) -> None:
    """Let kefu answer customers by itself; a running server follows within a minute."""
    say(
        "kefu will answer customers by itself: what the promise allows; where there is none, by the thresholds of "
        "kefu.toml, or with promise.require not at all.",
        "kefu 会自动回答客户：承诺允许的才回答；没有承诺时按 kefu.toml 的阈值，设了 promise.require 则不回答。",
    )
    _switch(home, "live", sure=yes)


@click.command(epilog="\b\nExamples:\n  kefu promise shadow my-school")
@home
@yes
def shadow(home: Path, *, yes: bool) -> None:
    """Let kefu draft everything and send nothing; a running server follows within a minute."""
    say(
        "kefu will draft an answer to every message and send none. Every conversation goes to your team, "
        "who see the draft. Nothing is written to your records.",
        "kefu 会为每条消息起草回答，但一条也不发出。每个对话都转给您的团队，他们看得到草稿。业务数据不会被写入。",
    )
    _switch(home, "shadow", sure=yes)


@click.command(
    epilog="""\b
Examples:
  kefu promise replay chats.csv my-school
  kefu promise replay chats.jsonl my-school --conversations 300"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home
@click.option("--conversations", default=600, show_default=True, help="How many conversations are drawn at random.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def replay(file: Path, home: Path, *, conversations: int, quiet: bool) -> None:
    """Draft answers to what customers asked before, for review: nothing is sent or written.

    FILE is an export of chats, CSV or JSONL, with the columns conversation, time and text,
    and where you have them answer, customer and language.
    """
    with progress(quiet=quiet) as advance:
        found = asyncio.run(_replay(file, home, conversations, advance))
    say(
        f"Drafted {found.messages} messages of {found.conversations} conversations (the file has {found.held}); "
        f"{found.drawn} enquiries wait at /desk/review.",
        f"已为 {found.conversations} 个对话的 {found.messages} 条消息起草（文件中共 {found.held} 个对话）；"
        f"{found.drawn} 条询问在 /desk/review 等待评判。",
    )
    if found.known:
        say(f"{found.known} messages had been drafted before.", f"{found.known} 条消息先前已经起草过。")


async def _replay(file: Path, home: Path, conversations: int, advance: Progress) -> Replayed:
    from kefu.app.opening import open_kefu
    from kefu.app.replay import read_chats, replay_chats

    chats = read_chats(file)
    async with open_kefu(home, deliver=False) as kefu:
        return await replay_chats(chats, kefu, conversations, advance)


def _switch(home: Path, mode: Mode, *, sure: bool) -> None:
    from kefu.app.mode import set_mode

    if not sure:
        click.confirm("继续？" if chinese() else "Go on?", abort=True)
    if set_mode(home, mode):
        say(f"Mode: {mode}. A running server follows within a minute.", f"模式：{mode}。运行中的服务一分钟内跟上。")
    else:
        say(f"It was {mode} already.", f"原来就是 {mode}。")
