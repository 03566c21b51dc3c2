"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def home(command: F) -> F:
    """The project folder, `.` when not given."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("home", type=kind, default=".", metavar="[PROJECT]")(command)


def json_option(command: F) -> F:
    """`--json`: print for a machine to read."""
    return click.option("--json", "as_json_", is_flag=True, help="Print JSON for a machine to read.")(command)


def project_option(command: F) -> F:
    """`--project`: the project whose store it is about, where the arguments name something else."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    told = "The project whose store they live in."
    return click.option("--project", default=".", show_default=True, type=kind, help=told)(command)
