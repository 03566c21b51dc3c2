"""What comes in on lines, whole and broken: AudioSocket, media streams, the chat window's frames."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from callers import until
from hypothesis import given
from hypothesis import strategies as st

from kefu.adapters.audio.mulaw import encode
from kefu.adapters.channels import media_streams, webchat
from kefu.adapters.channels.asterisk import AsteriskChannel, frames, open_channel
from kefu.adapters.channels.media_streams import line as media
from kefu.core.errors import BadConfig, BadInput, BadSignature, DeliveryFailed, NotSignedIn, TooLarge
from kefu.core.ports.channel import Parcel, Raw
from kefu.core.ports.line import Audio, Carrier, Exchange, Key, Line, Played, Signal, SocketLines, Typed

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
SECRETS = {"session_secret": "s" * 32, "site_secret": "h" * 32}
HOTLINE = media_streams.open_channel("hotline", {"auth_token": "a" * 32, "limits": {"body_kb": 4}})
CHAT = webchat.open_channel("webchat", {"security": SECRETS})
URL = "https://kefu.example.com/webhooks/hotline/call"


class Wire:
    """A WebSocket whose other end has said all it will say."""

    def __init__(self, *messages: object) -> None:
        self._messages = [one if isinstance(one, str | bytes) else json.dumps(one) for one in messages]
        self.sent: list[str | bytes] = []

    async def receive(self) -> str | bytes | None:
        await asyncio.sleep(0)
        return self._messages.pop(0) if self._messages else None

    async def send(self, message: str | bytes) -> None:
        self.sent.append(message)

    @property
    def frames(self) -> list[dict[str, object]]:
        return [json.loads(one) for one in self.sent if isinstance(one, str)]


async def heard(line: Line) -> list[Signal]:
    return [signal async for signal in line.signals()]


def packed(*some: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack(">BH", kind, len(payload)) + payload for kind, payload in some)


FRAMES = st.lists(
    st.tuples(st.sampled_from([0x00, 0x01, 0x03, 0x10, 0x12, 0xFF]), st.binary(max_size=400)), max_size=12
)


@given(FRAMES, st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_audio_socket_frames_survive_any_cut(some: list[tuple[int, bytes]], cuts: list[int]) -> None:
    data, parser, found, at = packed(*some), frames.Parser(), [], 0
    for cut in [*cuts, len(data)]:
        found += parser.push(data[at : at + cut])
        at += cut
    assert [(one.kind, one.payload) for one in found] == some


@given(st.binary(max_size=2000))
def test_any_bytes_are_frames_or_refused_and_never_kept_for_ever(data: bytes) -> None:
    parser = frames.Parser()
    try:
        for at in range(0, len(data), 100):
            parser.push(data[at : at + 100])
    except BadInput:
        return
    assert len(parser._waiting) <= frames.LARGEST + 3


async def test_an_exchange_speaks_to_this_machine_alone_unless_told() -> None:
    channel = open_channel("phone", {"port": 0})
    assert isinstance(channel, Exchange)
    assert channel._host == "127.0.0.1"
    with pytest.raises(BadConfig, match="port"):
        open_channel("phone", {"port": 70000})
    with pytest.raises(BadInput):
        channel.parse(Raw(b"", {}, {}, NOW))
    with pytest.raises(DeliveryFailed):
        await channel.send(Parcel("k", "c", "s", 1, "t", "zh"))


async def rings(*sent: bytes) -> tuple[list[Signal], str]:
    """What a call over a real connection carries, when the exchange sends these bytes and goes."""
    found: list[Signal] = []
    name = ""
    over = asyncio.Event()

    async def answer(line: Line) -> None:
        nonlocal name
        name = line.caller.call_id
        found.extend(await heard(line))
        await line.hang_up()
        over.set()

    channel = AsteriskChannel("phone", "127.0.0.1", 0)
    serving = asyncio.create_task(channel.serve(answer))
    await until(lambda: channel.port)
    _, writer = await asyncio.open_connection("127.0.0.1", channel.port)
    for data in sent:
        writer.write(data)
        await writer.drain()
    writer.close()
    try:
        await asyncio.wait_for(over.wait(), 0.5)
    except TimeoutError:
        name = ""
    serving.cancel()
    await asyncio.wait({serving})
    return found, name


async def test_a_call_of_the_exchange_is_named_by_its_uuid() -> None:
    found, name = await rings(packed((0x01, b"\x12" * 16), (0x03, b"5"), (0x10, b"\1\0" * 160)), packed((0x00, b"")))
    assert name == "12121212-1212-1212-1212-121212121212"
    assert found == [Key("5"), Audio(b"\1\0" * 160)]


@pytest.mark.parametrize(
    "data",
    [
        packed((0x10, b"\0" * 320)),
        packed((0x01, b"short")),
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
        b"\x01\x00",
    ],
)
async def test_a_connection_that_is_no_call_is_dropped(data: bytes) -> None:
    assert await rings(data) == ([], "")


async def test_what_follows_a_call_and_is_no_frame_ends_it() -> None:
    found, name = await rings(packed((0x01, b"\x12" * 16)), packed((0x03, b"x"), (0x12, b"\0" * 640)), b"\x77\0\0")
    assert (found, bool(name)) == ([], True)


async def test_a_port_that_is_taken_is_named() -> None:
    first = AsteriskChannel("phone", "127.0.0.1", 0)
    serving = asyncio.create_task(first.serve(lambda _: asyncio.sleep(0)))
    await until(lambda: first.port)
    with pytest.raises(BadConfig, match=str(first.port)):
        await AsteriskChannel("other", "127.0.0.1", first.port).serve(lambda _: asyncio.sleep(0))
    serving.cancel()
    await asyncio.wait({serving})


def asked(body: bytes = b"CallSid=CA1&From=%2B86138", signature: str | None = None) -> Raw:
    fields = [("CallSid", "CA1"), ("From", "+86138")]
    headers = {"x-twilio-signature": HOTLINE.sign(URL, fields) if signature is None else signature}
    return Raw(body, headers, {}, NOW)


def test_the_companys_signature_is_that_of_its_documents() -> None:
    """The example of twilio.com/docs/usage/security."""
    channel = media_streams.MediaChannel(HOTLINE._door, "12345")
    fields = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
        "To": "+18005551212",
    }  # fmt: skip
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert channel.sign(url, list(fields.items())) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def token_of(answer: bytes) -> str:
    return answer.decode().split('value="')[1].split('"')[0]


def test_a_signed_request_is_sent_to_our_socket() -> None:
    assert isinstance(HOTLINE, Carrier)
    answer = HOTLINE.welcome(asked(), URL, "wss://kefu.example.com/x?a=1&b=2").decode()
    assert 'url="wss://kefu.example.com/x?a=1&amp;b=2"' in answer
    assert answer.endswith("</Stream></Connect></Response>")


@pytest.mark.parametrize("signature", ["", "x", "é", "L/OH5YylLD5NRKLltdqwSvS0BnU="])
def test_a_request_without_the_signature_gets_no_socket(signature: str) -> None:
    with pytest.raises(BadSignature):
        HOTLINE.welcome(asked(signature=signature), URL, "wss://x")


def test_the_signature_holds_for_one_address_and_body() -> None:
    with pytest.raises(BadSignature):
        HOTLINE.welcome(asked(), URL + "?x=1", "wss://x")
    with pytest.raises(BadSignature):
        HOTLINE.welcome(asked(b"CallSid=CA2&From=%2B86138"), URL, "wss://x")
    with pytest.raises(TooLarge):
        HOTLINE.welcome(asked(b"x" * 5000), URL, "wss://x")


def start(token: str, call: str = "CA1", **own: object) -> dict[str, object]:
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1} | own
    begin = {"callSid": call, "tracks": ["inbound"], "mediaFormat": form, "customParameters": {"token": token}}
    return {"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": begin}


def sound(chunk: object, payload: str | None = None) -> dict[str, object]:
    coded = base64.b64encode(encode(b"\1\0" * 160)).decode() if payload is None else payload
    return {"event": "media", "streamSid": "MZ1", "media": {"track": "inbound", "chunk": chunk, "payload": coded}}


async def opened(*messages: object) -> tuple[Line, Wire]:
    token = token_of(HOTLINE.welcome(asked(), URL, "wss://x"))
    wire = Wire({"event": "connected"}, start(token), *messages)
    return await HOTLINE.open_line(wire, NOW), wire


async def test_a_stream_is_heard_in_order_whatever_order_it_came_in() -> None:
    some = [sound("2"), sound("1"), sound("3"), {"event": "dtmf", "dtmf": {"digit": "7"}}, sound("2"), {"event": "new"}]
    line, _ = await opened(*some, "no json", b"\xff", {"event": "stop"}, sound("9"))
    found = await heard(line)
    assert [type(one) for one in found] == [Audio, Audio, Key]
    assert line.caller.call_id == "CA1"


async def test_odd_pieces_of_a_stream_cost_nothing_but_themselves() -> None:
    odd = [sound("1", "!!!"), sound("x"), sound("-1"), sound("1", ""), sound("2", "A" * 65_000), sound(10**30)]
    odd += [{"event": "dtmf"}, {"event": "dtmf", "dtmf": {"digit": "99"}}, {"event": "mark"}, {"event": "media"}]
    line, _ = await opened(*odd, sound("2"))
    assert [len(one.pcm) for one in await heard(line) if isinstance(one, Audio)] == [0, 320]


@pytest.mark.parametrize("token", ["", "x", "9999999999.ff", "²²²", "1" * 40])
async def test_a_stream_without_our_word_is_no_call(token: str) -> None:
    with pytest.raises(BadSignature):
        await HOTLINE.open_line(Wire({"event": "connected"}, start(token)), NOW)


async def test_our_word_holds_for_one_call_and_two_minutes() -> None:
    token = token_of(HOTLINE.welcome(asked(), URL, "wss://x"))
    for call, later in (("CA2", 0), ("CA1", 121)):
        with pytest.raises(BadSignature):
            await HOTLINE.open_line(Wire(start(token, call)), NOW + timedelta(seconds=later))


@pytest.mark.parametrize(
    "messages", [(), ("{}",), ({"event": "media"},), (start("t", encoding="audio/opus"),), ('{"event":"start"}',)]
)
async def test_what_is_no_stream_of_ours_is_refused(messages: Sequence[object]) -> None:
    with pytest.raises(BadInput):
        await HOTLINE.open_line(Wire(*messages), NOW)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_message_is_read_or_refused(message: str | bytes) -> None:
    with suppress(BadInput):
        assert media.read(message).event is not None


NAMES = st.sampled_from(["event", "media", "start", "mark", "dtmf", "payload", "chunk", "digit", "type", "ms"])
LEAVES = st.none() | st.booleans() | st.text(max_size=5) | st.integers()
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


@given(TREES)
def test_any_json_is_read_or_refused(value: object) -> None:
    text = json.dumps(value)
    with suppress(BadInput):
        media.read(text)
    wire = Wire()
    line = webchat.BrowserLine(None, wire, 16000)  # type: ignore[arg-type]
    assert asyncio.run(line._take(text)) in (True, False)


async def chatting(*messages: object, **own: object) -> tuple[Line, Wire]:
    session = CHAT.open_session("", NOW)
    wire = Wire({"type": "start", "session": session.token, "language": "en", **own}, *messages)
    return await CHAT.open_line(wire, NOW), wire


async def test_the_chat_window_calls_in_its_own_conversation() -> None:
    assert isinstance(CHAT, SocketLines)
    some = [b"\1\0" * 320, {"type": "key", "key": "#"}, {"type": "typed", "text": "hi"}, {"type": "bye"}, b"\0"]
    line, _ = await chatting(*some, rate=8000, consent=True)
    assert line.rate_hz == 8000
    assert (line.caller.consent, line.caller.language, line.caller.identity) == (True, "en", None)
    assert line.caller.sender.startswith("visitor:")
    assert await heard(line) == [Audio(b"\1\0" * 320), Key("#"), Typed("hi")]


ODD = (
    '{"type":"key","key":"12"}',
    '{"type":"typed","text":"  "}',
    '{"type":"new"}',
    "[",
    '{"type":"played","mark":"m","ms":-1}',
)


@pytest.mark.parametrize("frame", ODD)
async def test_a_frame_that_is_none_is_told_and_the_call_goes_on(frame: str) -> None:
    line, wire = await chatting(frame, {"type": "key", "key": "5"})
    assert await heard(line) == [Key("5")]
    assert [one["code"] for one in wire.frames] == ["input.invalid"]


@pytest.mark.parametrize("first", [b"\0", "{}", '{"type":"start"}', '{"type":"start","session":"x","rate":44100}'])
async def test_a_call_begins_with_its_start(first: str | bytes) -> None:
    with pytest.raises(BadInput):
        await CHAT.open_line(Wire(first), NOW)


async def test_a_session_that_does_not_hold_can_not_call() -> None:
    with pytest.raises(NotSignedIn):
        await CHAT.open_line(Wire({"type": "start", "session": "x.y.z"}), NOW)


async def test_a_piece_is_announced_played_and_cleared() -> None:
    line, wire = await chatting()
    listening = asyncio.create_task(heard(line))
    wire._messages = [{"type": "played", "mark": "m1", "ms": 20}]  # type: ignore[list-item]
    wire._messages = [json.dumps(one) for one in wire._messages]
    await asyncio.sleep(0)
    await line.tell("speak", mark="m1", text="你好")
    await line.play("m1", b"\1\0" * 640, last=True)
    await line.clear()
    await line.tell("person", name="mei")
    await line.hang_up()
    found = await listening
    assert {"type": "clear", "mark": "m1"} in wire.frames
    assert {"type": "person", "name": "mei"} in wire.frames
    assert all(isinstance(one, Played) and not one.done for one in found)


async def test_an_hour_of_noise_on_a_line_stays_small() -> None:
    tracemalloc.start()
    line, _ = await opened(*[sound(str(number)) for number in range(1, 2000)])
    before = tracemalloc.get_traced_memory()[0]
    count = len(await heard(line))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count <= 2000
    assert most - before < 2_000_000
