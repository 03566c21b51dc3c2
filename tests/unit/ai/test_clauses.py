from __future__ import annotations

import pytest

from kefu.ai.text.clauses import may_stand_alone, split_clauses
from kefu.ai.text.normal import normalise


def clauses_of(text: str) -> list[str]:
    normal = normalise(text).text
    return [normal[clause.start : clause.end] for clause in split_clauses(normal)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("我想退款，另外发票怎么开", ["我想退款", "发票怎么开"]),
        ("退款到了吗？发票呢？", ["退款到了吗", "发票呢"]),
        ("查进度然后改密码", ["查进度", "改密码"]),
        ("I want a refund and how do I get an invoice?", ["i want a refund", "how do i get an invoice"]),
        ("我想退款，因为老师讲得不好", ["我想退款,因为老师讲得不好"]),
        ("refund me, because it is bad", ["refund me, because it is bad"]),
        ("可以帮我查进度吗，可以的话快点", ["可以帮我查进度吗", "可以的话快点"]),
        ("it costs 1,299 or 3.5", ["it costs 1,299 or 3.5"]),
        ("，，。", []),
        ("", []),
    ],
)
def test_clauses(text: str, clauses: list[str]) -> None:
    assert clauses_of(text) == clauses


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("我想退款，老师讲得不好", [True, False]),
        ("忘记密码了，怎么开发票", [False, True]),
        ("退款。发票", [False, False]),
        ("退款怎么弄。发票怎么开", [True, True]),
    ],
)
def test_after_a_comma_a_request_must_sound_like_one(text: str, alone: list[bool]) -> None:
    normal = normalise(text).text
    assert [may_stand_alone(normal, clause) for clause in split_clauses(normal)][1:] == alone[1:]
