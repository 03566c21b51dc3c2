"""Every channel keeps the contract of its socket; and each keeps its own promises."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from kefu.adapters.channels import callback, rasa, rest, webchat
from kefu.core.errors import BadConfig, BadInput, BadSignature, DeliveryFailed, NotSignedIn
from kefu.core.nouns import Identity
from kefu.core.ports.channel import Parcel, Raw, SessionChannel
from kefu.testing.check_channel import CHECKS, NOW, Subject, check_bytes, with_header

SESSION_SECRET, SITE_SECRET, TOKEN, KEY = "s" * 32, "h" * 32, "t" * 32, "k" * 32
SETTINGS: dict[str, object] = {
    "security": {"session_secret": SESSION_SECRET, "site_secret": SITE_SECRET, "api_tokens": [TOKEN]},
    "limits": {"body_kb": 16},
    "url": "http://127.0.0.1:1/",
    "secret": KEY,
}
LARGEST = 16 * 1024


def seal_token(body: bytes) -> Raw:
    return Raw(body, {"authorization": f"Bearer {TOKEN}"}, {}, NOW)


def forge_token(raw: Raw) -> Raw:
    return with_header(raw, "authorization", raw.headers["authorization"][:-1] + "x")


def rest_subject() -> Subject:
    def wrap(sender: str, text: str, message_id: str) -> Raw:
        return seal_token(json.dumps({"sender": sender, "text": text, "message_id": message_id}).encode())

    return Subject(rest.open_channel("rest", SETTINGS), wrap, seal_token, forge_token, LARGEST)


def rasa_subject() -> Subject:
    def wrap(sender: str, text: str, message_id: str) -> Raw:
        body = {"sender": sender, "message": text, "metadata": {"message_id": message_id, "other": [1]}}
        return seal_token(json.dumps(body).encode())

    return Subject(rasa.open_channel("rasa", SETTINGS), wrap, seal_token, forge_token, LARGEST)


def webchat_subject() -> Subject:
    channel = webchat.open_channel("webchat", SETTINGS)

    def seal(body: bytes, sender: str = "u1") -> Raw:
        session = channel.open_session(site_token(sub=sender), NOW)
        return Raw(body, {"authorization": f"Bearer {session.token}"}, {}, NOW)

    def wrap(sender: str, text: str, message_id: str) -> Raw:
        return seal(json.dumps({"text": text, "id": message_id}).encode(), sender)

    def forge(raw: Raw) -> Raw:
        head, _, tail = raw.headers["authorization"].rpartition(".")
        return with_header(raw, "authorization", f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}")

    return Subject(channel, wrap, seal, forge, LARGEST)


def signed(body: bytes, timestamp: str = str(int(NOW.timestamp())), key: str = KEY) -> Raw:
    signature = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Raw(body, {"x-kefu-timestamp": timestamp, "x-kefu-signature": signature}, {}, NOW)


def callback_subject() -> Subject:
    def wrap(sender: str, text: str, message_id: str) -> Raw:
        return signed(json.dumps({"sender": sender, "text": text, "message_id": message_id}).encode())

    def forge(raw: Raw) -> Raw:
        return with_header(raw, "x-kefu-signature", "0" * 64)

    return Subject(callback.open_channel("push", SETTINGS), wrap, signed, forge, LARGEST)


SUBJECTS = {"rest": rest_subject, "rasa": rasa_subject, "webchat": webchat_subject, "callback": callback_subject}


def site_token(secret: str = SITE_SECRET, algorithm: str = "HS256", **claims: object) -> str:
    default = {"aud": "kefu", "sub": "L00001", "exp": int(NOW.timestamp()) + 3600}
    merged = {name: value for name, value in (default | claims).items() if value is not None}
    return jwt.encode({"alg": algorithm}, merged, OctKey.import_key(secret), algorithms=[algorithm])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_keeps_the_contract(make: Callable[[], Subject], check: Callable[[Subject], None]) -> None:
    check(make())


@pytest.mark.parametrize("make", SUBJECTS.values(), ids=SUBJECTS)
def test_any_bytes_end_in_a_message_or_the_callers_error(make: Callable[[], Subject]) -> None:
    subject = make()
    words = st.text(st.sampled_from('aé中\u0000\n"😀'), max_size=20)
    keys = st.sampled_from(["sender", "text", "message", "message_id", "id", "metadata", "language", "customer_id"])
    values = st.none() | st.booleans() | st.integers() | words | st.lists(words, max_size=2)
    json_like = st.dictionaries(keys, values, max_size=5).map(lambda value: json.dumps(value).encode())

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=100) | json_like)
    def explore(body: bytes) -> None:
        check_bytes(subject, body)

    explore()


# Who vouches for whom


def test_a_servers_word_makes_the_sender_the_customer() -> None:
    (inbound,) = rest_subject().channel.parse(rest_subject().wrap("L00001", "你好", "m1"))
    assert (inbound.identity, inbound.can_prove) == (Identity("L00001", "server"), True)


def test_rest_serves_nobody_without_a_token_unless_told_to() -> None:
    raw = Raw(b'{"sender": "L00001", "text": "hi"}', {}, {}, NOW)
    with pytest.raises(NotSignedIn):
        rest.open_channel("rest", SETTINGS).parse(raw)
    (inbound,) = rest.open_channel("rest", SETTINGS | {"anonymous": True}).parse(raw)
    assert (inbound.identity, inbound.can_prove, inbound.sender) == (None, False, "anonymous:L00001")


@pytest.mark.parametrize("where", ["header", "query"])
def test_rasa_takes_its_token_in_both_places(where: str) -> None:
    headers = {"authorization": f"bearer {TOKEN}"} if where == "header" else {}
    query = {"token": TOKEN} if where == "query" else {}
    body = b'{"sender": "L00001", "message": "hi"}'
    (inbound,) = rasa.open_channel("rasa", SETTINGS).parse(Raw(body, headers, query, NOW))
    assert (inbound.sender, inbound.identity) == ("L00001", Identity("L00001", "server"))


def test_a_stranger_on_rasa_can_neither_reach_nor_continue_a_trusted_conversation() -> None:
    channel = rasa.open_channel("rasa", SETTINGS)
    (stranger,) = channel.parse(Raw(b'{"sender": "L00001", "message": "hi"}', {}, {}, NOW))
    assert (stranger.sender, stranger.identity, stranger.can_prove) == ("anonymous:L00001", None, False)
    for raw in (Raw, seal_token):
        body = b'{"sender": "anonymous:L00001", "message": "hi"}'
        with pytest.raises(BadInput, match="must not begin"):
            channel.parse(raw(body) if raw is seal_token else Raw(body, {}, {}, NOW))
    with pytest.raises(NotSignedIn):
        channel.parse(Raw(b'{"message": "hi"}', {}, {"token": "wrong"}, NOW))


def test_an_empty_api_token_is_no_token() -> None:
    settings = SETTINGS | {"security": {"api_tokens": [""]}}
    with pytest.raises(NotSignedIn):
        rest.open_channel("rest", settings).parse(Raw(b'{"sender": "a", "text": "b"}', {}, {}, NOW))


def test_ids_that_cannot_be_stored_are_refused() -> None:
    for sender in ("", "a\u0000b", "a\nb", "x" * 129):
        with pytest.raises(BadInput):
            rest_subject().channel.parse(rest_subject().wrap(sender, "hi", "m1"))


# Sessions of the chat on web pages


def test_a_session_speaks_for_the_customer_of_the_host_site() -> None:
    channel = webchat.open_channel("webchat", SETTINGS)
    assert isinstance(channel, SessionChannel)
    session = channel.open_session(site_token(), NOW)
    (inbound,) = channel.parse(Raw(b'{"text": "hi"}', {"authorization": f"Bearer {session.token}"}, {}, NOW))
    assert (inbound.sender, inbound.identity) == ("customer:L00001", Identity("L00001", "token"))
    assert channel.read_session(session.token, NOW) == session


def test_strangers_get_sessions_that_nobody_can_guess() -> None:
    channel = webchat.open_channel("webchat", SETTINGS)
    one, other = channel.open_session("", NOW), channel.open_session("", NOW)
    assert one.customer_id == ""
    assert one.sender != other.sender
    assert len(one.sender.removeprefix("visitor:")) == 32


@pytest.mark.parametrize(
    "token",
    [
        site_token(secret="x" * 32),
        site_token(aud="other"),
        site_token(aud=None),
        site_token(exp=None),
        site_token(exp=int(NOW.timestamp()) - 61),
        site_token(exp=int(NOW.timestamp()) + 25 * 3600),
        site_token(exp=float("nan")),
        site_token(exp="soon"),
        site_token(sub=None),
        site_token(sub=""),
        site_token(sub="a\nb"),
        site_token(sub=7),
        site_token(algorithm="HS512"),
        site_token()[:-2],
        "eyJhbGciOiJub25lIn0.eyJhdWQiOiJrZWZ1Iiwic3ViIjoiTDAwMDAxIn0.",
        "a.b.c",
        "ü",
        "x" * 5000,
    ],
)
def test_a_host_sites_word_must_hold(token: str) -> None:
    with pytest.raises(NotSignedIn):
        webchat.open_channel("webchat", SETTINGS).open_session(token, NOW)


def test_a_sites_clock_may_be_a_minute_off() -> None:
    token = site_token(exp=int(NOW.timestamp()) - 30)
    assert webchat.open_channel("webchat", SETTINGS).open_session(token, NOW).customer_id == "L00001"


def test_a_session_ends_after_thirty_days_and_is_no_identity() -> None:
    channel = webchat.open_channel("webchat", SETTINGS | {"security": {"session_secret": KEY, "site_secret": KEY}})
    session = channel.open_session("", NOW)
    assert channel.read_session(session.token, NOW + timedelta(days=29, hours=23)) == session
    with pytest.raises(NotSignedIn):
        channel.read_session(session.token, NOW + timedelta(days=31))
    with pytest.raises(NotSignedIn):
        channel.open_session(session.token, NOW)
    with pytest.raises(NotSignedIn):
        channel.read_session(site_token(secret=KEY), NOW)


def test_weak_secrets_are_refused_at_the_start() -> None:
    with pytest.raises(BadConfig, match="session_secret"):
        webchat.open_channel("webchat", {"security": {"session_secret": "short", "site_secret": SITE_SECRET}})
    with pytest.raises(BadConfig, match="secret"):
        callback.open_channel("push", {"url": "http://127.0.0.1/"})
    with pytest.raises(BadConfig, match="url"):
        callback.open_channel("push", {"secret": KEY})


# What bridges sign, and what is posted to them


@pytest.mark.parametrize(
    "timestamp", [str(int(NOW.timestamp()) - 301), str(int(NOW.timestamp()) + 301), "", "1e9", "²"]
)
def test_a_signature_is_good_for_five_minutes(timestamp: str) -> None:
    with pytest.raises(BadSignature):
        callback_subject().channel.parse(signed(b'{"sender": "u", "text": "hi", "message_id": "1"}', timestamp))


def test_a_bridge_says_whom_it_knows() -> None:
    channel = callback_subject().channel
    known = {"": "u", ', "customer_id": "L1"': "L1", ', "customer_id": null': None}
    for field, customer_id in known.items():
        body = f'{{"sender": "u", "text": "hi", "message_id": "1"{field}}}'
        (inbound,) = channel.parse(signed(body.encode()))
        assert inbound.identity == (Identity(customer_id, "server") if customer_id else None)


Posted = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def other_end() -> Iterator[tuple[str, Posted, list[int]]]:
    """A server that notes what is posted to it and answers with the last status of a list."""
    posted: Posted = []
    status = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[-1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", posted, status
    server.shutdown()
    thread.join()
    server.server_close()


PARCEL = Parcel("t1.5", "c1", "u1", 5, "您好", "zh", ("转人工",), ("records:progress/courses",))


async def test_a_reply_is_posted_signed_with_the_same_key_at_every_try(
    other_end: tuple[str, Posted, list[int]],
) -> None:
    url, posted, status = other_end
    channel = callback.open_channel("push", SETTINGS | {"url": url})
    status.append(503)
    with pytest.raises(DeliveryFailed, match="503"):
        await channel.send(PARCEL)
    status.append(204)
    await channel.send(PARCEL)
    assert [headers["Idempotency-Key"] for headers, _ in posted] == ["t1.5", "t1.5"]
    headers, body = posted[-1]
    assert json.loads(body)["text"] == "您好"
    expected = signed(body, headers["X-Kefu-Timestamp"]).headers["x-kefu-signature"]
    assert headers["X-Kefu-Signature"] == expected


async def test_an_address_that_does_not_answer_is_a_failed_delivery() -> None:
    with pytest.raises(DeliveryFailed, match="can't be reached"):
        await callback_subject().channel.send(PARCEL)


@pytest.mark.parametrize("make", [rest_subject, rasa_subject, webchat_subject], ids=["rest", "rasa", "webchat"])
async def test_a_channel_that_does_not_push_says_so(make: Callable[[], Subject]) -> None:
    channel = make().channel
    assert not channel.pushes
    with pytest.raises(DeliveryFailed):
        await channel.send(PARCEL)
