"""Opens an installation: reads kefu.toml, loads the plug-ins, puts them together, closes them in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from kefu.app.config import Config, load_config
from kefu.app.correcting import FOLLOW_S, Corrections
from kefu.app.delivery import Delivery
from kefu.app.foresight.renewal import LOOK_S as RENEW_S
from kefu.app.foresight.renewal import Tending
from kefu.app.house import WARM_UP, Kefu
from kefu.app.insight.tending import LOOK_S as TEND_S
from kefu.app.insight.tending import tend
from kefu.app.jobs import Jobs
from kefu.app.listening import TIDY_S
from kefu.app.models import Models
from kefu.app.people.seal import seal_all
from kefu.app.plugins import load_plugin
from kefu.app.promise import usual_promise
from kefu.app.readers import reader_settings
from kefu.app.remembered import Remembered
from kefu.app.searches import Finder, Follower, index_of, open_searches
from kefu.app.settings import house_settings
from kefu.app.skills import load_catalog
from kefu.app.succession import LOOK_S, Succession
from kefu.app.training import load_lexicons
from kefu.app.writing import open_pen
from kefu.core.nouns import Reading
from kefu.core.ports.reader import Reader
from kefu.core.ports.recordings import Recordings
from kefu.core.ports.records import Records
from kefu.core.ports.store import Store
from kefu.service.privacy.rates import Rates
from kefu.service.skills.catalog import Catalog
from kefu.service.turn.house import House

log = structlog.get_logger()

GATHER_S = 60.0
"""How often colleagues' replies are looked at; the learning queue looks at them, too, when somebody opens it."""

CONFIG_S = 2.0
"""How often it is looked whether kefu.toml or a file of rules was changed, by this process or by another one."""

WATCH_S = 60.0
"""How often the promise in force is held against the verdicts since."""

INDEX_S = 30.0
"""How often what was said is made findable and what happened is counted; searches and reports do it, too."""

FORESEE_S = 5.0
"""How often those who wrote are foreseen anew: a customer's card is older by this at most."""

SAMPLE_S = 3.0
"""How often it is looked whether there are sample conversations: another process makes and removes them."""

READ_UP_S = 3.0
"""How long the start waits for the index; a larger library goes on being indexed while kefu serves."""


@asynccontextmanager
async def open_kefu(home: Path, *, deliver: bool = True, patience_s: float = 0.0) -> AsyncIterator[Kefu]:
    """Open the installation in a project folder, and close all of it in the end.

    `deliver` runs in the background: the outbox, refreshing names, taking promoted models over. `patience_s` is how
    long the records may take where that is more than configured: nobody waits for an answer.

    Raises `BadConfig`, `BadSkill` or `ModelMissing` with what to do.
    """
    config = load_config(home)
    catalog = load_catalog(home / config.get("skills.folder", str), config.get("identity.skill", str))
    succession = Succession(Models(config.home / config.get("reader.model", str)), reader_settings(config))
    reader = Remembered(succession.open())
    async with AsyncExitStack() as stack:
        kefu = await _assemble(config, catalog, reader, stack, patience_s)
        await kefu.refresh()
        reading_up = asyncio.create_task(kefu.follower.catch_up())
        stack.push_async_callback(_stop, reading_up)
        await asyncio.wait((reading_up,), timeout=READ_UP_S)
        await kefu.watch()
        await seal_all(kefu.store, kefu.seal, kefu.house.clock())
        await kefu.look_for_sample()
        reader.read(WARM_UP)
        stack.callback(kefu.calls.close)
        if deliver:
            stack.push_async_callback(_stop, asyncio.create_task(kefu.calls.run()))
            stack.push_async_callback(_stop, asyncio.create_task(kefu.clerk.run(lambda: kefu.house)))
            minutes = config.get("reader.lexicons_minutes", float)
            stack.push_async_callback(_stop, asyncio.create_task(kefu.delivery.run()))
            stack.push_async_callback(_stop, asyncio.create_task(_every(minutes * 60, kefu.refresh)))
            look_s = config.get("knowledge.look_s", float)
            stack.push_async_callback(_stop, asyncio.create_task(_every(look_s, kefu.follower.catch_up)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(WATCH_S, kefu.keep_watch)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(CONFIG_S, kefu.reconfigure)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(INDEX_S, kefu.index.catch_up)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(GATHER_S, kefu.gather)))
            corrections = Corrections(kefu.store, catalog, home / config.get("skills.folder", str))
            stack.push_async_callback(_stop, asyncio.create_task(_every(FOLLOW_S, corrections.catch_up)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(SAMPLE_S, kefu.look_for_sample)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(INDEX_S, kefu.reporting.catch_up)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(GATHER_S, kefu.insight.gathering.catch_up)))
            tending = _every(TEND_S, lambda: tend(kefu.store, kefu.config, datetime.now(UTC)))
            stack.push_async_callback(_stop, asyncio.create_task(tending))
            stack.push_async_callback(_stop, asyncio.create_task(_every(FORESEE_S, kefu.foresee)))
            renewing = Tending(kefu.store, kefu.foreseeing, kefu.config, Jobs(config.home))
            stack.push_async_callback(
                _stop, asyncio.create_task(_every(RENEW_S, lambda: renewing.look(datetime.now(UTC))))
            )
            stack.push_async_callback(_stop, asyncio.create_task(_every(TIDY_S, kefu.tidy)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(INDEX_S, kefu.extraction.catch_up)))
            stack.push_async_callback(_stop, asyncio.create_task(_every(LOOK_S, lambda: succession.look(kefu.adopt))))
        yield kefu


