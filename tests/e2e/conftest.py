"""A browser, and a server of its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from web_server import Server

SHOTS = Path(__file__).parents[2] / "shots"
QUIETLY = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running installation of its own."""
    server = Server(tmp_path)
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
