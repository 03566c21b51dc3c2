"""Texts in clauses: what an engine says at once, so that speech begins early and stops soon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from kefu.ai.speech.sound import as_pcm, stream

T = TypeVar("T")

CLAUSE = re.compile(
    r"[^。！？；!?;\n]{1,160}(?:[，、,\s](?=.)|[。！？；!?;\n]+|$)|[^。！？；!?;\n]{1,160}|.", re.DOTALL
)
"""To the end of a sentence; a longer one is cut at a comma or a blank, or anywhere."""


def clauses(text: str) -> Iterator[str]:
    """The clauses of a text that hold something to say."""
    return (clause for clause in CLAUSE.findall(text) if any(map(str.isalnum, clause)))


def spoken_in(parts: Iterator[T], make: Callable[[T], tuple[np.ndarray, int]], rate_hz: int) -> Iterator[bytes]:
    """PCM16 at `rate_hz` of what is made, with its own rate, of each part; nothing is made that nobody asks for."""
    change, own_hz = None, 0
    for part in parts:
        sound, made_hz = make(part)
        if made_hz != own_hz:
            change, own_hz = stream(made_hz, rate_hz), made_hz
        if change and len(sound):
            sound = change.resample_chunk(sound)
        if len(sound):
            yield as_pcm(sound)
    if change and len(rest := change.resample_chunk(np.zeros(0, np.float32), last=True)):
        yield as_pcm(rest)
