"""The commands as a new user meets them, mistakes included."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kefu.cli import commands, main


def kefu(*arguments: str, home: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does."""
    command = [sys.executable, "-m", "kefu", *arguments]
    env = {**os.environ, "LANG": "C.UTF-8", "COLUMNS": "200", **environment}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=home, env=env)


def here(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same within this process, which spares the start of another."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["kefu", *arguments])
        for name, value in {"LANG": "C.UTF-8", **environment}.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cli") / "my-school"
    done = kefu("init", str(home), "--learners", "60", "--quiet")
    assert done.returncode == 0, done.stderr
    assert f"Next: kefu run {home}" in done.stdout
    return home


def test_init_makes_a_project_with_secrets_of_its_own(project: Path) -> None:
    secrets = dict(line.split("=", 1) for line in (project / ".env").read_text().splitlines() if "=" in line)
    assert len(secrets) == 4
    assert len(set(secrets.values())) == 4
    assert stat.S_IMODE((project / ".env").stat().st_mode) == 0o600
    assert {"kefu.toml", "school.db", "school", "site", "skills"} <= {path.name for path in project.iterdir()}


def test_init_never_overwrites(project: Path) -> None:
    done = here("init", str(project))
    assert done.returncode == 1
    assert "not empty" in done.stderr


def test_init_with_an_unknown_starter_names_those_there_are(tmp_path: Path) -> None:
    done = here("init", str(tmp_path / "x"), "--starter", "bank")
    assert done.returncode == 1
    assert "there is education" in done.stderr
    assert not (tmp_path / "x").exists()


def test_init_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    done = kefu("init", str(tmp_path / "x"), "--records", "postgresql://nobody@127.0.0.1:1/none", "--quiet")
    assert done.returncode == 1
    assert "can't be reached" in done.stderr
    assert not (tmp_path / "x").exists()


def every(group: click.Group) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below a group, with the words that call them."""
    for name, command in group.commands.items():
        yield (name,), command
        if isinstance(command, click.Group):
            yield from (((name, *path), below) for path, below in every(command))


def test_every_command_has_help_with_examples() -> None:
    shown = 0
    for path, command in every(commands):
        done = CliRunner().invoke(commands, [*path, "--help"])
        assert done.exit_code == 0
        assert isinstance(command, click.Group) or "Examples:" in done.output, path
        shown += 1
    assert shown > 20
    assert "Examples:" in kefu("--help").stdout


def test_config_says_where_values_come_from(project: Path) -> None:
    done = kefu("config", "--full", "--json", home=project, KEFU__WEB__PORT="9001")
    shown = json.loads(done.stdout)
    assert shown["web.port"] == {"value": 9001, "from": "environment (KEFU__WEB__PORT)"}
    assert shown["store.use"] == {"value": "sqlite.v1", "from": "kefu.toml"}
    assert shown["security.session_secret"]["value"] == "${env:KEFU_SESSION_SECRET}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[web]\nprot = 1", "Did you mean 'web.port'?"),
        ("[web]\nport = 'x'", "web.port must be of type int"),
        ("[web", "not valid TOML"),
        ("[store]\nuse = 'oracle.v1'", "installed are memory.v1, postgres.v1, sqlite.v1"),
        ("[kefu]\ntimezone = 'Moon/Base'", "write one like Asia/Shanghai"),
        ("[handoff]\nhours = 'always'", "Write days ="),
    ],
)
def test_a_mistake_in_kefu_toml_is_named(project: Path, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "kefu.toml").write_text(line)
    (tmp_path / ".env").write_text((project / ".env").read_text())
    done = here("doctor", str(tmp_path), "--json")
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr


def test_no_project_here(tmp_path: Path) -> None:
    done = here("train", str(tmp_path))
    assert done.returncode == 1
    assert "make a project with `kefu init" in done.stderr


def test_a_wrong_option_is_a_usage_error() -> None:
    done = kefu("train", "--colour", "red")
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_why_of_an_unknown_turn(project: Path) -> None:
    done = here("why", "t123", str(project))
    assert done.returncode == 1
    assert "kefu why last" in done.stderr


def test_doctor_tells_what_to_do_in_the_terminals_language(project: Path) -> None:
    assert "What to do: run `kefu train`." in here("doctor", str(project)).stdout
    assert "怎么办" in here("doctor", str(project), LANG="zh_CN.UTF-8").stdout
    (project / ".env").chmod(0o644)
    assert f"chmod 600 {project}/.env" in here("doctor", str(project)).stdout
    (project / ".env").chmod(0o600)
