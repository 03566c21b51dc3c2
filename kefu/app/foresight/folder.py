"""The predictors that a project declares: one file each in its folder `predictors`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from kefu.core.errors import BadConfig, NotFound
from kefu.service.foresight.declared import Declared, parse_declared

FOLDER = "predictors"


def read_predictors(home: Path) -> dict[str, Declared]:
    """All by name; none where the folder is not there. Raises `BadConfig` with the file that is wrong."""
    found = {}
    for file in sorted((home / FOLDER).glob("*.toml")):
        try:
            table = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadConfig(f"{FOLDER}/{file.name}: not valid TOML: {error}.") from error
        found[file.stem] = parse_declared(file.stem, table)
    return found


def find_predictor(home: Path, name: str) -> Declared:
    """One by its name. Raises `NotFound` listing all."""
    predictors = read_predictors(home)
    if name not in predictors:
        known = ", ".join(predictors) or "none"
        raise NotFound(f"{home / FOLDER} declares no predictor {name!r}; there are: {known}.")
    return predictors[name]
