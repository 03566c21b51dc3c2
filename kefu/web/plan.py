"""How the team works, for the desk's pages and the API alike: teams, service levels, rules and fields of the files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from starlette.requests import HTTPConnection

from kefu.app import Operator, scope_of
from kefu.app.clerk import tables, trying
from kefu.app.clerk.tables import Changed, Kind, Table
from kefu.app.clerk.trying import Trial
from kefu.core.errors import NotFound
from kefu.core.trail import Entry
from kefu.web.gate import require, specify
from kefu.web.hall import Hall, now

DEED = "plan.{kind}"
"""How the audit trail calls a change."""

SHOWN_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the audit trail has it."""

    entry: int
    at: datetime
    who: str
    done: Changed


async def list_tables(hall: Hall, who: Operator, kind: Kind) -> Sequence[Table]:
    """All of a kind as the files have them now; raises `BadConfig` for a file that can't be read."""
    require(who, "read_reports")
    return await asyncio.to_thread(tables.read_tables, hall.kefu.config.home, kind)


async def find_table(hall: Hall, who: Operator, kind: Kind, name: str) -> Table:
    """One of a kind by its name; raises `NotFound`."""
    found = next((one for one in await list_tables(hall, who, kind) if one.name == name), None)
    if found is None:
        raise NotFound(f"There is nothing called {name!r} among {kind}.")
    return found


async def keep(
    hall: Hall, who: Operator, connection: HTTPConnection, wanted: Table, *, name: str, seen: str = ""
) -> Changed:
    """Write a table in the place of the one called `name` that was `seen`, or a new one; see `keep_table`."""
    require(who, "change_settings")
    home = hall.kefu.config.home
    done = await asyncio.to_thread(tables.keep_table, home, wanted.kind, name, wanted.values, seen)
    return await _told(hall, connection, done)


async def drop(hall: Hall, who: Operator, connection: HTTPConnection, kind: Kind, name: str, *, seen: str) -> Changed:
    """Take a table out; see `drop_table`."""
    require(who, "change_settings")
    return await _told(
        hall, connection, await asyncio.to_thread(tables.drop_table, hall.kefu.config.home, kind, name, seen)
    )


async def move(
    hall: Hall, who: Operator, connection: HTTPConnection, kind: Kind, name: str, *, seen: str, by: Literal[-1, 1]
) -> Changed:
    """Let a table count before or after its neighbour; see `move_table`."""
    require(who, "change_settings")
    home = hall.kefu.config.home
    return await _told(hall, connection, await asyncio.to_thread(tables.move_table, home, kind, name, seen, by))


async def undo(hall: Hall, who: Operator, connection: HTTPConnection, kind: Kind, entry: int) -> Changed:
    """Put back what an entry of the audit trail changed; raises `NotFound` for any other entry, `Overtaken`."""
    require(who, "change_settings")
    found = await hall.kefu.store.trail(entry - 1, 1)
    if not found or found[0].number != entry or found[0].deed.what != DEED.format(kind=kind):
        raise NotFound(f"Entry {entry} of the audit trail is no change of {kind}.")
    done = _change(found[0]).done
    return await _told(hall, connection, await asyncio.to_thread(tables.put_back, hall.kefu.config.home, done))


async def list_changes(hall: Hall, who: Operator, kind: Kind) -> Sequence[Change]:
    """The latest changes of a kind, which can be undone."""
    require(who, "change_settings")
    entries = await hall.kefu.store.latest(what=DEED.format(kind=kind), limit=SHOWN_CHANGES)
    return [_change(one) for one in entries if one.deed.detail]


async def try_rule(hall: Hall, who: Operator, name: str, values: Mapping[str, Any], days: int) -> Trial:
    """What a rule would have done to past conversations if it were written so; raises `BadTerm`."""
    require(who, "read_reports")
    plan, rule = await asyncio.to_thread(tables.plan_with, hall.kefu.config.home, name, values)
    return await trying.try_rules(hall.kefu.store, plan, [rule], now() - timedelta(days=days), scope_of(who))


async def _told(hall: Hall, connection: HTTPConnection, done: Changed) -> Changed:
    """Let the running server follow, and the audit trail say what was changed."""
    await hall.kefu.reconfigure()
    specify(connection, json.dumps(asdict(done), ensure_ascii=False), f"{done.kind}:{done.name}"[:200])
    return done


def _change(entry: Entry) -> Change:
    told = json.loads(entry.deed.detail)
    before, after = (Table(**told[name]) if told[name] else None for name in ("before", "after"))
    return Change(entry.number, entry.at, entry.deed.who, Changed(told["kind"], before, after))
