"""The web over the small house: the real app, a store that outlives it, channels with known secrets."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OctKey
from small_house import Bench, TableRecords, make_bench

from kefu.adapters.brokers.local import open_broker
from kefu.adapters.channels import callback, rasa, rest, webchat
from kefu.adapters.stores.sqlite import open_store
from kefu.app import Config, Kefu, Rates
from kefu.app.config import _flat
from kefu.app.delivery import Delivery
from kefu.app.opening import open_recordings
from kefu.app.searches import Finder, Follower, open_searches
from kefu.core.nouns import Row, Value
from kefu.core.skill import Query

SESSION_SECRET, SITE_SECRET = "s" * 32, "h" * 32
API_TOKEN, OPERATOR_TOKEN, BRIDGE_SECRET = "api-token-for-tests", "operator-token-for-tests", "k" * 32

SECURITY = {
    "session_secret": SESSION_SECRET,
    "site_secret": SITE_SECRET,
    "recording_secret": SESSION_SECRET,
    "api_tokens": [API_TOKEN],
    "operator_token": OPERATOR_TOKEN,
}
CHANNELS = {
    "webchat": ("webchat.v1", webchat.open_channel),
    "rest": ("rest.v1", rest.open_channel),
    "rasa": ("rasa.v1", rasa.open_channel),
    "bridge": ("callback.v1", callback.open_channel),
}


@cache
def _defaults() -> dict[str, object]:
    return dict(_flat(tomllib.loads(files("kefu.app").joinpath("defaults.toml").read_text("utf-8"))))


def make_config(home: Path, **own: object) -> Config:
    values = deepcopy(_defaults()) | {f"security.{name}": value for name, value in SECURITY.items()}
    values |= {f"channels.{name}.use": use for name, (use, _) in CHANNELS.items()}
    values |= {"kefu.name": "示例网校", **{name.replace("__", "."): value for name, value in own.items()}}
    return Config(home, values, dict.fromkeys(values, "default"))


class SoundRecords(TableRecords):
    """The small house's records, which also answer whether they are there; L1-a has what L1 has."""

    async def find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        if query.name == "ready":
            return [{"ready": 1}]
        like = str(values.get("customer_id", "")).partition("-")[0]
        return await super().find(query, {**values, "customer_id": like})


@dataclass
class WebHouse:
    """One installation that can be opened again and again on the same store."""

    config: Config
    durable: bool = False
    bench: Bench = field(default_factory=lambda: make_bench(datetime.now(UTC)))

    def __post_init__(self) -> None:
        sound = SoundRecords(self.bench.records.courses, self.bench.records.orders)
        self.bench.house = replace(
            self.bench.house, records={"school": sound}, clock=lambda: datetime.now(UTC), pushes=frozenset({"bridge"})
        )

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Kefu]:
        limits = {"body_kb": self.config.get("limits.body_kb", int)}
        common = {"security": SECURITY, "limits": limits, "url": "http://127.0.0.1:9/", "secret": BRIDGE_SECRET}
        channels = {name: make(name, common) for name, (_, make) in CHANNELS.items()}
        async with AsyncExitStack() as stack:
            broker, store = await stack.enter_async_context(open_broker({})), self.bench.store
            if self.durable:
                settings = {"home": str(self.config.home), "path": "kefu.db"}
                store = await stack.enter_async_context(open_store(settings))
            searches = await open_searches(self.config, {})
            follower = Follower(store, searches)
            await follower.catch_up()
            house = replace(self.bench.house, store=store, find=Finder(searches).find)
            kefu = Kefu(
                config=self.config,
                store=store,
                broker=broker,
                catalog=house.catalog,
                records=house.records,
                channels=channels,
                recordings=await stack.enter_async_context(open_recordings(self.config)),
                house=house,
                delivery=Delivery(house, store, channels, self.config),
                follower=follower,
                searches=searches,
                rates=Rates(self.config.get("limits.messages_per_minute", int)),
                tokens=(API_TOKEN,),
                operator_token=OPERATOR_TOKEN,
            )
            await kefu.watch()
            yield kefu


def site_token(customer_id: str, *, secret: str = SITE_SECRET, age: timedelta = timedelta(0)) -> str:
    """What the host site says of its customer."""
    expires = datetime.now(UTC) + timedelta(hours=1) - age
    claims = {"aud": "kefu", "sub": customer_id, "exp": int(expires.timestamp())}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


AS_SERVER = {"Authorization": f"Bearer {API_TOKEN}"}
AS_OPERATOR = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
