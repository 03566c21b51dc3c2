"""Who reads texts with a model: a thread of this process, or processes and a cluster by the batch engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kefu.app.batch import Engine
from kefu.app.extraction.models import Extractors
from kefu.core.nouns import Entity
from kefu.core.ports.extractor import Extractor

Find = Callable[[Sequence[str]], Awaitable[list[tuple[Entity, ...]]]]


@dataclass(frozen=True, slots=True)
class Crew:
    """`find` reads texts with the model of this `version` (empty: there is none); so many batches `at_once`."""

    version: str
    find: Find
    at_once: int = 1


def alone(model: Extractor | None) -> Crew:
    """A thread of this process."""

    async def find(texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        return await asyncio.to_thread(model.find, texts) if model else [() for _ in texts]

    return Crew(model.version if model else "", find)


@contextmanager
def crew_of(engine: Engine, extractors: Extractors) -> Iterator[Crew]:
    """The workers of an engine with the model that is served now; raises `ModelMissing` when there is none."""
    folder = extractors.folder / extractors.current()
    version = extractors.open(extractors.current()).version
    with engine.open() as (executor, workers):

        async def find(texts: Sequence[str]) -> list[tuple[Entity, ...]]:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(executor, find_with, str(folder), list(texts))

        yield Crew(version, find, workers)


def find_with(folder: str, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
    """What the model in a folder finds; a worker opens it once."""
    return _opened(folder).find(texts)


@cache
def _opened(folder: str) -> Extractor:
    from kefu.ai.extract.serving import open_extractor

    return open_extractor(Path(folder))
