"""An engine in a process of its own, asked over pipes: what is not thread-safe, or under a licence that stays there.

in    a line of JSON for each thing that is asked, and the sound that goes with it
out   a line of JSON as a greeting; then for each line pieces of "<I" length and bytes, a length of 0 at its end
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import LifoQueue
from typing import Any

from kefu.core.errors import SpeechFailed


class EngineProcess:
    """Asks one thing at a time; begins another process when it died. Raises `SpeechFailed` where it does not start."""

    def __init__(self, name: str, program: Path, *arguments: str, extra: str) -> None:
        self._name, self._extra = name, extra
        self._command = [sys.executable, "-I", str(program), *arguments]
        self._lock = threading.Lock()
        self._process, self.hello = self._begin()

    def ask(self, wanted: Mapping[str, object], sound: bytes = b"") -> bytes:
        """All that is answered; raises `SpeechFailed` when the process ends twice over it."""
        line = json.dumps(wanted).encode() + b"\n" + sound
        with self._lock:
            try:
                return _answer(self._process, line)
            except (OSError, EOFError):
                _end(self._process)
                self._process, self.hello = self._begin()
            try:
                return _answer(self._process, line)
            except (OSError, EOFError) as error:
                raise SpeechFailed(
                    f"{self._name} ended twice over the same question; see what it says above."
                ) from error

    @property
    def id(self) -> int:
        """What the system calls it."""
        return self._process.pid

    def kill(self) -> None:
        """End it as a fault would; the next question begins another one."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            _end(self._process)

    def _begin(self) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
        hello = process.stdout.readline() if process.stdout else b""
        if not hello:
            _end(process)
            raise SpeechFailed(
                f"{self._name} does not start, see above; is it there? pip install 'kefu[{self._extra}]'."
            )
        return process, json.loads(hello)


class Processes:
    """Processes that do the same, `most` at most: those that were asked last are asked first, so that they are warm."""

    def __init__(self, begin: Callable[[], EngineProcess], most: int) -> None:
        self._begin = begin
        self._idle: LifoQueue[EngineProcess | None] = LifoQueue()
        self._all: list[EngineProcess] = []
        for _ in range(most):
            self._idle.put(None)

    def ask(self, wanted: Mapping[str, object], sound: bytes = b"") -> bytes:
        """See `EngineProcess`; waits while all are busy."""
        process = self._idle.get()
        try:
            if process is None:
                process = self._begin()
                self._all.append(process)
            return process.ask(wanted, sound)
        finally:
            self._idle.put(process)

    @property
    def idle(self) -> bool:
        """Whether one would answer at once, as far as can be known."""
        return not self._idle.empty()

    @property
    def begun(self) -> Sequence[EngineProcess]:
        """Those that were needed so far."""
        return tuple(self._all)

    def close(self) -> None:
        """End them all."""
        for process in self._all:
            process.close()


def _answer(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(line)
    process.stdin.flush()
    pieces = []
    while length := struct.unpack("<I", _exactly(process, 4))[0]:
        pieces.append(_exactly(process, length))
    return b"".join(pieces)


def _exactly(process: subprocess.Popen[bytes], count: int) -> bytes:
    found = process.stdout.read(count) if process.stdout else b""
    if len(found) < count:
        raise EOFError
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was still to be written has no reader any more
            if pipe:
                pipe.close()
    process.wait()
