"""kefu.toml: read, completed with defaults, checked; every value knows where it came from."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kefu.core.errors import BadConfig

T = TypeVar("T")

OPEN_TABLES = ("channels", "records", "lexicons", "teams")
"""Tables whose keys the operator names; what is in them is checked by those who read them."""

OPEN_PARTS = ("voice.recogniser.", "voice.synthesiser.", "voice.detector.")
"""Parts of tables in which an engine may have keys of its own."""

SECRET = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of one installation.

    `values` maps dotted keys (`web.port`) to values, `origins` to where each came
    from: `default`, `kefu.toml` or `environment`. Secrets are resolved only by `get`
    and `table`, so that printing the configuration shows their names alone.
    """

    home: Path
    values: Mapping[str, object]
    origins: Mapping[str, str]

    def get(self, key: str, kind: type[T]) -> T:
        """One value by its dotted key; raises `BadConfig` when it is missing or of another type."""
        if key not in self.values:
            raise BadConfig(f"kefu.toml: {key} is missing; `kefu config --full` shows all keys.")
        value = self._resolved(key, self.values[key])
        if kind is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kind):
            raise BadConfig(f"kefu.toml: {key} must be of type {kind.__name__}, not {value!r}.")
        return value

    def table(self, key: str) -> dict[str, object]:
        """All values under a dotted key, as one flat mapping."""
        prefix = f"{key}."
        return {
            name.removeprefix(prefix): self._resolved(name, value)
            for name, value in self.values.items()
            if name.startswith(prefix)
        }

    def names(self, key: str) -> list[str]:
        """The names of the tables under a key: `names("channels")` → ["webchat", "rest"]."""
        found = (name.split(".")[1] for name in self.values if name.startswith(f"{key}.") and name.count(".") > 1)
        return list(dict.fromkeys(found))

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        name = self.get("kefu.timezone", str)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadConfig(f"kefu.toml: kefu.timezone {name!r} is unknown; write one like Asia/Shanghai.") from error

    def _resolved(self, key: str, value: object) -> object:
        if isinstance(value, list):
            return [self._resolved(key, item) for item in value]
        if not isinstance(value, str):
            return value
        match = SECRET.fullmatch(value)
        if match is None:
            return value
        if not os.environ.get(match[1]):
            raise BadConfig(
                f"kefu.toml: {key} wants the environment variable {match[1]}, which is not set; "
                f"put it into {self.home / '.env'} (kefu init makes one) or into the environment."
            )
        return os.environ[match[1]]


def load_config(home: Path) -> Config:
    """Read the configuration of the project in `home`; raises `BadConfig` naming file and key."""
    home = home.resolve()
    file = home / "kefu.toml"
    if not file.is_file():
        raise BadConfig(f"There is no kefu.toml in {home}; make a project with `kefu init {home}`.")
    load_environment(home / ".env")
    return config_from(home, file.read_text("utf-8"))


def config_from(home: Path, text: str) -> Config:
    """The configuration that a text of kefu.toml makes; raises `BadConfig` naming file and key."""
    file = home / "kefu.toml"
    defaults = dict(_flat(_parse("defaults.toml", files("kefu.app").joinpath("defaults.toml").read_text("utf-8"))))
    own = dict(_flat(_parse(str(file), text)))
    for key, value in own.items():
        if key not in defaults and key.split(".")[0] not in OPEN_TABLES and not key.startswith(OPEN_PARTS):
            near = difflib.get_close_matches(key, defaults, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise BadConfig(f"{file}: unknown key {key!r}.{hint} `kefu config --full` shows all keys.")
        _check_type(key, value, defaults.get(key))
    values = {**defaults, **own}
    origins = {key: "kefu.toml" if key in own else "default" for key in values}
    for key in list(values):
        if (variable := variable_of(key)) in os.environ:
            values[key] = _like(values[key], os.environ[variable], variable)
            origins[key] = f"environment ({variable})"
    return Config(home, values, origins)


def variable_of(key: str) -> str:
    """The environment variable that wins over a key: `web.port` → `KEFU__WEB__PORT`."""
    return "KEFU__" + key.upper().replace(".", "__").replace("-", "_")


def load_environment(file: Path) -> None:
    """Take the variables of an `.env` file into the environment; what is set already wins."""
    if not file.is_file():
        return
    for line in file.read_text("utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def _check_type(key: str, value: object, default: object) -> None:
    """A value must be of the kind that its default is; whole numbers pass for others."""
    if default is None or isinstance(value, type(default)) or (isinstance(default, float) and isinstance(value, int)):
        return
    raise BadConfig(f"kefu.toml: {key} must be of type {type(default).__name__}, not {value!r}.")


def _parse(name: str, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{name}: not valid TOML: {error}.") from error


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _like(example: object, text: str, variable: str) -> object:
    try:
        match example:
            case bool():
                return text.lower() in ("1", "true", "yes", "on")
            case int():
                return int(text)
            case float():
                return float(text)
            case list():
                return [item.strip() for item in text.split(",") if item.strip()]
    except ValueError as error:
        raise BadConfig(f"{variable}: {text!r} is not a number.") from error
    return text
