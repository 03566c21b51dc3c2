"""Tags that conversations have, for the desk's page and the API alike: counted, renamed, merged and taken away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection

from kefu.app import Operator, scope_of
from kefu.app.labelled import TAG as SAMPLE
from kefu.core.errors import BadInput, NotFound
from kefu.core.ports.desk import View
from kefu.core.trail import Entry
from kefu.service.desk.deeds import Tag
from kefu.web.gate import require, specify
from kefu.web.hall import Hall

DEED = "tag.rename"
"""How the audit trail calls it."""

LOOKED_AT = 2_000
"""Of how many of the latest conversations tags are counted: 20 reads, some 0.2 s."""

AT_ONCE = 200
"""Conversations that one request changes."""

PAGE, LONGEST, SHOWN_CHANGES = 100, 64, 10


@dataclass(frozen=True, slots=True)
class Used:
    """A tag: how many of the latest conversations have it, and what of the plan and which macros name it."""

    tag: str
    conversations: int
    named_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A tag was called otherwise, or with an empty `new` taken away, in so many conversations; `more` have it still."""

    tag: str
    new: str
    conversations: int
    more: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the audit trail has it."""

    entry: int
    at: datetime
    who: str
    tag: str
    new: str
    conversations: int


async def list_tags(hall: Hall, who: Operator) -> Sequence[Used]:
    """Tags in use, the most used first, and those that the plan or a macro names."""
    require(who, "read_reports")
    counts: Counter[str] = Counter()
    after, looked = "", 0
    while looked < LOOKED_AT:
        page = await hall.kefu.store.inbox(View(scope_of(who)), "newest", after, PAGE)
        looked += len(page.entries)
        counts.update(tag for entry in page.entries for tag in entry.tags)
        after = page.next
        if not after:
            break
    named = await _named(hall)
    tags = sorted({*counts, *named}, key=lambda tag: (-counts[tag], tag))
    return [Used(tag, counts[tag], tuple(named.get(tag, ()))) for tag in tags]


async def rename(hall: Hall, who: Operator, connection: HTTPConnection, tag: str, new: str) -> Renamed:
    """Let conversations have another tag instead, which may be there already; an empty one takes the tag away.

    The latest `AT_ONCE` of them; ask again while there are more. Raises `BadInput`, `NotFound` where none has it.
    """
    require(who, "change_settings")
    tag, new = tag.strip(), " ".join(new.split())
    if new == tag or len(new) > LONGEST or not new.isprintable():
        raise BadInput(f"Write another tag of at most {LONGEST} characters, or nothing to take it away.")
    if SAMPLE in (tag, new):
        raise BadInput(f"{SAMPLE!r} marks sample conversations; remove these by `kefu sample remove`.")
    page = await hall.kefu.store.inbox(View(scope_of(who), tag=tag), "newest", "", AT_ONCE)
    if not page.entries:
        raise NotFound(f"No conversation has the tag {tag!r}.")
    for entry in page.entries:
        await hall.kefu.act(entry.id, who.who, [Tag((new,) if new else (), (tag,))])
    had = [entry.id for entry in page.entries if new in entry.tags]
    told = {"tag": tag, "new": new, "ids": [entry.id for entry in page.entries], "had": had}
    specify(connection, json.dumps(told, ensure_ascii=False), f"tag:{tag}"[:200])
    return Renamed(tag, new, len(page.entries), bool(page.next))


async def undo(hall: Hall, who: Operator, connection: HTTPConnection, entry: int) -> Renamed:
    """Give conversations back the tag that an entry of the audit trail replaced; raises `NotFound` for any other.

    Those that lost the new tag since, or were erased, stay as they are.
    """
    require(who, "change_settings")
    found = await hall.kefu.store.trail(entry - 1, 1)
    if not found or found[0].number != entry or found[0].deed.what != DEED:
        raise NotFound(f"Entry {entry} of the audit trail is no change of a tag.")
    told = json.loads(found[0].deed.detail)
    tag, new, had, back = told["tag"], told["new"], set(told["had"]), []
    for id_ in told["ids"]:
        talk = await hall.kefu.store.conversation(id_)
        if talk and (not new or new in talk.work.tags) and tag not in talk.work.tags:
            await hall.kefu.act(id_, who.who, [Tag((tag,), (new,) if new and id_ not in had else ())])
            back.append(id_)
    specify(
        connection, json.dumps({"tag": new, "new": tag, "ids": back, "had": []}, ensure_ascii=False), f"tag:{tag}"[:200]
    )
    return Renamed(new, tag, len(back), more=False)


async def list_changes(hall: Hall, who: Operator) -> Sequence[Change]:
    """The latest changes, which can be undone."""
    require(who, "change_settings")
    entries = await hall.kefu.store.latest(what=DEED, limit=SHOWN_CHANGES)
    return [_change(one) for one in entries if one.deed.detail]


async def _named(hall: Hall) -> dict[str, list[str]]:
    """Names of teams, service levels, rules and macros by the tags that stand in them."""
    plan, found = hall.kefu.clerk.plan, dict[str, list[str]]()
    by_rule = [(rule.name, (*rule.needs.tag, *rule.needs.without_tag, *_given(rule.then))) for rule in plan.rules]
    by_macro = [(tool.name, _in_macro(tool.body)) for tool in await hall.kefu.store.tools("macro") if not tool.owner]
    holders = [(team.name, team.tags) for team in plan.teams.values()] + [(one.name, one.tags) for one in plan.levels]
    for name, tags in (*holders, *by_rule, *by_macro):
        for tag in dict.fromkeys(tags):
            found.setdefault(tag, []).append(name)
    return found


def _given(deeds: Sequence[object]) -> tuple[str, ...]:
    return tuple(tag for deed in deeds if isinstance(deed, Tag) for tag in (*deed.add, *deed.remove))


def _in_macro(body: object) -> tuple[str, ...]:
    deeds = body.get("deeds", ()) if isinstance(body, dict) else ()
    return tuple(
        tag for deed in deeds if deed["deed"] == "tag" for tag in (*deed.get("add", ()), *deed.get("remove", ()))
    )


def _change(entry: Entry) -> Change:
    told = json.loads(entry.deed.detail)
    return Change(entry.number, entry.at, entry.deed.who, told["tag"], told["new"], len(told["ids"]))
