"""Long work on all cores, with no more threads than cores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing import get_context, parent_process
from threading import Thread

from threadpoolctl import threadpool_limits


def cores_of(settings: Mapping[str, object]) -> int:
    """How many cores the settings of a reader allow, `cores`; all that this process may use, where they say 0."""
    allowed = int(str(settings.get("cores") or 0))
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return allowed if allowed > 0 else here or 1


def threads(cores: int) -> AbstractContextManager[object]:
    """Keeps numpy's products in this process to so many threads, at once; as a context, until it ends."""
    limits: AbstractContextManager[object] = threadpool_limits(cores)
    return limits


def open_processes(count: int) -> ProcessPoolExecutor:
    """Processes that take one core each; what they are given and give back is pickled."""
    return ProcessPoolExecutor(count, get_context("spawn"), _begin)


def _begin() -> None:
    """Take one core, and end when the process that began this one is killed: a pool's workers would wait for ever."""
    threads(1)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
