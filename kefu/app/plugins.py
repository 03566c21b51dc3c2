"""Plug-ins: found by entry points, ours and an outsider's alike; loaded when used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from kefu.core.errors import BadConfig

EXTRAS = dict.fromkeys(("pocketsphinx", "espeak", "silero", "wyoming", "audio_api"), "voice")
"""What has to be installed for a plug-in whose name is not that of its extra."""


@cache
def _points(group: str) -> EntryPoints:
    """What a group holds, looked up once a process: reading the metadata of all packages takes 5 to 20 ms."""
    return entry_points(group=f"kefu.{group}")


def installed(group: str) -> list[str]:
    """The names of a group's plug-ins, whether or not they can be loaded; of those there when first asked."""
    return sorted(_points(group).names)


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Where work may need an extra: raises `BadConfig` with what to install in place of an ImportError."""
    try:
        yield
    except ImportError as error:
        raise BadConfig(
            f"This needs a package that is not installed ({error}): pip install 'kefu[{extra}]'."
        ) from error


def load_plugin(group: str, name: str) -> Any:  # noqa: ANN401 - each group has its own factory type
    """The factory that an entry point names; raises `BadConfig` listing what there is."""
    found = {point.name: point for point in _points(group)}
    if name not in found:
        raise BadConfig(
            f"kefu.toml: there is no {group} plug-in called {name!r}; "
            f"installed are {', '.join(sorted(found)) or 'none'}."
        )
    stem = name.partition(".")[0]
    try:
        return found[name].load()
    except ImportError as error:
        raise BadConfig(
            f"kefu.toml: the {group} plug-in {name!r} needs a package that is not installed ({error}). "
            f"Try pip install 'kefu[{EXTRAS.get(stem, stem)}]'."
        ) from error
