"""More cores: the same model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_info

from kefu.ai.cores import cores_of, open_processes, threads
from kefu.ai.text import joined
from kefu.core.ports.reader import TrainableReader
from kefu.testing.check_reader import sample_examples


def taken(_: object) -> list[int]:
    """How many threads numpy's products may take."""
    np.ones((2, 2)) @ np.ones((2, 2))
    return [one["num_threads"] for one in threadpool_info()]


def test_a_process_has_one_thread() -> None:
    with open_processes(1) as pool:
        assert set(pool.submit(taken, None).result()) == {1}


def test_threads_are_as_before_afterwards() -> None:
    before = taken(None)
    with threads(1):
        assert set(taken(None)) == {1}
    assert taken(None) == before


def test_settings_may_say_how_many() -> None:
    assert cores_of({"cores": 3}) == 3
    assert cores_of({"cores": 0}) == cores_of({}) >= 1


def test_the_model_is_the_same_on_any_number() -> None:
    def trained(cores: int) -> TrainableReader:
        reader = joined.open_reader({"cores": cores, "open_encoder": Letters})
        reader.fit(sample_examples(), lambda *_: None)
        return reader

    assert trained(1).version == trained(2).version


class Letters:
    """An encoder by the letters of a text."""

    version, dimensions = "letters-1", 26

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """How often each letter stands in a text, at length 1."""
        counts = np.array([[text.count(chr(97 + at)) for at in range(26)] for text in texts], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)
