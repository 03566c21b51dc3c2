"""Brokers of every kind pass the same kit."""

from __future__ import annotations

import pytest

from kefu.adapters.brokers import local, postgres
from kefu.core.errors import BadConfig
from kefu.testing.check_broker import BROKER_CHECKS, SHARED_BROKER_CHECKS


@pytest.mark.parametrize("check", BROKER_CHECKS, ids=lambda check: check.__name__)
async def test_the_local_broker(check) -> None:
    async with local.open_broker({}) as broker:
        await check(broker)


@pytest.mark.postgres
@pytest.mark.parametrize("check", BROKER_CHECKS, ids=lambda check: check.__name__)
async def test_the_postgres_broker(postgres_url: str, check) -> None:
    async with postgres.open_broker({"url": postgres_url}) as broker:
        await check(broker)


@pytest.mark.postgres
@pytest.mark.parametrize("check", SHARED_BROKER_CHECKS, ids=lambda check: check.__name__)
async def test_two_postgres_brokers(postgres_url: str, check) -> None:
    async with postgres.open_broker({"url": postgres_url}) as one, postgres.open_broker({"url": postgres_url}) as other:
        await check(one, other)


async def test_a_broker_that_can_not_be_reached_says_so() -> None:
    with pytest.raises(BadConfig, match="can't connect"):
        async with postgres.open_broker({"url": "postgresql://nobody@127.0.0.1:1/none"}):
            pass
