"""kefu chat: talk to a project in the terminal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import click

from kefu.cli.options import home
from kefu.cli.show import console, say
from kefu.core.nouns import Identity, Inbound


@click.command(
    epilog="""\b
Examples:
  kefu chat my-school
  kefu chat my-school --as L00001
  echo 我学到哪了 | kefu chat my-school --as L00001"""
)
@home
@click.option("--as", "customer", default="", metavar="CUSTOMER", help="Sign in as this customer (L00001).")
def chat(home: Path, customer: str) -> None:
    """Talk to kefu here; the conversation is kept like any other. Ctrl+D ends."""
    asyncio.run(_chat(home, customer))


async def _chat(home: Path, customer: str) -> None:
    from kefu.app import open_kefu

    identity = Identity(customer, "server") if customer else None
    sender = f"terminal:{customer or token_hex(4)}"
    async with open_kefu(home) as kefu:
        if console.is_terminal:
            say("Write a message; Ctrl+D ends.", "请输入消息，按 Ctrl+D 结束。")
        while True:
            try:
                text = await asyncio.to_thread(click.prompt, ">", prompt_suffix=" ", default="", show_default=False)
            except click.Abort:
                return
            if text.strip():
                inbound = Inbound("terminal", token_hex(8), sender, text, datetime.now(UTC), identity)
                taken = await kefu.take(inbound)
                for reply in taken.replies:
                    console.print(reply.text, style="cyan", markup=False, soft_wrap=True)
                    for title in dict.fromkeys(one.title for said in reply.statements for one in said.evidence):
                        if title:
                            console.print(f"  ↳ {title}", style="dim", markup=False, soft_wrap=True)
                console.print(f"[dim]kefu why {taken.turn_id} {home}[/]")
