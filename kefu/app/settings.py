"""The settings of kefu.toml that an admin changes at the desk: which, within what bounds, and when they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import available_timezones

from kefu.app.config import Config, load_config
from kefu.app.config_file import write_values
from kefu.core.errors import BadConfig, BadInput
from kefu.core.nouns import Language
from kefu.service.desk.hours import CALENDARS, DAYS, parse_hours, spans_of

Kind = Literal["text", "language", "zone", "days", "hours", "dates", "calendar", "whole", "share", "switch"]

LONGEST_NAME, MOST_HOLIDAYS = 60, 400

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its kind, its bounds (of numbers), and whether a running server takes it over by itself.

    `ends_promise` says that a certificate in force speaks of it: another value leaves nothing proven.
    """

    key: str
    kind: Kind
    least: float = 0
    most: float = 1
    live: bool = True
    ends_promise: bool = False


SETTINGS: Mapping[str, Setting] = {
    one.key: one
    for one in (
        Setting("kefu.name", "text"),
        Setting("kefu.default_language", "language", ends_promise=True),
        Setting("kefu.timezone", "zone"),
        Setting("handoff.days", "days"),
        Setting("handoff.hours", "hours"),
        Setting("handoff.calendar", "calendar"),
        Setting("handoff.holidays", "dates"),
        Setting("handoff.working_days", "dates"),
        Setting("handoff.minutes_to_reply", "whole", 1, 1440),
        Setting("rating.ask", "switch"),
        Setting("rating.days", "whole", 1, 365),
        Setting("promise.answer_at", "share"),
        Setting("promise.clarify_at", "share"),
        Setting("promise.review_share", "share"),
        Setting("limits.message_characters", "whole", 100, 10_000, ends_promise=True),
        Setting("limits.messages_per_minute", "whole", 0, 600),
        Setting("limits.body_kb", "whole", 16, 1024, live=False),
        Setting("help.public", "switch", live=False),
    )
}
"""By key, in the order in which they are shown. No secret is among them, and none ever may be."""


WORK = ("service_levels", "rules", "fields")
WORK_TABLES = ("handoff.", "rating.", "teams.")
"""How the team works: lists and tables of kefu.toml that a running server takes over, too."""


@dataclass(frozen=True, slots=True)
class State:
    """A setting as it stands: in kefu.toml (or where it comes from), in the running server, and by default."""

    setting: Setting
    value: Any
    running: Any
    origin: str

    @property
    def is_pending(self) -> bool:
        """Whether it holds only after a restart."""
        return not self.setting.live and bool(self.value != self.running)

    @property
    def is_fixed(self) -> bool:
        """Whether the environment decides, so that nothing can be changed here."""
        return self.origin.startswith("environment")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did: values before and after by key; `restart` says that some hold only after one."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    restart: bool


def read_settings(running: Config) -> Sequence[State]:
    """All settings, as kefu.toml has them now and as the running server has them."""
    now = _now(running)
    return [State(one, now.values[key], running.values[key], now.origins[key]) for key, one in SETTINGS.items()]


def change_settings(home: Path, values: Mapping[str, object]) -> Changed:
    """Write new values into kefu.toml, all or none; what stays the same is left out of the answer.

    Raises `BadInput` saying which value is wrong, `BadConfig` where the environment decides one.
    """
    config = load_config(home)
    wanted = {key: _checked(key, value) for key, value in values.items()}
    after = {key: value for key, value in wanted.items() if value != config.values[key]}
    _check_together({**config.values, **after}, replace(config, values={**config.values, **after}))
    if after:
        write_values(home, after)
    before = {key: config.values[key] for key in after}
    return Changed(before, after, any(not SETTINGS[key].live for key in after))


def followed(running: Config) -> Config:
    """The running configuration with what needs no restart as kefu.toml has it now."""
    now = _now(running)
    values = _merged(running.values, now.values)
    if values == running.values:
        return running
    return replace(running, values=values, origins=_merged(running.origins, now.origins))


