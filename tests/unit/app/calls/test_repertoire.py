"""What callers may say follows from what customers asked of late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from web_house import WebHouse, make_config

from kefu.app.calls.repertoire import learn
from kefu.core.nouns import Inbound


async def test_what_was_asked_of_late_is_expected_first(tmp_path: Path) -> None:
    async with WebHouse(make_config(tmp_path)).opening() as kefu:
        refund, other = kefu.catalog.skills["refund"], kefu.catalog.skills["progress"]
        skills = {one.name: replace(one, examples={"zh": ((one.intents[0], one.name),)}) for one in (other, refund)}
        kefu.house = replace(kefu.house, catalog=replace(kefu.house.catalog, skills=skills))
        before = await learn(kefu)
        assert not before.phrases["zh"][0].id.startswith("example:refund:")
        for number in range(5):
            now = datetime.now(UTC)
            await kefu.take(Inbound("webchat", f"m{number}", f"s{number}", "我要退款", now, None, "zh"))
        after = await learn(kefu)
        assert after.phrases["zh"][0].id == "example:refund:0"
