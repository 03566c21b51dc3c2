"""Read files in a process apart: whatever a file does to its parser, it does to nothing else.

The process may use so much memory and time and write no file. It is asked over a pipe and
answers in JSON, so that what a hostile file may have made of it can't reach us. One that
dies or takes too long is replaced.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import msgspec

from kefu.core.errors import BadInput, KefuError, TooLarge
from kefu.core.ports.document import DocumentReader, Written

MakeReader = Callable[[Mapping[str, object]], DocumentReader]
"""A factory of `kefu.documents`."""

LARGEST_ANSWER = 256 << 20

SPAWN = multiprocessing.get_context("spawn")
"""A fresh process: it knows no secret of ours, and no thread of ours holds a lock in it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: address space in MB, processor time and time in seconds."""

    memory_mb: int = 1024
    cpu_s: int = 60
    wall_s: int = 120


class Answer(msgspec.Struct):
    """What the process found, or what it met: an error's code and message."""

    found: list[Written] = []
    code: str = ""
    message: str = ""


class Apart:
    """One process that reads one file after the other; for one thread at a time."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def read(self, make: MakeReader, settings: Mapping[str, object], name: str, content: bytes) -> Sequence[Written]:
        """What the reader made by `make` finds; raises `BadInput` or `TooLarge`, also when the process dies of it."""
        limits = self._limits
        try:
            answer = self._ask((make, dict(settings), name, content))
        except (EOFError, OSError, msgspec.DecodeError) as error:
            self.close()
            raise BadInput(
                f"{name} could not be read within {limits.memory_mb} MB and {limits.cpu_s} s, or it broke its parser; "
                "save it anew or split it into smaller files."
            ) from error
        if answer.code:
            raise (TooLarge if answer.code == TooLarge.code else BadInput)(answer.message)
        return answer.found

    def _ask(self, question: tuple[object, ...]) -> Answer:
        pipe = self._started()
        pipe.send(question)
        if not pipe.poll(self._limits.wall_s):
            raise TimeoutError
        return msgspec.json.decode(pipe.recv_bytes(LARGEST_ANSWER), type=Answer)

    def close(self) -> None:
        """End the process."""
        if self._process and self._pipe:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._pipe and self._process and self._process.is_alive():
            return self._pipe
        self.close()
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=serve, args=(theirs, self._limits), daemon=True)
        self._process.start()
        theirs.close()
        return self._pipe


def serve(pipe: Connection, limits: Limits) -> None:
    """The process: read what is asked for until the pipe closes."""
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            make, settings, name, content = pipe.recv()
            _restrain(limits)
            pipe.send_bytes(msgspec.json.encode(_answer(make, settings, name, content)))


def _answer(make: MakeReader, settings: Mapping[str, object], name: str, content: bytes) -> Answer:
    try:
        return Answer(found=list(make(settings).read(name, content)))
    except KefuError as error:
        return Answer(code=error.code, message=error.message)
    except ImportError as error:
        needed = f"{name} needs a package that is not installed ({error}): pip install 'kefu[knowledge]'."
        return Answer(code=BadInput.code, message=needed)
    except MemoryError:
        return Answer(code=TooLarge.code, message=f"{name} needs too much memory to read; split it into smaller files.")
    except RecursionError:
        return Answer(code=BadInput.code, message=f"{name} is nested too deeply to read; save it anew, more simply.")
    except Exception as error:  # noqa: BLE001 - the border: parsers of damaged files raise anything
        said = f"{type(error).__name__}: {error}"[:200]
        return Answer(code=BadInput.code, message=f"{name} is damaged or not of its kind ({said}); save it anew.")


def _restrain(limits: Limits) -> None:
    """Limits of the operating system, where it has them; the time is also watched from outside."""
    if sys.platform == "win32":
        return
    import resource

    spent = int(time.process_time())
    memory = limits.memory_mb << 20
    for what, soft in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, spent + limits.cpu_s + 1)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
