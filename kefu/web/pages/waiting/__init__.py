"""Who waits for a person, with all that a colleague needs to answer at once."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kefu.app import Operator
from kefu.core.events import HandedOff
from kefu.core.ports.store import Summary
from kefu.web.hall import Hall, hall_of
from kefu.web.screen import render
from kefu.web.staff import list_conversations, read_thread, talk_of
from kefu.web.transcript import Line, read_lines
from kefu.web.viewer import operator_of

MOST = 30
LINES = 6
SUMMARY_KEYS = ("customer", "language", "about", "known", "tone", "act")


@dataclass(frozen=True, slots=True)
class Case:
    """One waiting conversation: the summary's facts, its latest lines, and who has it."""

    summary: Summary
    facts: tuple[tuple[str, str], ...]
    urgent: bool
    taken_by: str
    lines: tuple[Line, ...]


async def show(request: Request) -> Response:
    """The urgent ones first, then whoever has waited longest."""
    who, hall = operator_of(request), hall_of(request)
    summaries = await list_conversations(hall, who, waiting=True, limit=MOST)
    cases = [await _case(hall, who, summary) for summary in summaries]
    cases.sort(key=lambda case: not case.urgent)
    return render(request, "waiting/page.html", who=who, cases=cases)


async def _case(hall: Hall, who: Operator, summary: Summary) -> Case:
    events = [one.event for one in await read_thread(hall, who, summary.id)]
    handed = next((event for event in reversed(events) if isinstance(event, HandedOff)), None)
    talk = await talk_of(hall, who, summary.id)
    taken_by = (talk.waiting.taken_by or "") if talk.waiting else ""
    spoken = [line for line in (await read_lines(hall, who, summary.id)).messages if line.by != "note"]
    facts = tuple(facts_of(handed.summary)) if handed else ()
    return Case(summary, facts, bool(talk.waiting and talk.waiting.urgency == "high"), taken_by, tuple(spoken[-LINES:]))


def facts_of(summary: str) -> list[tuple[str, str]]:
    """The facts at the head of a summary; the lines after them stand in the conversation."""
    facts: list[tuple[str, str]] = []
    for line in summary.splitlines():
        key, _, value = line.partition(": ")
        if key not in SUMMARY_KEYS[len(facts) :]:
            break
        facts.append((key, value))
    return facts
