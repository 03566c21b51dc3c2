"""Runs parts on an executor: few at a time, so that memory stays bounded, and again where a worker died."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kefu.ai.cores import cores_of, open_processes
from kefu.app.config import Config
from kefu.core.errors import BadConfig, BadInput, HouseError, KefuError
from kefu.core.ports.batch import Columns, Journal, Part
from kefu.core.ports.reader import Progress

T = TypeVar("T")

AHEAD = 2
"""Parts that each worker has: one under way, one ready."""

MOST_DEATHS = 3
"""A part in which so many workers died is given up: it is the part that kills them."""

WAIT_S = 30
"""How long a cluster may take to answer."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where work runs: `open` gives an executor and how many parts it does at once."""

    open: Callable[[], AbstractContextManager[tuple[Executor, int]]]

    def run(
        self,
        parts: Iterable[Part[T]],
        work: Callable[[T], Columns],
        journal: Journal,
        progress: Progress,
        total: int = 0,
        *,
        in_order: bool = False,
    ) -> int:
        """Do all parts that are not finished yet; returns how many texts these held.

        `parts` may be endless or larger than memory: two for each worker are read ahead. `total` is how many texts
        there are, 0 where nobody knows. `in_order` keeps what was found in the order of the parts, so that a place
        behind the last one says all that is finished. Raises `BadInput` naming a part in which the work failed or
        workers died.
        """
        run = _Run(work, journal, progress, total, frozenset(journal.finished()), in_order)
        waiting = run.left(parts)
        while True:
            try:
                with self.open() as (executor, workers):
                    run.go_on(waiting, executor, workers * AHEAD)
                    return run.done
            except BrokenExecutor:
                run.note_death()


@dataclass(slots=True)
class _Run:
    """One run: `running` are the parts at the workers, `again` those that were there when one died."""

    work: Callable[[Any], Columns]
    journal: Journal
    progress: Progress
    total: int
    finished: frozenset[str]
    in_order: bool = False
    done: int = 0
    before: int = 0
    running: dict[Future[Columns], Part[Any]] = field(default_factory=dict)
    again: deque[Part[Any]] = field(default_factory=deque)
    deaths: Counter[str] = field(default_factory=Counter)

    def left(self, parts: Iterable[Part[T]]) -> Iterator[Part[T]]:
        """The parts that are not finished."""
        for part in parts:
            if part.key in self.finished:
                self.before += part.size
            else:
                yield part

    def go_on(self, waiting: Iterator[Part[Any]], executor: Executor, most: int) -> None:
        """Work until nothing is left. Parts that saw a death run alone, so that the next one tells which it was."""
        while True:
            alone = bool(self.again)
            while len(self.running) < (1 if alone else most):
                part = self.again.popleft() if self.again else None if alone else next(waiting, None)
                if part is None:
                    break
                self._submit(executor, part)
            if not self.running and not self.again:
                return
            wanted = [next(iter(self.running))] if self.in_order else self.running
            finished, _ = wait(wanted, return_when=FIRST_COMPLETED)
            for future in finished:
                self._settle(future)

    def note_death(self) -> None:
        """Put what was under way back; what was done by then is kept. Raises `BadInput` for a part that kills."""
        for future in list(self.running):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._settle(future)
            elif self.in_order:
                break
        for part in self.running.values():
            self.deaths[part.key] += 1
            if self.deaths[part.key] >= MOST_DEATHS:
                raise BadInput(
                    f"Part {part.key}: {MOST_DEATHS} workers died in it. It may need more memory than there is: make "
                    "parts smaller ([batch] part_texts), or look at its texts. What is finished is kept."
                )
        self.again.extendleft(reversed(list(self.running.values())))
        self.running.clear()

    def _submit(self, executor: Executor, part: Part[Any]) -> None:
        try:
            self.running[executor.submit(self.work, part.task)] = part
        except BrokenExecutor:
            self.again.append(part)
            raise

    def _settle(self, future: Future[Columns]) -> None:
        part = self.running[future]
        try:
            found = future.result()
        except (BrokenExecutor, KefuError):
            raise
        except (Exception, CancelledError) as error:  # the border to whatever the work and a cluster raise
            raise BadInput(f"Part {part.key}: {type(error).__name__}: {error}. What is finished is kept.") from error
        self.journal.keep(part, found)
        del self.running[future]
        self.done += part.size
        self.progress("batch", self.before + self.done, max(self.total, self.before + self.done))


def in_thread() -> Engine:
    """A thread of this process, for what is not worth a process."""
    return Engine(_thread)


def engine_of(config: Config) -> Engine:
    """The engine that `[batch]` names; raises `BadConfig` for one that there is not."""
    name, address = config.get("batch.engine", str), config.get("batch.address", str)
    workers = cores_of({"cores": config.get("batch.workers", int)})
    match name:
        case "processes":
            return Engine(lambda: _processes(workers))
        case "dask" if address:
            return Engine(lambda: _cluster(address))
        case "dask":
            raise BadConfig('kefu.toml: [batch] address is missing; write the scheduler\'s, "tcp://10.0.0.5:8786".')
    raise BadConfig(f"kefu.toml: [batch] engine {name!r} is none of processes, dask.")


@contextmanager
def _thread() -> Iterator[tuple[Executor, int]]:
    with ThreadPoolExecutor(1, thread_name_prefix="kefu-batch") as executor:
        yield executor, 1


@contextmanager
def _processes(workers: int) -> Iterator[tuple[Executor, int]]:
    with open_processes(workers) as executor:
        yield executor, workers


@contextmanager
def _cluster(address: str, wait_s: float = WAIT_S) -> Iterator[tuple[Executor, int]]:
    """The workers of a Dask cluster; it does a part again by itself where a worker dies."""
    try:
        from distributed import Client
    except ImportError as error:
        raise BadConfig('[batch] engine = "dask" needs the extra: pip install "kefu[dask]".') from error
    try:
        client = Client(address, timeout=wait_s, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise HouseError(
            f"No Dask scheduler answers at {address}; see `dask scheduler` and [batch] address."
        ) from error
    with client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise HouseError(f"The cluster at {address} has no workers; start `dask worker {address} --nthreads 1`.")
        with client.get_executor(pure=False) as executor:
            yield executor, workers
