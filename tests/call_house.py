"""The small house with calls: served over real sockets in this loop, with engines that carry text in tones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from callers import AsteriskCaller, BrowserCaller, MediaCaller, until
from web_house import AS_OPERATOR, WebHouse, site_token

from kefu.adapters.channels import media_streams
from kefu.adapters.channels.asterisk import AsteriskChannel
from kefu.app import Config, Kefu
from kefu.app.calls.engines import Engines
from kefu.app.calls.switchboard import Switchboard
from kefu.core.events import Event
from kefu.testing.tones import VOICES, LoudDetector, ToneRecogniser, ToneSynthesiser
from kefu.web.serving import assemble

AUTH_TOKEN = "a" * 32


def tone_engines(*, limited: bool = False) -> Engines:
    """Engines that need no model."""
    voices = {voice.language: voice for voice in VOICES}
    return Engines(ToneRecogniser(limited=limited), ToneSynthesiser(), LoudDetector(), voices, lambda text, _: text)


@dataclass
class CallHouse(WebHouse):
    """The web's house whose telephone rings, too."""

    limited: bool = False
    kefu: Kefu = field(init=False)
    exchange: AsteriskChannel = field(init=False)
    address: str = field(init=False, default="")

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Kefu]:
        async with super().opening() as kefu, with_calls(kefu, limited=self.limited) as self.exchange:
            self.kefu = kefu
            yield kefu

    async def events(self, kind: type[Event] = Event) -> list[Any]:
        """All events of a kind, in order."""
        return [one.event for one in await self.kefu.store.happened(0, 10_000) if isinstance(one.event, kind)]

    async def session(self, customer: str = "L1") -> str:
        """A session of the chat window."""
        body = {"identity": site_token(customer)} if customer else {}
        answer = await self.post("/api/v1/chat/sessions", body)
        return str(answer["session"])

    async def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Any:
        async with httpx2.AsyncClient() as client:
            return (await client.post(f"http{self.address[2:]}{path}", json=body, headers=headers)).json()

    async def act(self, conversation_id: str, **deed: object) -> None:
        """Let a colleague do something."""
        path = f"/api/v1/conversations/{conversation_id}/deeds"
        body = {"deeds": [deed], "who": "王芳"}
        answer = await self.post(path, body, AS_OPERATOR)
        assert "number" in answer, answer

    async def browser(self, customer: str = "L1", **start: object) -> BrowserCaller:
        return BrowserCaller(self.address, await self.session(customer), **start)

    def asterisk(self) -> AsteriskCaller:
        return AsteriskCaller(self.exchange.port)

    async def media(self, call_id: str = "CA1") -> MediaCaller:
        """Asks as the company does, and goes where the answer sends it."""
        channel = self.kefu.channels["twilio"]
        assert isinstance(channel, media_streams.MediaChannel)
        url, fields = f"http{self.address[2:]}/webhooks/twilio/call", {"CallSid": call_id, "From": "+8613800000000"}
        signature = channel.sign(url, list(fields.items()))
        async with httpx2.AsyncClient() as client:
            answer = await client.post(url, data=fields, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200, answer.text
        stream, token = (answer.text.split(f'{name}="')[1].split('"')[0] for name in ("Stream url", "value"))
        return MediaCaller(stream, token, call_id)


@asynccontextmanager
async def with_calls(kefu: Kefu, *, limited: bool = False) -> AsyncIterator[AsteriskChannel]:
    """Let an open installation take calls of all kinds."""
    exchange = AsteriskChannel("phone", "127.0.0.1", 0)
    settings = {"auth_token": AUTH_TOKEN, "limits": {"body_kb": 64}}
    kefu.channels = {**kefu.channels, "phone": exchange, "twilio": media_streams.open_channel("twilio", settings)}
    kefu.calls = Switchboard(kefu, tone_engines(limited=limited))
    ringing = asyncio.create_task(kefu.calls.run())
    await until(lambda: exchange.port)
    try:
        yield exchange
    finally:
        ringing.cancel()
        await asyncio.wait({ringing})
        kefu.calls.close()


@asynccontextmanager
async def serving(house: CallHouse) -> AsyncIterator[CallHouse]:
    """The house, served on a port of this machine."""
    app = assemble(house.config, house.opening)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on"))
    serving_ = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        house.address = f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield house
    finally:
        server.should_exit = True
        await serving_


__all__ = ["CallHouse", "Config", "serving", "tone_engines", "with_calls"]
