"""kefu init: make a project."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import click

from kefu.cli.show import progress, say
from kefu.core.errors import BadConfig

SECRETS = ("KEFU_SESSION_SECRET", "KEFU_SITE_SECRET", "KEFU_API_TOKEN", "KEFU_OPERATOR_TOKEN")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.db*", ".env", "models", ".knowledge.json")


@click.command(
    epilog="""\b
Examples:
  kefu init my-school
  kefu init my-school --learners 1000            a smaller school
  kefu init my-school --records postgresql://kefu@localhost/school"""
)
@click.argument("home", type=click.Path(path_type=Path), metavar="PROJECT")
@click.option("--starter", default="education", show_default=True, help="Which sample project to start from.")
@click.option("--records", default="", help="Where to generate the sample records; by default a SQLite file.")
@click.option("--seed", default=7, show_default=True, help="The sample records follow from this number.")
@click.option("--learners", default=20_000, show_default=True, help="How many sample learners to generate.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
def init(home: Path, *, starter: str, records: str, seed: int, learners: int, quiet: bool) -> None:
    """Make a project folder: configuration, skills, a sample site, sample records, secrets.

    Nothing that exists is overwritten.
    """
    from kefu.app.skills import load_module

    if home.exists() and any(home.iterdir()):
        raise BadConfig(f"{home} exists and is not empty; choose another folder or remove it first.")
    source = files("kefu.starter").joinpath(starter)
    if not source.is_dir():
        known = [item.name for item in files("kefu.starter").iterdir() if item.is_dir() and item.name[0] not in "_."]
        raise BadConfig(f"There is no starter {starter!r}; there is {', '.join(sorted(known))}.")
    with as_file(source) as folder:
        shutil.copytree(folder, home, ignore=LEFT_OUT, dirs_exist_ok=True)
    write_secrets(home / ".env")
    (home / ".gitignore").write_text(
        ".env\n*.db*\nattachments/\nmodels/\n.knowledge.json\n.jobs/\n.cleaned/\n__pycache__/\n", "utf-8"
    )
    url = records or f"sqlite:///{home.resolve() / 'school.db'}"
    if records:
        file = home / "kefu.toml"
        file.write_text(file.read_text("utf-8").replace("sqlite:///school.db", records), "utf-8")
    build = load_module(home / "school" / "build.py", "kefu_school_build")
    try:
        with progress(quiet=quiet) as advance:
            rows = build.build(url, seed=seed, now=datetime.now(UTC), learners=learners, progress=advance)
    except BaseException as error:
        shutil.rmtree(home)
        if isinstance(error, OSError | ValueError):
            raise BadConfig(str(error)) from error
        raise
    total = sum(rows.values())
    say(
        f"Made {home}: {len(rows)} tables with {total:,} rows of sample records.\nNext: kefu run {home}\n"
        f"It answers at once; with customers of your own begin in the shadow: kefu promise shadow {home}",
        f"已生成 {home}：{len(rows)} 张表，共 {total:,} 行示例数据。\n下一步：kefu run {home}\n"
        f"它会立刻自动回答；接待自己的客户请从影子模式开始：kefu promise shadow {home}",
    )


def write_secrets(file: Path) -> None:
    """Write new random secrets, readable by the owner alone."""
    lines = [f"{name}={secrets.token_urlsafe(32)}" for name in SECRETS]
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write("# Secrets of this installation. Never commit them; a new file signs everybody out.\n")
        out.write("\n".join(lines) + "\n")
