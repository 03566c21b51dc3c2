"""Tell the team, once, when the promise is at risk, lowered, broken or void: where hand-offs are told too."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import structlog

from kefu.app.config import Config
from kefu.app.delivery import post
from kefu.app.promise import Standing
from kefu.core.errors import KefuError

log = structlog.get_logger()

TOLD = ".promise-told"
"""Of which notices the other end has taken; so a process that is killed tells again, and none tells twice."""


async def tell_team(config: Config, found: Standing) -> None:
    """Post a notice about the promise unless it was told before; one that fails is tried at the next look."""
    url, certificate = config.get("handoff.notify_url", str), found.certificate
    if not url or not found.alarm or certificate is None:
        return
    watched = found.watched
    body = {
        "kind": "Promise",
        "state": found.alarm,
        "answers_from": certificate.kept.threshold
        if watched is None
        else max(certificate.kept.threshold, watched.floor),
        "seen": watched.seen if watched else 0,
        "wrong": watched.wrong if watched else 0,
        "page": "/desk/promise",
    }
    what = f"{certificate.made.isoformat()} {found.alarm} {body['answers_from']}"
    key = f"promise-{hashlib.sha256(what.encode()).hexdigest()[:16]}"
    told = await asyncio.to_thread(_told, config.home)
    if key in told:
        return
    try:
        await post(url, key, body)
    except KefuError as error:
        log.warning("notice not taken", to=url, code=error.code, advice=error.message)
        return
    await asyncio.to_thread(lambda: (config.home / TOLD).write_text(json.dumps([*told, key][-100:]), "utf-8"))


def _told(home: Path) -> list[str]:
    try:
        return [str(key) for key in json.loads((home / TOLD).read_text("utf-8"))]
    except (OSError, ValueError):
        return []
