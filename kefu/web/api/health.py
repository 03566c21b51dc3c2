"""For those who watch: is the process up, is it ready, what does it count."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import Kefu
from kefu.core.errors import KefuError
from kefu.core.skill import Query
from kefu.web.gate import Needs
from kefu.web.hall import hall_of
from kefu.web.viewer import LOCAL, bearer

PING = Query("kefu", "ready", "SELECT 1 AS ready")


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def readyz(request: Request) -> Response:
    """Store, records and model answer; 503 names what does not."""
    kefu = hall_of(request).kefu
    parts = {"store": await _try(kefu.store.counts()), "model": "ok" if kefu.reader.version else "model.missing"}
    for name, records in kefu.records.items():
        parts[f"records.{name}"] = await _try(records.find(PING, {}))
    ready = all(state == "ok" for state in parts.values())
    body = {"status": "ok" if ready else "not ready", **parts}
    return Response(msgspec.json.encode(body), 200 if ready else 503, media_type="application/json")


async def metrics(request: Request) -> Response:
    """Prometheus' text format: for this machine, for API tokens and for the desk."""
    hall = hall_of(request)
    local = request.client is not None and request.client.host in LOCAL
    if not local and not hall.kefu.is_server(bearer(request)):
        Needs("read_reports")(request)
    counts: dict[str, float] = {**await hall.kefu.store.counts(), **_promise(hall.kefu), **_knowledge(hall.kefu)}
    counts["live_calls"] = len(hall.kefu.calls.live)
    return Response(hall.measures.text(counts), media_type=CONTENT_TYPE_LATEST)


def _promise(kefu: Kefu) -> dict[str, float]:
    """What the promise counts for, as numbers."""
    found = kefu.standing
    numbers: dict[str, float] = {"shadow": kefu.house.shadow, "promise_in_force": found.counts}
    if found.watched:
        numbers |= {"promise_evidence": found.watched.evidence, "promise_floor": found.watched.floor}
    return numbers


def _knowledge(kefu: Kefu) -> dict[str, float]:
    """What the search of the company's texts counts."""
    searches = kefu.searches
    return {
        "search_hits": searches.hits,
        "search_misses": searches.misses,
        "embedding_hits": searches.embeddings[0],
        "embedding_misses": searches.embeddings[1],
        "library_edition": kefu.follower.edition,
    }


async def _try(work: Awaitable[object]) -> str:
    try:
        await work
    except KefuError as error:
        return error.code
    return "ok"


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
