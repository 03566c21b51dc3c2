"""Bring a web site in by its sitemap: only the host that was named, as its robots.txt permits, at a polite pace."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import httpx2

from kefu.app.library.articles import Properties, articles_of
from kefu.app.library.fetch import AGENT, TIMEOUT_S, Fetched, Fetcher
from kefu.app.library.folder import Skipped
from kefu.app.library.intake import Brought, Intake, Report
from kefu.app.library.reading import Reading
from kefu.core.errors import BadInput, NotAllowed, TooLarge
from kefu.core.ports.reader import Progress

MOST_MAPS = 50
LARGEST_MAP = 50 << 20
"""Bytes of a sitemap once unpacked, as the protocol has it (sitemaps.org)."""
BATCH = 20
LONGEST_DELAY_S = 10.0
ENDINGS = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
           "text/markdown": ".md"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tour:
    """What is asked of a site: pages under these paths, at most so many, with a pause between them."""

    sitemap: str
    only: tuple[str, ...] = ()
    most: int = 5_000
    delay_s: float = 0.5
    allow_private: bool = False
    prune: bool = False


async def bring_site(tour: Tour, intake: Intake, reading: Reading, progress: Progress) -> Report:
    """Fetch the pages of a sitemap and put them in; pages that did not change are not sent again.

    Raises `BadInput`, `NotAllowed` or `TooLarge` when the sitemap can't be read; a page that can't is skipped.
    """
    async with httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
        fetcher = Fetcher(client, tour.sitemap, allow_private=tour.allow_private)
        robots, delay_s = await _robots(fetcher, tour)
        urls = [url for url in await _pages(fetcher, tour.sitemap) if _is_wanted(url, tour)]
        if len(urls) > tour.most:
            raise TooLarge(f"{tour.sitemap} names {len(urls):,} pages; say --only PATH, or --most {len(urls)}.")
        await intake.look()
        seen: set[str] = set()
        batch: list[Brought] = []
        for number, url in enumerate(urls, start=1):
            seen.add(f"site:{url}")
            outcome = await _page(url, fetcher, robots, intake, reading)
            if isinstance(outcome, Brought):
                batch.append(outcome)
            elif isinstance(outcome, Skipped):
                intake.report.skipped.append(outcome)
            else:
                intake.report.unchanged.append(outcome)
            if batch and (len(batch) == BATCH or number == len(urls)):
                await intake.take(batch)
                batch = []
            progress("pages", number, len(urls))
            await asyncio.sleep(delay_s if number < len(urls) else 0)
        if batch:
            await intake.take(batch)
        home = f"site:{urlsplit(tour.sitemap).scheme}://{fetcher.host}"
        await intake.miss([f"{home}{path}" for path in tour.only or ("/",)], seen, prune=tour.prune)
    return intake.report


def _is_wanted(url: str, tour: Tour) -> bool:
    return not tour.only or urlsplit(url).path.startswith(tour.only)


async def _robots(fetcher: Fetcher, tour: Tour) -> tuple[RobotFileParser, float]:
    """The site's rules, and the pause between two pages."""
    robots = RobotFileParser()
    found = await fetcher.get(urljoin(tour.sitemap, "/robots.txt"))
    # No file permits all; one that is there but kept from us permits nothing (RFC 9309, 2.3.1).
    lines = found.content.decode("utf-8", "replace").splitlines()
    robots.parse(lines if found.status < 500 else ["User-agent: *", "Disallow: /"])
    wished = robots.crawl_delay(AGENT)
    return robots, max(tour.delay_s, min(float(wished or 0), LONGEST_DELAY_S))


async def _pages(fetcher: Fetcher, sitemap: str) -> list[str]:
    """The addresses that a sitemap names, those of the sitemaps in it too."""
    waiting, read, pages = [sitemap], 0, dict[str, None]()
    while waiting:
        url = waiting.pop(0)
        read += 1
        if read > MOST_MAPS:
            raise TooLarge(f"{sitemap} leads to more than {MOST_MAPS} sitemaps; name one of them.")
        found = await fetcher.get(url)
        if found.status != 200:
            raise BadInput(f"{url} answers {found.status}; name the sitemap's own address.")
        root = _parsed(url, found.content)
        places = [one.text.strip() for one in root.iter() if one.tag.endswith("}loc") or one.tag == "loc" if one.text]
        if root.tag.endswith("sitemapindex"):
            waiting += places
        else:
            pages |= dict.fromkeys(places)
    return list(pages)


def _parsed(url: str, content: bytes) -> ET.Element:
    try:
        if content.startswith(b"\x1f\x8b"):
            unpack = zlib.decompressobj(wbits=31)
            content = unpack.decompress(content, LARGEST_MAP)
            if unpack.unconsumed_tail:
                raise TooLarge(f"{url} unpacks to more than {LARGEST_MAP >> 20} MB.")
        if b"<!DOCTYPE" in content.replace(b"\0", b""):
            raise BadInput(f"{url} declares entities, which is refused.")
        return ET.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities to expand
    except (ET.ParseError, zlib.error, ValueError) as error:
        raise BadInput(f"{url} is no sitemap ({error}); name one, such as https://host/sitemap.xml.") from error


async def _page(
    url: str, fetcher: Fetcher, robots: RobotFileParser, intake: Intake, reading: Reading
) -> Brought | Skipped | str:
    """A page's articles; its source alone when it is in already."""
    source = f"site:{url}"
    if not robots.can_fetch(AGENT, url):
        return Skipped(source, "robots.txt of the site asks not to read it")
    try:
        found = await fetcher.get(url, _conditions(intake.headers(source)))
        if found.status == 304:
            return source
        if found.status != 200:
            return Skipped(source, f"answers {found.status}")
        mark = sha256(found.content).hexdigest()
        if intake.is_in(source, mark):
            return source
        written = await reading.read(_name(found), found.content)
        # The reader completes links by the page's address and so is told a name that ends in its kind.
        articles = articles_of([replace(one, place="") for one in written], source, Properties(link=url), intake.now)
        return Brought(source, mark, articles, found.headers)
    except (BadInput, NotAllowed, TooLarge) as error:
        return Skipped(source, error.message)


def _conditions(before: Mapping[str, str]) -> dict[str, str]:
    """Headers that let the server say that nothing changed."""
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {names[name]: value for name, value in before.items() if name in names}


def _name(found: Fetched) -> str:
    """The page's address with the ending of its kind."""
    ending = ENDINGS.get(found.kind) or PurePosixPath(urlsplit(found.url).path).suffix or ".html"
    return found.url if found.url.endswith(ending) else f"{found.url}#{ending}"