async def _assemble(config: Config, catalog: Catalog, reader: Reader, stack: AsyncExitStack, patience_s: float) -> Kefu:
    place = {"home": str(config.home)}
    opened = {
        key: load_plugin(f"{key}s", config.get(f"{key}.use", str))({**config.table(key), **place})
        for key in ("store", "broker")
    }
    store = await stack.enter_async_context(opened["store"])
    broker = await stack.enter_async_context(opened["broker"])
    recordings = await stack.enter_async_context(open_recordings(config))
    records = {}
    for name in config.names("records"):
        table = dict(config.table(f"records.{name}"))
        if patience_s:
            table["timeout_s"] = max(patience_s, float(str(table.get("timeout_s", 0))))
        records[name] = await stack.enter_async_context(
            load_plugin("records", config.get(f"records.{name}.use", str))({**table, **place})
        )
    common = {"security": config.table("security"), "limits": config.table("limits"), **place}
    channels = {
        name: load_plugin("channels", config.get(f"channels.{name}.use", str))(
            name, {**config.table(f"channels.{name}"), **common}
        )
        for name in config.names("channels")
    }
    pushes = frozenset(name for name, channel in channels.items() if channel.pushes)
    searches = await open_searches(config, await load_lexicons(catalog, records))
    stack.callback(searches.close)
    house = make_house(config, store=store, reader=reader, catalog=catalog, records=records, pushes=pushes)
    help_place = "/help" if config.get("help.public", bool) else ""
    house = replace(
        house,
        find=Finder(searches).find,
        offer_at=config.get("knowledge.offer_at", float),
        pen=await open_pen(config, stack),
        help_place=help_place,
    )
    return Kefu(
        config=config,
        store=store,
        broker=broker,
        catalog=catalog,
        records=records,
        channels=channels,
        recordings=recordings,
        house=house,
        delivery=Delivery(house, store, channels, config),
        follower=Follower(store, searches, index_of(config)),
        searches=searches,
        rates=Rates(config.get("limits.messages_per_minute", int)),
        tokens=tuple(str(token) for token in config.get("security.api_tokens", list)),
        operator_token=config.get("security.operator_token", str),
    )


def make_house(
    config: Config,
    *,
    store: Store,
    reader: Reader,
    catalog: Catalog,
    records: Mapping[str, Records],
    pushes: frozenset[str] = frozenset(),
) -> House:
    """What turns stand on, by the configuration."""
    return House(
        store=store,
        reader=reader,
        catalog=catalog,
        records=records,
        promise=usual_promise(config),
        clock=lambda: datetime.now(UTC),
        compute=inline,
        **house_settings(config),
        shadow_share=config.get("promise.shadow_share", float),
        check_holds=timedelta(minutes=config.get("identity.minutes", float)),
        pushes=pushes,
    )


def open_recordings(config: Config) -> AbstractAsyncContextManager[Recordings]:
    """Where the calls of an installation are recorded."""
    secret = config.get("security.recording_secret", str)
    settings = {**config.table("recordings"), "home": str(config.home), "secret": secret}
    opened: AbstractAsyncContextManager[Recordings] = load_plugin("recordings", config.get("recordings.use", str))(
        settings
    )
    return opened


async def inline(work: Callable[[], Reading]) -> Reading:
    """A reader of this set takes well under a millisecond; a thread would cost as much again."""
    return work()


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again; what fails is said in the log and tried again the next time."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:  # the border of background work: one failure must not end all later tries
            log.exception("background work failed", work=getattr(work, "__name__", ""), code=getattr(error, "code", ""))


async def _stop(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
