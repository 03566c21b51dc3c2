"""Versions of an extraction model: listed by their cards, promoted, walked back, and opened when they are served."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from kefu.app.extraction.models import Extractors, Served
from kefu.app.extraction.teaching import read_files
from kefu.app.versions import write_card
from kefu.cli import commands
from kefu.core.errors import BadInput, ModelMissing, NotFound

FIGURES = {"precision": 0.5, "recall": 0.4, "f1": 0.44, "marked": 10}


def put(extractors: Extractors, name: str) -> None:
    card = {"version": f"extract.v1-{name}", "trained": datetime(2026, 11, 4, tzinfo=UTC), "texts": 12, "held": 1}
    kinds = {"wish": FIGURES}
    extractors.put(name, lambda folder: write_card(folder, {**card, "overall": FIGURES, "kinds": kinds}))


def test_versions_are_promoted_and_walked_back(tmp_path: Path) -> None:
    extractors = Extractors(tmp_path)
    with pytest.raises(ModelMissing, match="kefu extract train"):
        extractors.current()
    for name in ("20260101-aa", "20260102-ab"):
        put(extractors, name)
        extractors.promote(name)
    assert extractors.current() == "20260102-ab"
    assert [one.kinds["wish"].recall for one in extractors.cards()] == [0.4, 0.4]
    assert extractors.find("aa").name == "20260101-aa"
    with pytest.raises(NotFound, match="names 2 versions"):
        extractors.find("2026010")
    assert extractors.rollback() == "20260101-aa"
    with pytest.raises(NotFound):
        extractors.rollback()


def test_of_many_versions_the_latest_and_the_served_ones_are_kept(tmp_path: Path) -> None:
    extractors = Extractors(tmp_path)
    for number in range(6):
        put(extractors, f"v{number}")
        if number == 0:
            extractors.promote("v0")
    assert [one.name for one in extractors.cards()] == ["v0", "v3", "v4", "v5"]


def test_a_version_that_can_not_be_opened_leaves_the_readers_to_it(tmp_path: Path) -> None:
    extractors = Extractors(tmp_path)
    served = Served(extractors)
    assert served() is None
    put(extractors, "v1")
    extractors.promote("v1")
    assert served() is None
    (tmp_path / "v1" / "card.json").write_text("{}", "utf-8")
    assert extractors.cards() == []


def test_what_is_no_file_of_texts_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes("{}".encode("utf-16"))
    with pytest.raises(BadInput, match=r"a\.jsonl"):
        read_files(tmp_path)
    (tmp_path / "none").mkdir()
    assert read_files(tmp_path / "none") == []


def test_without_a_model_the_commands_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "kefu.toml").write_text("", "utf-8")
    listed = CliRunner().invoke(commands, ["extract", "list", str(tmp_path)])
    assert listed.exit_code == 0
    assert "kefu extract train" in listed.output
    missing = CliRunner().invoke(commands, ["extract", "rollback", str(tmp_path)])
    assert isinstance(missing.exception, ModelMissing)
