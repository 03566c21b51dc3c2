"""A web site comes in by its sitemap, from a real server; nothing else is reached."""

from __future__ import annotations

import gzip
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kefu.adapters.stores.sqlite import open_store
from kefu.app.library import fetch
from kefu.app.library.fetch import is_public
from kefu.app.library.intake import Intake, Report, all_articles
from kefu.app.library.reading import Reading, open_reading
from kefu.app.library.site import Tour, bring_site
from kefu.core.errors import BadInput, NotAllowed, TooLarge
from kefu.core.ports.store import Memory

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ROBOTS = "User-agent: *\nDisallow: /private/\nCrawl-delay: 0\n"


class Site:
    """A small web site: `pages` by path, what was asked for, and under which names it answers."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, int]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                site.asked.append((self.path, status))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.home = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str, text: str) -> None:
        html = f"<title>{text}</title><nav><a href=/>x</a></nav><main><h1>{text}</h1><p>About {text}.</p></main>"
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8", "ETag": f'"{text}"'}, html.encode())

    def sitemap(self, *paths: str, name: str = "/sitemap.xml", kind: str = "urlset") -> None:
        places = "".join(f"<url><loc>{p if '://' in p else self.home + p}</loc></url>" for p in paths)
        body = f'<{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</{kind}>'.encode()
        self.pages[name] = (200, {}, gzip.compress(body) if name.endswith(".gz") else body)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.pages["/robots.txt"] = (200, {}, ROBOTS.encode())
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Memory]:
    async with open_store({"path": f"{tmp_path}/kefu.db"}) as opened:
        yield opened


@pytest.fixture
async def reading() -> AsyncIterator[Reading]:
    async with open_reading(lanes=1) as opened:
        yield opened


async def take(site: Site, store: Memory, reading: Reading, tmp_path: Path, **asked: object) -> Report:
    settings = {"sitemap": f"{site.home}/sitemap.xml", "delay_s": 0, "allow_private": True, **asked}
    intake = Intake(store, tmp_path / "ledger.json", NOW)
    return await bring_site(Tour(**settings), intake, reading, lambda *_: None)  # type: ignore[arg-type]


async def test_pages_come_in_and_are_not_sent_again(
    site: Site, store: Memory, reading: Reading, tmp_path: Path
) -> None:
    for path, text in (("/help/refund", "Refunds"), ("/help/fees", "Fees"), ("/news/1", "News")):
        site.page(path, text)
    site.sitemap("/inner.xml.gz", kind="sitemapindex")
    site.sitemap("/help/refund", "/help/fees", "/news/1", name="/inner.xml.gz")
    report = await take(site, store, reading, tmp_path, only=("/help/",))
    assert (len(report.added), report.skipped) == (2, [])
    held = {one.title: one async for one in all_articles(store)}
    assert held["Refunds"].link == f"{site.home}/help/refund"
    assert held["Refunds"].markdown == "# Refunds\n\nAbout Refunds.\n"
    assert ("/news/1", 200) not in site.asked
    site.asked.clear()
    site.page("/help/fees", "New fees")
    report = await take(site, store, reading, tmp_path, only=("/help/",))
    assert (len(report.changed), len(report.unchanged)) == (1, 1)
    assert ("/help/refund", 304) in site.asked
    site.sitemap("/help/fees", name="/inner.xml.gz")
    assert len((await take(site, store, reading, tmp_path, only=("/help/",))).gone) == 1
    assert len((await take(site, store, reading, tmp_path, only=("/help/",), prune=True)).removed) == 1


async def test_what_may_not_be_read_is_skipped_with_its_reason(
    site: Site, store: Memory, reading: Reading, tmp_path: Path
) -> None:
    other = Site()
    other.page("/inside", "Secret")
    site.page("/private/a", "Private")
    site.page("/good", "Good")
    site.pages["/moved"] = (301, {"Location": "/good"}, b"")
    site.pages["/away"] = (302, {"Location": f"{other.home}/inside"}, b"")
    site.pages["/round"] = (302, {"Location": "/round"}, b"")
    site.pages["/packed"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(1 << 20)))
    site.pages["/script"] = (200, {"Content-Type": "text/html"}, b"<script>x</script>")
    site.sitemap(
        "/private/a", "/gone", "/moved", "/away", "/round", "/packed", "/script", f"{other.home}/inside",
        "file:///etc/passwd",
    )  # fmt: skip
    report = await take(site, store, reading, tmp_path)
    assert len(report.added) == 1
    reasons = {one.source.removeprefix(f"site:{site.home}"): one.reason for one in report.skipped}
    assert "robots.txt" in reasons["/private/a"]
    assert "404" in reasons["/gone"]
    assert "only host" in reasons["/away"]
    assert "redirected" in reasons["/round"]
    assert "packed" in reasons["/packed"]
    assert "script" in reasons["/script"]
    assert len(reasons) == 8
    assert other.asked == []
    assert ("/private/a", 200) not in site.asked
    other.server.shutdown()
    other.server.server_close()


async def test_private_addresses_are_refused_unless_they_are_meant(
    site: Site, store: Memory, reading: Reading, tmp_path: Path
) -> None:
    site.sitemap("/a")
    with pytest.raises(NotAllowed, match="private address 127"):
        await take(site, store, reading, tmp_path, allow_private=False)
    assert site.asked == []
    named = f"http://localhost:{site.server.server_port}/sitemap.xml"
    with pytest.raises(NotAllowed, match="private address"):
        await take(site, store, reading, tmp_path, allow_private=False, sitemap=named)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_every_kind_of_private_address_is_known(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")


async def test_a_sitemap_that_is_none_says_so(
    site: Site, store: Memory, reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="answers 404"):
        await take(site, store, reading, tmp_path)
    site.pages["/sitemap.xml"] = (200, {}, b"<html>")
    with pytest.raises(BadInput, match="no sitemap"):
        await take(site, store, reading, tmp_path)
    site.pages["/sitemap.xml"] = (200, {}, b'<!DOCTYPE x [<!ENTITY a "b">]><urlset/>')
    with pytest.raises(BadInput, match="entities"):
        await take(site, store, reading, tmp_path)
    site.pages["/sitemap.xml"] = (200, {}, gzip.compress(bytes(60 << 20)))
    with pytest.raises(TooLarge, match="unpacks"):
        await take(site, store, reading, tmp_path)
    site.sitemap(*(f"/{number}" for number in range(9)))
    with pytest.raises(TooLarge, match="names 9 pages"):
        await take(site, store, reading, tmp_path, most=5)
    monkeypatch.setattr(fetch, "LARGEST_MB", 0)
    with pytest.raises(TooLarge, match="more than 0 MB"):
        await take(site, store, reading, tmp_path)
    with pytest.raises(BadInput, match="no address of a web site"):
        await take(site, store, reading, tmp_path, sitemap="ftp://a/b")
