"""kefu people: who works here, and what each may do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kefu.cli.options import json_option, project_option
from kefu.cli.show import as_json, console, plain, say

if TYPE_CHECKING:
    from kefu.app.people.team import Hand
    from kefu.core.people import Person
    from kefu.core.ports.store import Memory

T = TypeVar("T")

ROLES = ("owner", "admin", "supervisor", "agent", "viewer")
teams_option = click.option("--team", "teams", multiple=True, metavar="TEAM", help="A team of theirs; may be repeated.")
address_option = click.option(
    "--address", default="", metavar="URL", help="Where the desk is reached (default: [web] host and port)."
)


@click.group()
def people() -> None:
    """Who works here: invite, change, disable, help with a lost password.

    What is done here stands in the audit trail under the name `kefu people`.
    """


@people.command(
    "list",
    epilog="""\b
Examples:
  kefu people list
  kefu people list --project my-school --json""",
)
@project_option
@json_option
def list_(*, project: Path, as_json_: bool) -> None:
    """List everybody, with role and teams."""
    from kefu.app.people.team import shown

    found = _with(project, lambda store, _: store.people())
    if as_json_:
        as_json([shown(one) for one in found])
        return
    for one in found:
        marks = ["disabled"] if one.disabled_at else ["second factor"] if one.secrets.second else []
        about = " ".join((f"{one.role:<10}", ", ".join(one.teams), *(f"[dim]({mark})[/]" for mark in marks)))
        console.print(f"{plain(one.name)} <{plain(one.email)}>  {about}", soft_wrap=True)
    if not found:
        say(
            "Nobody yet; `kefu people invite you@example.com --role owner` makes the first link.",
            "还没有人；用 `kefu people invite you@example.com --role owner` 生成第一个链接。",
        )


@people.command(
    epilog="""\b
Examples:
  kefu people invite mei@example.com --role owner
  kefu people invite li@example.com --role agent --team billing --team courses"""
)
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True, help="What they become.")
@teams_option
@project_option
@address_option
@json_option
def invite(email: str, *, role: str, teams: tuple[str, ...], project: Path, address: str, as_json_: bool) -> None:
    """Make a link with which somebody comes in: once, within a week."""
    from kefu.app.people import team

    async def work(store: Memory, hand: Hand) -> str:
        return (await team.invite(store, hand, email, role, teams, now=datetime.now(UTC)))[1]

    _show_link(project, address, _with(project, work), as_json_=as_json_)


@people.command(
    epilog="""\b
Examples:
  kefu people role mei supervisor
  kefu people role li@example.com agent --team billing"""
)
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@teams_option
@project_option
def role(name: str, role: str, *, teams: tuple[str, ...], project: Path) -> None:
    """Give NAME another role; with --team, other teams too."""
    from kefu.app.people import team

    async def work(store: Memory, hand: Hand) -> Person:
        wish = team.Edit(role=team.known_role(role), teams=teams or None)
        return await team.edit(store, hand, (await _named(store, name)).id, wish, datetime.now(UTC))

    person = _with(project, work)
    teams_ = ", ".join(person.teams) or "–"
    say(f"{person.name} is {person.role}; teams: {teams_}.", f"{person.name} 的角色是 {person.role}；小组：{teams_}。")


@people.command(
    epilog="""\b
Examples:
  kefu people disable mei            at once and everywhere
  kefu people disable mei --undo"""
)
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let them in again.")
@project_option
def disable(name: str, *, undo: bool, project: Path) -> None:
    """Let NAME in no more; what they did stays under their name."""
    from kefu.app.people import team

    async def work(store: Memory, hand: Hand) -> Person:
        person = await _named(store, name)
        return await team.set_disabled(store, hand, person.id, disabled=not undo, now=datetime.now(UTC))

    person = _with(project, work)
    if undo:
        say(f"{person.name} may come in again.", f"{person.name} 可以重新登录。")
    else:
        say(f"{person.name} is out, everywhere.", f"{person.name} 已停用，所有登录都已退出。")


@people.command(
    "reset-password",
    epilog="""\b
Examples:
  kefu people reset-password mei
  kefu people reset-password mei --second-factor      the phone is lost, too""",
)
@click.argument("name")
@click.option("--second-factor", is_flag=True, help="Take their second factor off, too.")
@project_option
@address_option
@json_option
def reset_password(name: str, *, second_factor: bool, project: Path, address: str, as_json_: bool) -> None:
    """Make a link with which NAME sets a new password: once, within a day."""
    from kefu.app.people import team

    async def work(store: Memory, hand: Hand) -> str:
        person, now = await _named(store, name), datetime.now(UTC)
        return (await team.reset_password(store, hand, person.id, now, second_factor=second_factor))[1]

    _show_link(project, address, _with(project, work), as_json_=as_json_)


@people.command(
    epilog="""\b
Examples:
  kefu people sessions mei
  kefu people sessions mei --end            sign them out everywhere"""
)
@click.argument("name")
@click.option("--end", is_flag=True, help="End all of them.")
@project_option
@json_option
def sessions(name: str, *, end: bool, project: Path, as_json_: bool) -> None:
    """List where NAME is signed in, or end it."""
    from kefu.app.people import team

    async def work(store: Memory, hand: Hand) -> Sequence[dict[str, object]]:
        person = await _named(store, name)
        held = await store.sign_ins(person.id)
        if end:
            await team.end_sign_ins(store, hand, person, (), datetime.now(UTC))
        return [
            {"id": one.id, "since": one.since, "seen_at": one.seen_at, "address": one.address, "browser": one.browser}
            for one in held
        ]

    found = _with(project, work)
    if as_json_:
        as_json(found)
        return
    for one in found:
        line = f"{one['since']:%Y-%m-%d %H:%M}  {one['address']}  {one['browser']}"
        console.print(plain(line), soft_wrap=True)
    done = (" ended", "已退出 ") if end else ("", "")
    say(f"{len(found)} sign-ins{done[0]}.", f"{done[1]}{len(found)} 处登录。")


def _with(project: Path, work: Callable[[Memory, Hand], Awaitable[T]]) -> T:
    """Do something on the store of a project, as the owner of the house."""
    from kefu.app.config import load_config
    from kefu.app.library.intake import open_library
    from kefu.app.people.team import Hand
    from kefu.service.privacy.access import Operator

    async def run() -> T:
        async with open_library(load_config(project)) as store:
            return await work(store, Hand(Operator("kefu people")))

    return asyncio.run(run())


async def _named(store: Memory, name: str) -> Person:
    """Somebody by name, e-mail address or id; raises `NotFound`."""
    from kefu.core.errors import NotFound
    from kefu.core.people import key_of

    wanted = key_of(name)
    for one in await store.people():
        if wanted in (key_of(one.name), key_of(one.email), one.id):
            return one
    raise NotFound(f"There is no {name!r} here; `kefu people list` shows everybody.")


def _show_link(project: Path, address: str, token: str, *, as_json_: bool) -> None:
    from kefu.app.config import load_config

    config = load_config(project)
    base = address.rstrip("/") or f"http://{config.get('web.host', str)}:{config.get('web.port', int)}"
    link = f"{base}/desk/invitation/{token}"
    if as_json_:
        as_json({"link": link})
        return
    say(
        "Send this link yourself; it is shown only now and works once:",
        "请自己把链接发给对方；它只在此时显示，只能用一次：",
    )
    console.print(link, soft_wrap=True)
