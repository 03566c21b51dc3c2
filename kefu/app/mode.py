"""Live or shadow: whether kefu answers, or drafts while people answer. The wish stands in kefu.toml alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from kefu.app.config import Config, load_config
from kefu.app.config_file import write_values
from kefu.app.promise import Standing
from kefu.core.errors import BadConfig

Mode = Literal["live", "shadow"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What kefu.toml asks for: the mode, and whether nothing may be answered without a certificate in force."""

    mode: Mode = "live"
    require: bool = False

    def is_shadow(self, found: Standing) -> bool:
        """Whether kefu only drafts, as the promise stands.

        With `require` a promise that is gone leads into the shadow, not to asking back: a
        question of the machine is automatic too, and in the shadow the sample goes on as it
        was, from which the promise can be proven again.
        """
        return self.mode == "shadow" or (self.require and not found.counts)


def read_wish(config: Config) -> Wish:
    """The wish as kefu.toml has it now, so that a running server follows it; raises `BadConfig`."""
    now = load_config(config.home) if (config.home / "kefu.toml").is_file() else config
    mode = next((one for one in get_args(Mode) if one == now.get("promise.mode", str)), None)
    if mode is None:
        raise BadConfig(f"kefu.toml: promise.mode is one of {', '.join(get_args(Mode))}.")
    return Wish(mode, now.get("promise.require", bool))


def set_mode(home: Path, mode: Mode) -> bool:
    """Write the mode into kefu.toml, leaving all else as it is; whether that changed anything.

    Raises `BadConfig` where the environment decides, or the file has no line that can be written.
    """
    before = load_config(home).get("promise.mode", str)
    write_values(home, {"promise.mode": mode})
    return before != mode
