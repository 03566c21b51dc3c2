"""What every line of a call must do: run these checks over yours, in real time.

@pytest.mark.parametrize("check", LINE_CHECKS, ids=lambda check: check.__name__)
async def test_my_line(check):
    async with my_call() as subject:
        await check(subject)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from kefu.core.ports.line import Audio, Key, Line, Played, Signal
from kefu.testing.tones import hear, sing

PATIENCE_S = 10.0


@dataclass(slots=True)
class Subject:
    """A line with its other end.

    `speak(pcm)` and `press(key)` let the other end do so, `heard()` is all PCM16 that reached it, `leave()` lets it
    hang up. `signals` fills with what the line tells; it is closed by `over`.
    """

    line: Line
    speak: Callable[[bytes], Awaitable[None]]
    press: Callable[[str], Awaitable[None]]
    heard: Callable[[], bytes]
    leave: Callable[[], Awaitable[None]]
    signals: list[Signal] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Read what the line tells until it is over; run it as a task."""
        async for signal in self.line.signals():
            self.signals.append(signal)
        self.over.set()

    @property
    def played(self) -> list[str]:
        """The marks of the pieces that were heard to their ends."""
        return [one.mark for one in self.signals if isinstance(one, Played) and one.done]


async def carries_what_is_said_and_pressed(subject: Subject) -> None:
    """Speech comes in whole and in order, keys between it."""
    rate = subject.line.rate_hz
    await subject.speak(sing("你好", rate))
    await subject.press("5")
    await subject.speak(bytes(rate // 5))
    await _until(lambda: any(isinstance(one, Key) for one in subject.signals), "no key came in")
    await _until(lambda: hear(_said(subject), rate) == "你好", "what was said came in otherwise")
    _expect(Key("5") in subject.signals, "the key must be the one that was pressed")


async def plays_in_order_and_tells_how_far(subject: Subject) -> None:
    """Pieces are heard one after the other, whatever portions they were made in, and told when they were."""
    line, rate = subject.line, subject.line.rate_hz
    started = monotonic()
    for mark, text in (("m1", "您好"), ("m2", "请讲")):
        pcm = sing(text, rate)
        await line.tell("speak", mark=mark, text=text)
        for at in range(0, len(pcm), 998):
            await line.play(mark, pcm[at : at + 998])
        await line.play(mark, b"", last=True)
    await _until(lambda: subject.played == ["m1", "m2"], "not every piece was told to be heard")
    _expect(hear(subject.heard(), rate) == "您好请讲", "the pieces were heard otherwise than they were played")
    _expect(monotonic() - started > 0.7 * len(sing("您好请讲", rate)) / 2 / rate, "sound must leave by the clock")
    told = [one.heard_ms for one in subject.signals if isinstance(one, Played) and one.mark == "m1"]
    _expect(told == sorted(told), "how far a piece was heard never goes back")


async def falls_silent_at_once(subject: Subject) -> None:
    """Nothing that was handed over before is heard after `clear`, nobody waits for it, and the next piece is heard."""
    line, rate = subject.line, subject.line.rate_hz
    await line.tell("speak", mark="m1", text="…")
    playing = asyncio.create_task(line.play("m1", sing("很长的一句话，说也说不完" * 4, rate), last=True))
    await _until(lambda: len(subject.heard()) > 0, "nothing was heard")
    await line.clear()
    await asyncio.wait_for(playing, PATIENCE_S)
    await asyncio.sleep(0.2)
    before = len(subject.heard())
    await asyncio.sleep(0.3)
    _expect(len(subject.heard()) == before, "sound was heard after clear")
    _expect("m1" not in subject.played, "a piece that was cleared was not heard to its end")
    await line.tell("speak", mark="m2", text="好")
    await line.play("m2", sing("好", rate), last=True)
    await _until(lambda: subject.played == ["m2"], "what is played after clear must be heard")
    _expect(hear(subject.heard()[before:], rate) == "好", "stale sound was heard before the next piece")


async def ends_when_the_other_end_leaves(subject: Subject) -> None:
    """The end of the signals is the end of the call; what is done to it afterwards does no harm."""
    await subject.leave()
    await asyncio.wait_for(subject.over.wait(), PATIENCE_S)
    await subject.line.clear()
    await subject.line.tell("person", name="x")
    await subject.line.hang_up()


async def ends_when_we_hang_up(subject: Subject) -> None:
    """The same from our side, and twice is no harm."""
    await subject.line.hang_up()
    await asyncio.wait_for(subject.over.wait(), PATIENCE_S)
    await subject.line.hang_up()


LINE_CHECKS: Sequence[Callable[[Subject], Awaitable[None]]] = (
    carries_what_is_said_and_pressed,
    plays_in_order_and_tells_how_far,
    falls_silent_at_once,
    ends_when_the_other_end_leaves,
    ends_when_we_hang_up,
)


def _said(subject: Subject) -> bytes:
    return b"".join(one.pcm for one in subject.signals if isinstance(one, Audio))


async def _until(check: Callable[[], bool], complaint: str) -> None:
    end = monotonic() + PATIENCE_S
    while not check():
        _expect(monotonic() < end, complaint)
        await asyncio.sleep(0.02)


def _expect(holds: bool, complaint: str) -> None:
    assert holds, complaint
