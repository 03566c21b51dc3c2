"""Questions that ask the same stand together, as average linkage puts them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from kefu.ai.knowledge.groups import ALIKE, _cosines, group

SKILLS = Path(__file__).parents[4] / "kefu" / "starter" / "education" / "skills"


def sentences() -> list[str]:
    lines = [
        line.strip() for file in sorted(SKILLS.glob("*/examples.*.txt")) for line in file.read_text("utf-8").split("\n")
    ]
    return [line for line in lines if line and not line.startswith(("[", "#"))]


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (1, 0), (2, 0), (60, 1), (400, 2), (1200, 3)])
def test_groups_are_those_of_average_linkage(count: int, seed: int) -> None:
    questions = random.Random(seed).sample(sentences(), count)
    found = group(questions)
    assert sorted(at for one in found for at in one) == list(range(count))
    assert [len(one) for one in found] == sorted((len(one) for one in found), reverse=True)
    if count < 2:
        return
    far = np.clip(1 - _cosines(questions).astype(float), 0, None)
    np.fill_diagonal(far, 0)
    labels = fcluster(linkage(squareform(far, checks=False), "average"), 1 - ALIKE, "distance")
    wanted = {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}
    assert {frozenset(one) for one in found} == wanted


def test_the_most_typical_question_comes_first() -> None:
    questions = ["怎么退款", "退款", "我想知道怎么申请退款", "老师是谁"]
    first, *others = group(questions)
    assert len(first) == 3
    assert first[0] == 0
    assert others == [[3]]
