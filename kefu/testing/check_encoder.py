"""Conformance of an Encoder: what any of them must keep, ours and an outsider's alike.

@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
def test_encoder(check):
check(lambda: open_encoder({"folder": ...}))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from kefu.core.ports.encoder import Encoder

Open = Callable[[], Encoder]

TEXTS = (
    "how far am i",
    "i need an invoice",
    "您好，我想退款",
    "",
    " ",
    "\x00",
    "\ud800",
    "👨‍👩‍👧‍👦",
    "a " * 5_000,
    "好" * 3_000,
)


def _rows(encoder: Encoder, texts: Sequence[str]) -> list[list[float]]:
    found = encoder.encode(texts)
    rows = [[float(value) for value in row] for row in found]
    assert found.shape == (len(texts), encoder.dimensions)
    return rows


def check_gives_unit_vectors(open_encoder: Open) -> None:
    """Any text has a vector of length 1 and of the promised size; no text has none."""
    encoder = open_encoder()
    for row in _rows(encoder, TEXTS):
        assert all(map(math.isfinite, row))
        assert abs(math.hypot(*row) - 1) < 1e-3
    assert _rows(encoder, []) == []


def check_each_text_stands_alone(open_encoder: Open) -> None:
    """What else is encoded in the same call, and in which order, changes next to nothing."""
    encoder = open_encoder()
    together = _rows(encoder, TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        alone = _rows(encoder, [text])[0]
        assert sum(one * other for one, other in zip(alone, row, strict=True)) > 0.98, text[:40]


def check_tells_texts_apart(open_encoder: Open) -> None:
    """Different texts have different vectors, the same text the same."""
    first, second, again = _rows(open_encoder(), ["how far am i", "i need an invoice", "how far am i"])
    assert first != second
    assert sum(one * other for one, other in zip(first, again, strict=True)) > 0.999


def check_keeps_its_version(open_encoder: Open) -> None:
    """The same encoder opened twice has one version and gives the same vectors."""
    one, other = open_encoder(), open_encoder()
    assert one.version
    assert one.version == other.version
    assert _rows(one, TEXTS[:3]) == _rows(other, TEXTS[:3])


def check_serves_many_threads(open_encoder: Open) -> None:
    """Vectors in eight threads at once equal vectors one by one."""
    encoder = open_encoder()
    expected = [_rows(encoder, [text]) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: _rows(encoder, [text]), TEXTS)) == expected


ENCODER_CHECKS: tuple[Callable[[Open], None], ...] = (
    check_gives_unit_vectors,
    check_each_text_stands_alone,
    check_tells_texts_apart,
    check_keeps_its_version,
    check_serves_many_threads,
)
