"""The first steps: what a new installation still lacks, told from what is there, until all is done or put away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.app import Operator, may
from kefu.app.config import load_config
from kefu.app.promotion import models_of
from kefu.core.errors import NotFound
from kefu.core.ports.desk import View
from kefu.service.skills.grade import GRADES
from kefu.web.gate import require
from kefu.web.hall import Hall

DISMISS = "checklist.dismiss"
GOOD = GRADES[GRADES.index("silver") :]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do once: its name, the page that does it (empty where a file does), whether it is done."""

    name: str
    place: str
    done: bool


async def read_steps(hall: Hall, who: Operator) -> Sequence[Step]:
    """All steps; none when all are done, or somebody put the list away."""
    require(who, "change_settings")
    if await hall.kefu.store.latest(what=DISMISS, limit=1):
        return ()
    steps = await _steps(hall)
    return () if all(step.done for step in steps) else steps


async def steps_for(hall: Hall, who: Operator) -> Sequence[Step]:
    """The steps for the overview: nothing for who can't do them."""
    return await read_steps(hall, who) if may(who, "change_settings") else ()


async def _steps(hall: Hall) -> Sequence[Step]:
    kefu = hall.kefu
    people, invitations = await kefu.store.people(), await kefu.store.invitations()
    graded, served, hours = await asyncio.to_thread(_on_disk, hall)
    return (
        Step("records", "", bool(kefu.records)),
        Step("skill", "/desk/skills", graded),
        Step("model", "/desk/models", served),
        Step("knowledge", "/desk/knowledge", bool(await kefu.store.articles(limit=1))),
        Step("widget", "/desk/channels", await _is_used(hall)),
        Step("colleague", "/desk/people", bool(people or invitations)),
        Step("hours", "/desk/settings", hours),
        Step("promise", "/desk/promise", kefu.standing.certificate is not None),
    )


def _on_disk(hall: Hall) -> tuple[bool, bool, bool]:
    """Whether a skill is at silver or better, a model was promoted, and somebody wrote the hours down."""
    config, job = hall.kefu.config, hall.jobs.latest("grade")
    grades = [one["grade"]["name"] for one in job.result] if job and job.state == "done" else []
    now = load_config(config.home) if (config.home / "kefu.toml").is_file() else config
    said = any(now.origins.get(f"handoff.{name}", "default") != "default" for name in ("days", "hours"))
    return any(grade in GOOD for grade in grades), bool(models_of(config).served()), said


async def _is_used(hall: Hall) -> bool:
    """Whether somebody wrote in the chat window."""
    try:
        name = hall.chat().name
    except NotFound:
        return False
    return bool((await hall.kefu.store.inbox(View(channel=name), "newest", limit=1)).entries)
