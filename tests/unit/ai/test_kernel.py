"""The kernel machine of the joined reader, held against the equations that it solves."""

from __future__ import annotations

import numpy as np
import pytest

from kefu.ai.text import kernel
from kefu.ai.text.kernel import likeness, regress


def unit(chance: np.random.Generator, n: int) -> np.ndarray:
    rows = chance.normal(size=(n, 12)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def test_the_weights_solve_the_ridge_equations() -> None:
    vectors, labels = unit(np.random.default_rng(1), 40), np.arange(40) // 10
    weights = regress(vectors, labels, 4, 0.5)
    table = likeness(vectors @ vectors.T) + 0.5 * np.eye(40)
    assert np.allclose(table @ weights, labels[:, None] == np.arange(4), atol=1e-4)


def test_the_table_is_factored_by_columns_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, labels = unit(np.random.default_rng(4), 50), np.arange(50) // 10
    at_once = regress(vectors, labels, 5, 0.5)
    monkeypatch.setattr(kernel, "WIDE", 16)
    assert np.allclose(regress(vectors, labels, 5, 0.5), at_once, atol=1e-4)


def test_a_text_without_a_vector_adds_nothing() -> None:
    vectors, labels = unit(np.random.default_rng(2), 20), np.arange(20) // 10
    vectors[[3, 15]] = 0
    weights = regress(vectors, labels, 2, 0.5)
    read = np.delete(np.arange(20), [3, 15])
    assert not weights[[3, 15]].any()
    assert np.allclose(weights[read], regress(vectors[read], labels[read], 2, 0.5), atol=1e-5)
    assert not regress(np.zeros_like(vectors), labels, 2, 0.5).any()


def test_of_too_many_examples_an_even_choice_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, labels = unit(np.random.default_rng(3), 60), np.arange(60) // 20
    monkeypatch.setattr(kernel, "MOST", 30)
    learned = np.abs(regress(vectors, labels, 3, 0.5)).sum(1) > 0
    assert [int(learned[labels == label].sum()) for label in range(3)] == [10, 10, 10]
