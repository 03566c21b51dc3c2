"""What every channel must do: run these checks over yours.

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_my_channel(check):
    check(Subject(my_channel, wrap=…, forge=…, largest=65536))
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kefu.core.errors import BadInput, BadSignature, CallerError, NotSignedIn, TooLarge
from kefu.core.nouns import Inbound
from kefu.core.ports.channel import Channel, Raw

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

ODD_TEXTS = (
    "我的课程学到哪里了？",
    "𠮷野家 👩‍👩‍👧 e\u0301 \u200f\u202e",
    "  spaces\tand\nlines  ",
    '<script>alert("1")</script>',
    "' OR 1=1; --",
    "\u0000\u0007control",
    "字" * 1000,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A channel with what the checks must know of it.

    `wrap(sender, text, message_id)` makes a request that must be taken; `seal(body)`
    puts any body into a request with valid credentials. `forge(raw)` spoils the
    credentials of a request. `largest` is the largest body in bytes.
    """

    channel: Channel
    wrap: Callable[[str, str, str], Raw]
    seal: Callable[[bytes], Raw]
    forge: Callable[[Raw], Raw]
    largest: int


def takes_a_message(subject: Subject) -> None:
    """A good request becomes exactly one message, with all that was said."""
    (inbound,) = subject.channel.parse(subject.wrap("u1", "你好", "m1"))
    _expect(inbound.channel == subject.channel.name, "Inbound.channel must be the channel's name")
    _expect(inbound.text == "你好", "the text must arrive unchanged")
    _expect(inbound.received_at == NOW, "received_at must be that of the request")


def keeps_odd_texts(subject: Subject) -> None:
    """Any text arrives unchanged: cleaning is the guard's business."""
    for text in ODD_TEXTS:
        (inbound,) = subject.channel.parse(subject.wrap("u1", text, "m1"))
        _expect(inbound.text == text, f"changed {text!r} into {inbound.text!r}")


def knows_a_repeat(subject: Subject) -> None:
    """The same request gives the same id; another message id another one."""
    first, again, other = (_one(subject, "u1", number) for number in ("m1", "m1", "m2"))
    _expect(first.external_id == again.external_id, "a repeat must have the same external_id")
    _expect(first.external_id != other.external_id, "another message must have another external_id")


def keeps_senders_apart(subject: Subject) -> None:
    """Two senders may number their messages alike."""
    one, other = _one(subject, "u1", "m1"), _one(subject, "u2", "m1")
    _expect(one.sender != other.sender, "two senders must stay two")
    _expect(one.external_id != other.external_id, "external ids must be unique in the channel: put the sender in front")


def refuses_forged_credentials(subject: Subject) -> None:
    """A wrong signature or token is refused before anything else is looked at."""
    for raw in (subject.wrap("u1", "你好", "m1"), subject.seal(b"{")):
        _refuses(subject, subject.forge(raw), BadSignature, NotSignedIn)


def refuses_large_bodies(subject: Subject) -> None:
    """A body over the limit is refused, whatever is in it."""
    _refuses(subject, subject.wrap("u1", "字" * subject.largest, "m1"), TooLarge)
    _refuses(subject, subject.seal(b" " * (subject.largest + 1)), TooLarge)


def refuses_other_shapes(subject: Subject) -> None:
    """What is not the JSON of this channel is refused."""
    for body in (b"", b"{", b"null", b"[]", b'"text"', b"{}", b"\xff\xfe", b"[" * 5000, b'{"text": "\\ud800"}'):
        _refuses(subject, subject.seal(body), BadInput)


def refuses_wrong_types(subject: Subject) -> None:
    """Each field must have its type; an empty text is none."""
    for text in ("", "  \n"):
        _refuses(subject, subject.wrap("u1", text, "m1"), BadInput)
    for word in (b"1", b"null", b"{}", b'["a"]', b"true"):
        _refuses(
            subject, subject.seal(subject.wrap("u1", "THE-TEXT", "m1").body.replace(b'"THE-TEXT"', word)), BadInput
        )


def survives_any_bytes(subject: Subject) -> None:
    """Random and damaged bodies end in a message or in the caller's error, never in a crash."""
    rng = random.Random(7)  # noqa: S311 - repeatable, no secret
    good = subject.wrap("u1", "你好 hello", "m1").body
    for _ in range(300):
        damaged = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        check_bytes(subject, bytes(damaged))
        check_bytes(subject, rng.randbytes(rng.randint(0, 80)))


def check_bytes(subject: Subject, body: bytes) -> Sequence[Inbound]:
    """One body with valid credentials: gives messages or raises only `CallerError`, which ends here."""
    try:
        return subject.channel.parse(subject.seal(body))
    except CallerError:
        return ()


def with_header(raw: Raw, name: str, value: str) -> Raw:
    """The same request with one header set; for writing `forge`."""
    return replace(raw, headers={**raw.headers, name: value})


def _one(subject: Subject, sender: str, message_id: str) -> Inbound:
    return subject.channel.parse(subject.wrap(sender, "你好", message_id))[0]


def _expect(holds: bool, rule: str) -> None:
    if not holds:
        raise AssertionError(rule)


def _refuses(subject: Subject, raw: Raw, *kinds: type[CallerError]) -> None:
    try:
        subject.channel.parse(raw)
    except kinds:
        return
    names = " or ".join(kind.__name__ for kind in kinds)
    raise AssertionError(f"{raw.body[:60]!r} must raise {names}")


CHECKS: tuple[Callable[[Subject], None], ...] = (
    takes_a_message,
    keeps_odd_texts,
    knows_a_repeat,
    keeps_senders_apart,
    refuses_forged_credentials,
    refuses_large_bodies,
    refuses_other_shapes,
    refuses_wrong_types,
    survives_any_bytes,
)
"""Every check, to be run by name."""
