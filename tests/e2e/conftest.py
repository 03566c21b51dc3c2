"""A browser, and servers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, sync_playwright
from web_server import Server

SHOTS = Path(__file__).parents[2] / "shots"
QUIETLY = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running installation that tests share: each is a customer of its own."""
    yield from run(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A running installation for one test, which may kill it."""
    yield from run(tmp_path)


@pytest.fixture
def customer() -> str:
    """A customer who has never written; the records know as much of them as of L1."""
    return f"L1-{token_hex(4)}"


def run(home: Path) -> Iterator[Server]:
    """Serve a folder for as long as it is needed."""
    server = Server(home)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=QUIETLY.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def shots() -> Path:
    """Where pictures are put for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS
