"""Quality: how visits went, with the reasons; colleagues' labels, and how far the scores agree with them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.service.insight.agreement import LEVELS, level
from kefu.service.insight.quality import QUALITIES, overall
from kefu.web.hall import hall_of, read_form
from kefu.web.insight import period_of, read_judged, write_label
from kefu.web.screen import render
from kefu.web.viewer import operator_of

WORST = 20
STEPS = 5


async def show(request: Request) -> Response:
    """The means, the worst visits, the agreement, and the next visit to label."""
    who, hall = operator_of(request), hall_of(request)
    query = {"days": "28", **dict(request.query_params)}
    found = await read_judged(hall, who, query)
    mine = {(one.conversation_id, one.number) for one in found.labels if one.who == who.who}
    left = [one for one in found.sample if (one.conversation_id, one.number) not in mine]
    count = len(found.scores)
    return render(
        request,
        "quality/page.html",
        who=who,
        period=period_of(hall, query),
        count=count,
        qualities=QUALITIES,
        means={name: sum(getattr(one, name) for one in found.scores) / count if count else 0 for name in QUALITIES},
        spread={name: _spread([level(getattr(one, name)) for one in found.scores]) for name in QUALITIES},
        worst=[(one, overall(one)) for one in sorted(found.scores, key=overall)[:WORST]],
        agreement=found.agreement,
        between=found.between_people,
        left=left,
        lines=await hall.kefu.insight.lines(left[0], found.scores) if left else [],
        drawn=len(found.sample),
        levels=range(1, LEVELS + 1),
    )


async def label(request: Request) -> Response:
    """Keep a colleague's label, and go on to the next visit."""
    await write_label(hall_of(request), operator_of(request), await read_form(request))
    return RedirectResponse("/desk/quality#label", 303)


def _spread(levels: list[int]) -> list[float]:
    """The share of each level."""
    return [levels.count(one) / len(levels) if levels else 0.0 for one in range(1, STEPS + 1)]