def _merged(running: Mapping[str, T], now: Mapping[str, T]) -> dict[str, T]:
    """What is live as it is now, everything else as it was when the server started."""
    kept = {key: one for key, one in running.items() if not is_live(key)}
    return kept | {key: one for key, one in now.items() if is_live(key)}


def is_live(key: str) -> bool:
    """Whether a running server takes a key of kefu.toml over by itself."""
    return key in WORK or key.startswith(WORK_TABLES) or (key in SETTINGS and SETTINGS[key].live)


def house_settings(config: Config) -> dict[str, Any]:
    """What of a `House` follows from these settings."""
    return {
        "hours": parse_hours(config.table("handoff"), config.zone),
        "zone": config.zone,
        "language": "en" if config.get("kefu.default_language", str) == "en" else "zh",
        "longest_text": config.get("limits.message_characters", int),
        "review_share": config.get("promise.review_share", float),
        "notify": ("team",) if config.get("handoff.notify_url", str) else (),
    }


def _now(running: Config) -> Config:
    return load_config(running.home) if (running.home / "kefu.toml").is_file() else running


def _checked(key: str, value: object) -> object:
    """A value of the right kind within its bounds; raises `BadInput`."""
    setting = SETTINGS.get(key)
    if setting is None:
        raise BadInput(f"{key} can't be changed here; those that can are {', '.join(SETTINGS)}.")
    fits, must = _fits(setting, value)
    if not fits:
        raise BadInput(f"{key} must be {must}, not {value!r}.")
    if setting.kind == "share" and isinstance(value, int | float):
        return float(value)
    if setting.kind == "days" and isinstance(value, list):
        return [day for day in DAYS if day in value]
    return sorted(set(value)) if setting.kind == "dates" and isinstance(value, list) else value


def _fits(setting: Setting, value: object) -> tuple[bool, str]:
    """Whether a value is what a setting takes, and what that is, in words."""
    match setting.kind, value:
        case "text", _:
            fits = isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= LONGEST_NAME
            return fits, f"a line of 1 to {LONGEST_NAME} characters"
        case "language", _:
            return value in get_args(Language), "zh or en"
        case "zone", _:
            return value in available_timezones(), "a time zone such as Asia/Shanghai"
        case "days", _:
            return isinstance(value, list) and bool(value) and set(map(str, value)) <= set(DAYS), f"some of {DAYS}"
        case "hours", _:
            return isinstance(value, str) and _is_span(value), 'opening hours such as "09:00-12:00, 13:00-18:00"'
        case "calendar", _:
            return value in CALENDARS, "a calendar: cn, or empty"
        case "dates", list():
            return len(value) <= MOST_HOLIDAYS and all(map(_is_date, value)), 'days such as "2027-01-01"'
        case "whole", int() if not isinstance(value, bool):
            fits = setting.least <= value <= setting.most
            return fits, f"a whole number from {setting.least:.0f} to {setting.most:.0f}"
        case "share", int() | float() if not isinstance(value, bool):
            return setting.least <= value <= setting.most, f"a number from {setting.least:.0f} to {setting.most:.0f}"
        case "switch", _:
            return isinstance(value, bool), "true or false"
    return False, f"of the kind {setting.kind}"


def _is_span(value: str) -> bool:
    try:
        return bool(spans_of(value))
    except ValueError:
        return False


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _check_together(values: Mapping[str, Any], config: Config) -> None:
    """What single values can't say; raises `BadInput`."""
    if values["promise.clarify_at"] > values["promise.answer_at"]:
        raise BadInput(
            "promise.clarify_at must not be above promise.answer_at: below it kefu says that it didn't get it."
        )
    try:
        parse_hours(config.table("handoff"), config.zone)
    except BadConfig as error:
        raise BadInput(error.message) from error
