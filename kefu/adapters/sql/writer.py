"""The one writer of a process: what waits is written together, in one transaction.

A commit to disk costs as much for one turn as for a hundred. So what the event loop
has ready is gathered first, and a single thread takes everything that waits, writes it
in one transaction and then tells all who wait.
Writers of other processes wait their turn at the database's own lock (SQLite's write
lock, an advisory lock on PostgreSQL), so what is checked inside stays true until the
end of the transaction.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from kefu.adapters.sql.batch import write_commits
from kefu.core.errors import StoreFailed
from kefu.core.ports.store import Commit

log = structlog.get_logger()

MOST_TOGETHER = 128
"""How many jobs one transaction may hold."""

LOCK = 0x6B656675
"""The advisory lock of all kefu writers of a PostgreSQL database: "kefu" in ASCII."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to write, and who waits for it."""

    work: Commit | Callable[[Connection], Any]
    waiting: asyncio.Future[Any]


class Writer:
    """Writes for one event loop, from one thread; made and used on that loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._gathered: list[Job] = []
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kefu-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Commit | Callable[[Connection], Any]) -> Any:  # noqa: ANN401 - what the work returns
        """Write something durably; raises what it met, or `StoreFailed`."""
        job = Job(work, self._loop.create_future())
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(job)
        return await job.waiting

    def _hand_over(self) -> None:
        """Every turn that was ready has come to its commit now: let the thread have them together."""
        for job in self._gathered:
            self._jobs.put(job)
        self._gathered.clear()

    def close(self) -> None:
        """Write what waits, then stop."""
        self._hand_over()
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            while len(jobs) < MOST_TOGETHER and not self._jobs.empty():
                another = self._jobs.get()
                if another is None:
                    self._jobs.put(None)
                    break
                jobs.append(another)
            self._write(jobs)

    def _write(self, jobs: Sequence[Job]) -> None:
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                results = self._results(connection, jobs)
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", error)).partition("\n")[0]
            log.warning("store not written", jobs=len(jobs), reason=reason)
            failed = StoreFailed(f"The database refused: {reason}. Nothing was kept; run `kefu doctor`.")
            results = [failed] * len(jobs)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_tell, list(zip(jobs, results, strict=True)))

    @staticmethod
    def _results(connection: Connection, jobs: Sequence[Job]) -> list[Any]:
        commits = [job.work for job in jobs if isinstance(job.work, Commit)]
        outcomes = iter(write_commits(connection, commits))
        return [next(outcomes) if isinstance(job.work, Commit) else job.work(connection) for job in jobs]


def _tell(answers: Sequence[tuple[Job, Any]]) -> None:
    for job, result in answers:
        if job.waiting.done():
            continue
        if isinstance(result, Exception):
            job.waiting.set_exception(result)
        else:
            job.waiting.set_result(result)
