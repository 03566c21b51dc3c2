"""The names of a project's records, for checking what examples mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from kefu.app.config import load_config
from kefu.app.plugins import load_plugin
from kefu.app.skills import load_catalog
from kefu.app.training import load_lexicons
from kefu.core.errors import KefuError
from kefu.core.ports.reader import Term


async def known_names(home: Path) -> tuple[Mapping[str, Sequence[Term]] | None, str]:
    """Names by kind; None, with the reason, where there are no records or they can't be read."""
    if not (home / "kefu.toml").is_file():
        return None, ""
    try:
        config = load_config(home)
        catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
        async with AsyncExitStack() as stack:
            records = {}
            for name in config.names("records"):
                settings = {**config.table(f"records.{name}"), "home": str(config.home)}
                opened = load_plugin("records", config.get(f"records.{name}.use", str))(settings)
                records[name] = await stack.enter_async_context(opened)
            return await load_lexicons(catalog, records), ""
    except KefuError as error:
        return None, f"Marked names were not checked: {error.message}"
