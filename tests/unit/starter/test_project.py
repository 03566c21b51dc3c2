"""What `kefu init` copies besides the school and its site: the configuration and the readme."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kefu.app.config import Config, load_config
from kefu.service.desk.hours import parse_hours

SECRETS = ("KEFU_SESSION_SECRET", "KEFU_SITE_SECRET", "KEFU_API_TOKEN", "KEFU_OPERATOR_TOKEN")


@pytest.fixture
def config(starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    shutil.copy(starter / "kefu.toml", tmp_path)
    for name in SECRETS:
        monkeypatch.setenv(name, f"the value of {name}")
    return load_config(tmp_path)


def test_every_key_is_known_and_every_value_of_its_kind(config: Config) -> None:
    assert config.zone.key == "Asia/Shanghai"
    assert parse_hours(config.table("handoff"), config.zone).minutes_to_reply == 5
    assert config.names("records") == ["school"]
    assert config.names("channels") == ["webchat", "rest", "rasa"]
    assert config.get("site.app", str) == "site/app.py"


def test_secrets_come_from_the_environment_alone(config: Config, starter: Path) -> None:
    security = config.table("security")

    assert security["site_secret"] == "the value of KEFU_SITE_SECRET"
    assert security["api_tokens"] == ["the value of KEFU_API_TOKEN"]
    written = re.findall(r'(?:secret|token)s? = \[?"([^"]*)"', (starter / "kefu.toml").read_text("utf-8"))
    assert len(written) >= len(SECRETS)
    assert all(re.fullmatch(r"\$\{env:[A-Z_]+\}", value) for value in written)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_names_what_is_there(starter: Path, name: str) -> None:
    named = re.findall(r"`((?:school|site)/[\w./]*)`", (starter / name).read_text("utf-8"))

    assert named
    assert [path for path in named if not (starter / path).exists()] == []
