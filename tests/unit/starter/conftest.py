"""The education starter, as a project gets it, with a small school built once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import apsw
import pytest
from databases import new_database

STARTER = Path(__file__).parents[3] / "kefu" / "starter" / "education"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def load(relative: str) -> ModuleType:
    """A Python file of the starter, loaded by its path as kefu does."""
    name = "starter_" + relative.replace("/", "_").removesuffix(".py")
    spec = spec_from_file_location(name, STARTER / relative)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def build_school(url: str) -> dict[str, int]:
    """A school of 1,500 learners and 60 courses, at 10:00 in Shanghai on 2 March 2026."""
    counts: dict[str, int] = load("school/build.py").build(
        url, seed=7, now=NOW, learners=1_500, courses=60, progress=quiet
    )
    return counts


@pytest.fixture(scope="session")
def starter() -> Path:
    return STARTER


@pytest.fixture(scope="session")
def school_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("school") / "school.db"
    build_school(f"sqlite:///{file}")
    return file


@pytest.fixture
def school(school_file: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(school_file), flags=apsw.SQLITE_OPEN_READONLY)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def postgres_school(postgres_server: str) -> str:
    """The school of `school_file`, in PostgreSQL."""
    url = new_database(postgres_server)
    build_school(url)
    return url
