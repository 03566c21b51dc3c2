"""The settings: what an admin changes without a shell, with the latest changes to take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.settings import SETTINGS, Setting
from kefu.core.errors import BadInput, NotFound
from kefu.service.desk.hours import DAYS
from kefu.web import manage
from kefu.web.hall import Hall, hall_of, read_form
from kefu.web.manage import setting_at_fault
from kefu.web.screen import render
from kefu.web.viewer import operator_of

PLACE = "/desk/settings"
GROUPS = ("kefu", "handoff", "rating", "promise", "limits", "help")


async def show(request: Request) -> Response:
    """All settings."""
    return await _page(request)


async def change(request: Request) -> Response:
    """Save what the form says."""
    form = await read_form(request)
    values = {key: _read(one, form) for key, one in SETTINGS.items() if f"has-{key}" in form}
    try:
        made = await manage.set_settings(hall_of(request), operator_of(request), request, values)
    except BadInput as error:
        return await _page(request, problem=setting_at_fault(error), given=values, status=422)
    return RedirectResponse(f"{PLACE}?saved={'restart' if made.restart else 'yes' if made.after else 'same'}", 303)


async def undo(request: Request) -> Response:
    """Take a change back."""
    entry = request.path_params["entry"]
    if not entry.isdecimal() or len(entry) > 15:
        raise NotFound
    await manage.undo_settings(hall_of(request), operator_of(request), request, int(entry))
    return RedirectResponse(f"{PLACE}?saved=undone", 303)


async def _page(
    request: Request, *, problem: str | None = None, given: Mapping[str, Any] | None = None, status: int = 200
) -> Response:
    hall, who = hall_of(request), operator_of(request)
    states = await manage.list_settings(hall, who)
    saved = request.query_params.get("saved", "")
    return render(
        request,
        "settings/page.html",
        status,
        who=who,
        groups=[(group, [one for one in states if one.setting.key.startswith(f"{group}.")]) for group in GROUPS],
        pending=any(one.is_pending for one in states),
        changes=await manage.list_changes(hall, who),
        saved=saved if saved in ("yes", "restart", "same", "undone") else "",
        problem=problem,
        given=given or {},
        voice=voice_of(hall),
        days=DAYS,
        zones=sorted(available_timezones()),
    )


@dataclass(frozen=True, slots=True)
class VoiceState:
    """Whether customers can call (`why_not` is empty), by which engines, and what becomes of the sound."""

    why_not: str
    engines: tuple[str, ...]
    records: bool
    kept_days: float
    browser: bool
    live: int


def voice_of(hall: Hall) -> VoiceState:
    """The state of voice; engines are named as kefu.toml names them."""
    config, calls = hall.kefu.config, hall.kefu.calls
    engines = tuple(config.get(f"voice.{kind}.use", str) for kind in ("recogniser", "synthesiser", "detector"))
    return VoiceState(
        calls.why_not,
        engines,
        config.get("voice.recording", str) == "ask",
        config.get("recordings.days", float),
        config.get("voice.browser_speech", bool),
        len(calls.live),
    )


def _read(setting: Setting, form: Mapping[str, str]) -> object:
    """What a form says of a setting; what makes no sense stays as it was written and is refused later."""
    said = form.get(setting.key, "").strip()
    match setting.kind:
        case "whole":
            return int(said) if said.isdecimal() else said
        case "share":
            try:
                return float(said)
            except ValueError:
                return said
        case "switch":
            return said == "true"
        case "days":
            return [day for day in DAYS if f"{setting.key}.{day}" in form]
        case "dates":
            return said.replace(",", " ").replace("，", " ").replace("、", " ").split()
        case _:
            return said
