"""Live or shadow: whether kefu answers, or drafts while people answer. The wish stands in kefu.toml alone."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from kefu.app.config import Config, load_config
from kefu.app.promise import Standing
from kefu.core.errors import BadConfig

Mode = Literal["live", "shadow"]
VARIABLE = "KEFU__PROMISE__MODE"
TABLE = re.compile(r"^\[promise\][^\n]*\n", re.MULTILINE)
LINE = re.compile(r'^mode[ \t]*=[ \t]*"\w*"', re.MULTILINE)


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
    if VARIABLE in os.environ:
        raise BadConfig(f"The environment variable {VARIABLE} decides the mode; change it there.")
    before = load_config(home).get("promise.mode", str)
    file = home / "kefu.toml"
    text = file.read_text("utf-8")
    line = f'mode = "{mode}"'
    table = TABLE.search(text)
    if table is None:
        changed = f"{text.rstrip()}\n\n[promise]\n{line}\n"
    else:
        end = text.find("\n[", table.end())
        body = text[table.end() : end if end >= 0 else len(text)]
        body = LINE.sub(line, body, count=1) if LINE.search(body) else f"{line}\n{body}"
        changed = text[: table.end()] + body + (text[end:] if end >= 0 else "")
    if tomllib.loads(changed).get("promise", {}).get("mode") != mode:
        raise BadConfig(f'{file}: the mode can\'t be written; set [promise] mode = "{mode}" by hand.')
    making = file.with_name(".kefu.toml")
    making.write_text(changed, "utf-8")
    making.chmod(file.stat().st_mode)
    making.replace(file)
    return before != mode
