"""The batch engine: every part once, whatever dies, on processes and on a cluster."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import batch_work
import duckdb
import pandas as pd
import pytest
from batch_work import KINDS, SIZE, Killed, fail, measure, parts, texts_of

from kefu.app.batch import Engine, MemoryJournal, Part, engine_of, open_journal
from kefu.app.batch.engine import _cluster
from kefu.app.config import Config
from kefu.core.errors import BadConfig, BadInput, HouseError

ABOUT = {"work": "measure"}


def engine(name: str = "processes", address: str = "", workers: int = 2) -> Engine:
    values = {"batch.engine": name, "batch.address": address, "batch.workers": workers}
    return engine_of(Config(Path(), values, {}))


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as made:
        yield made.scheduler_address


def all_texts(folder: Path) -> list[str]:
    """What the results hold, as DuckDB reads it."""
    query = f"SELECT text FROM read_parquet('{folder}/parts/*.parquet') ORDER BY text"
    return [row[0] for row in duckdb.sql(query).fetchall()]


def wanted(count: int) -> list[str]:
    return sorted(text for number in range(count) for text in texts_of(number))


def test_every_part_is_done_once_and_others_read_the_results(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with open_journal(tmp_path, KINDS, ABOUT) as journal:
        done = engine().run(parts(8), measure, journal, lambda *step: seen.append(step), 8 * SIZE)
        assert sum(table.num_rows for table in journal.tables()) == done == 8 * SIZE
    assert [step[1:] for step in seen] == [(SIZE * (at + 1), 8 * SIZE) for at in range(8)]
    assert all_texts(tmp_path) == wanted(8)
    frame = pd.read_parquet(tmp_path / "parts")
    assert sorted(frame["text"]) == wanted(8)
    assert (frame["length"] == frame["text"].str.len()).all()
    assert list(frame["words"].iloc[0])[:2] == ["退款", "text"]
    longest = duckdb.sql(f"SELECT max(length), count(DISTINCT day) FROM read_parquet('{tmp_path}/parts/*.parquet')")
    assert longest.fetchall() == [(max(map(len, wanted(8))), 1)]


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    with open_journal(tmp_path / "out", KINDS, ABOUT) as journal:
        work = Killed(3, tmp_path / "mark")
        assert engine().run(parts(8), work, journal, lambda *_: None) == 8 * SIZE
    assert (tmp_path / "mark").exists()
    assert all_texts(tmp_path / "out") == wanted(8)


def test_a_part_that_kills_every_worker_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    with open_journal(tmp_path / "out", KINDS, ABOUT) as journal:
        with pytest.raises(BadInput, match="Part part 3: 3 workers died"):
            engine().run(parts(8), Killed(3, tmp_path / "mark", always=True), journal, lambda *_: None)
        kept = len(journal.finished())
        assert "part 0" in journal.finished()
        assert engine().run(parts(8), measure, journal, lambda *_: None) == (8 - kept) * SIZE
    assert all_texts(tmp_path / "out") == wanted(8)


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    script = [sys.executable, batch_work.__file__, str(tmp_path)]
    process = subprocess.Popen([*script, "16"])
    line = tmp_path / "journal.jsonl"
    while not (line.exists() and line.read_bytes().count(b"\n") >= 4):
        assert process.poll() is None
    process.kill()
    process.wait()
    kept = line.read_bytes().count(b"\n")
    with line.open("ab") as journal:
        journal.write(b'{"key": "part 15", "fi')  # as a power failure leaves it
    with open_journal(tmp_path, KINDS, {"work": "slowly"}) as journal:
        left = engine().run(parts(16), measure, journal, lambda *_: None)
    assert 0 < kept < 16
    assert left == (16 - kept) * SIZE
    assert all_texts(tmp_path) == wanted(16)


def test_a_failure_names_its_part(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path, KINDS, ABOUT) as journal,
        pytest.raises(BadInput, match="Part part 3: ZeroDivisionError: a sum over nothing"),
    ):
        engine().run(parts(8), fail, journal, lambda *_: None)


def test_parts_are_read_only_as_fast_as_they_are_done(tmp_path: Path) -> None:
    given, journal = [0], MemoryJournal()

    def endless() -> Iterator[Part[list[str]]]:
        for part in parts(30):
            given[0] += 1
            assert given[0] - len(journal.finished()) <= 2 * 2 + 1
            yield part

    assert engine().run(endless(), measure, journal, lambda *_: None) == 30 * SIZE


def test_results_of_another_run_are_not_mixed_in(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path, KINDS, ABOUT),
        pytest.raises(BadInput, match="Another run works"),
        open_journal(tmp_path, KINDS, ABOUT),
    ):
        pass
    with pytest.raises(BadInput, match="work differ"), open_journal(tmp_path, KINDS, {"work": "other"}):
        pass


def test_a_cluster_does_the_same(tmp_path: Path, cluster: str) -> None:
    with open_journal(tmp_path / "plain", KINDS, ABOUT) as journal:
        assert engine("dask", cluster).run(parts(8), measure, journal, lambda *_: None) == 8 * SIZE
    assert all_texts(tmp_path / "plain") == wanted(8)
    with open_journal(tmp_path / "killed", KINDS, ABOUT) as journal:
        work = Killed(3, tmp_path / "mark")
        assert engine("dask", cluster).run(parts(8), work, journal, lambda *_: None) == 8 * SIZE
    assert (tmp_path / "mark").exists()
    assert all_texts(tmp_path / "killed") == wanted(8)


def test_what_is_missing_is_said() -> None:
    with pytest.raises(BadConfig, match="none of processes, dask"):
        engine("spark")
    with pytest.raises(BadConfig, match="address is missing"):
        engine("dask")
    with pytest.raises(HouseError, match="No Dask scheduler answers"), _cluster("tcp://127.0.0.1:9", 1):
        pass
