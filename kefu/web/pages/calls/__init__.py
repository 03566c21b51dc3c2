"""Calls: the latest of them, and each with its sound, its words and its times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kefu.app.listening import Wave
from kefu.core.errors import NotFound
from kefu.web.calls import STAGES, list_calls, open_sound, read_call
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.thread import SECTIONS
from kefu.web.viewer import hand_of, operator_of

SHOWN = 25
WIDE, HIGH = 1000, 60
"""Units of the drawing: its width, and the height of one side."""

QUIETEST = 0.05
"""A call in which nothing is louder is drawn as quiet as it is."""

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def show(request: Request) -> Response:
    """The latest calls."""
    hall, who = hall_of(request), operator_of(request)
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    calls = await list_calls(hall, who, before, SHOWN)
    older = calls[-1].position if len(calls) == SHOWN else 0
    return render(request, "calls/list.html", who=who, calls=calls, older=older)


async def one(request: Request) -> Response:
    """A call."""
    hall, who = hall_of(request), operator_of(request)
    call = await read_call(hall, who, *_which(request))
    levels = list(call.outline.levels.values()) if call.outline else []
    loudest = max((level for side in levels for level in side), default=0)
    shapes = [shape(side, max(loudest, QUIETEST)) for side in levels]
    kept = hall.kefu.config.get("recordings.days", float)
    drawing = {"wide": WIDE, "high": HIGH}
    named: dict[str, Any] = {
        "stages": STAGES,
        "sections": {kind.__name__: section for kind, section in SECTIONS.items()},
    }
    return render(request, "calls/page.html", who=who, call=call, shapes=shapes, drawing=drawing, days=kept, **named)


async def sound(request: Request) -> Response:
    """The recording as a WAV file, or the part of it that is asked for."""
    tape = await open_sound(hall_of(request), hand_of(request), *_which(request))
    wave = Wave(tape, await tape.length_ms())
    start, end = part(request.headers.get("range", ""), wave.size)
    # Compressed on its way, a file can't be asked for in parts.
    headers = {"accept-ranges": "bytes", "content-encoding": "identity", "cache-control": "no-store"}
    if start >= wave.size:
        tape.close()
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{wave.size}"})
    is_part = (start, end) != (0, wave.size)
    headers["content-length"] = str(end - start)
    if is_part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{wave.size}"
    return StreamingResponse(wave.read(start, end), 206 if is_part else 200, headers, "audio/wav")


def part(asked: str, size: int) -> tuple[int, int]:
    """The first byte that a Range header asks for, and the one behind the last; all where it asks for nothing.

    Source: RFC 9110, 14.2; several ranges at once are answered with all, as it allows.
    """
    found = RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size


def shape(levels: Sequence[float], loudest: float) -> str:
    """The levels of a side as a path that is as high above its middle as below; the loudest fills the height."""
    middle, step = HIGH / 2, WIDE / max(1, len(levels))
    heights = [(place * step, level / loudest * (middle - 1)) for place, level in enumerate(levels)]
    tops = [f"{x:.1f},{middle - height:.1f}" for x, height in heights]
    ends = [f"{x:.1f},{middle + height:.1f}" for x, height in heights]
    return f"M{' '.join([*tops, *reversed(ends)])}Z"


def _which(request: Request) -> tuple[str, int]:
    number = request.path_params["number"]
    if number < 1:
        raise NotFound("There is no such call.")
    return request.path_params["conversation"], number
