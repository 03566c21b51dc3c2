"""The process in which PocketSphinx listens: it keeps the interpreter to itself while it does, a second and more.

    in    a line of JSON, then the sound whose length it names: {"grammars": [{"words": {"p0": ["N IY HH AW"]},
          "paths": [[0, 1, 1.0, "p0"]], "beams": {"beam": 1e-48}}, …], "loop": {"ds": 2} or null, "whole": true,
          "bytes": 64000}
    out   first {"ready": true}; then a piece of "<I" length and JSON: {"fits": [[["p0", -9e4], …], …],
          "loop": {"fit": -8e4, "frames": 120, "phones": ["N", …]} or null}; a length of 0 at its end

Sound is PCM16 at 16 kHz. It is heard as a whole, since what is loud or dull about a voice is known only then: with the
mean of the features so far, every second sentence of a real caller of Chinese was misheard. Fits are logs to base
1.0001. Where the sound is not whole, the question is how far the grammars got.
"""

from __future__ import annotations

import ctypes
import json
import math
import struct
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO

from pocketsphinx import Decoder

LOG = math.log(1.0001)
SAME = bytes(range(256)) * 12
"""A tenth of a second of anything."""

MOST_KEPT = 3
"""Decoders that wait for their grammar to come again, one for each language and the loop: 10 to 30 ms to make one."""

MOST_TRIED, MOST_TOLD = 40, 6
"""How many ways through a grammar are looked at, and how many different words are told."""


class Hearing:
    """Decoders by what they listen for, the one used last at the end."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def answer(self, asked: Mapping[str, Any], sound: bytes) -> dict[str, Any]:
        """What fits the sound in each grammar, and what a loop over all phones hears in it."""
        fits = [self._fits(grammar, sound, whole=asked["whole"]) for grammar in asked["grammars"]]
        return {"fits": fits, "loop": self._loop(asked["loop"], sound) if asked["loop"] else None}

    def _fits(self, grammar: Mapping[str, Any], sound: bytes, *, whole: bool) -> Sequence[tuple[str, float]]:
        """Words and how they fit, the best first; none where its beams let nothing through."""
        decoder = self._decoder(grammar, grammar["beams"])
        hear(decoder, sound)
        so_far = decoder.hyp()
        decoder.end_utt()
        best = decoder.hyp() if whole else so_far
        if not best or not best.hypstr:
            return ()
        others = islice(decoder.nbest(), MOST_TRIED) if whole else ()
        found = {one.hypstr: log_of(one.score) for one in (*others, best) if one}
        return sorted(found.items(), key=lambda one: -one[1])[:MOST_TOLD]

    def _loop(self, beams: Mapping[str, Any], sound: bytes) -> dict[str, Any]:
        decoder = self._decoder(None, beams)
        hear(decoder, sound)
        decoder.end_utt()
        found = decoder.hyp()
        spans = [one for one in decoder.seg() if one.word != "SIL" and one.word[0] != "+"] if found else []
        return {
            "fit": log_of(found.score) if found else 0.0,
            "frames": sum(one.end_frame - one.start_frame + 1 for one in spans),
            "phones": [one.word for one in spans],
        }

    def _decoder(self, grammar: Mapping[str, Any] | None, beams: Mapping[str, Any]) -> Any:  # noqa: ANN401 - theirs
        key = json.dumps([grammar, beams])
        decoder = self._kept.pop(key, None)
        if decoder is None:
            decoder = Decoder(hmm=self._model, lm=None, dict=None, loglevel="FATAL", **beams)
            if grammar is None:
                decoder.add_allphone_file("now")
            else:
                for word, says in grammar["words"].items():
                    for number, phones in enumerate(says, 1):
                        decoder.add_word(word if number == 1 else f"{word}({number})", phones, False)
                decoder.add_fsg("now", decoder.create_fsg("now", 0, 1, [tuple(one) for one in grammar["paths"]]))
            decoder.activate_search("now")
        self._kept[key] = decoder
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return decoder


def hear(decoder: Any, sound: bytes) -> None:  # noqa: ANN401 - theirs
    """Hear it all at once. The library keeps the last frame of the utterance before, so that one is always the same."""
    begin(decoder, SAME)
    decoder.end_utt()
    begin(decoder, sound)


def begin(decoder: Any, sound: bytes) -> None:  # noqa: ANN401 - theirs
    """Let it hear an utterance, without what it learnt of the voice before."""
    decoder.reinit_feat()
    decoder.start_utt()
    if sound:
        decoder.process_raw(sound, False, True)


def log_of(fit: float) -> float:
    """A probability as a log to base 1.0001."""
    return math.log(fit) / LOG if fit > 0 else -1e6


def serve(asked: BinaryIO, told: BinaryIO, model: str) -> None:
    """Answer line after line until the other end closes."""
    hearing, give_back = Hearing(model), getattr(ctypes.CDLL(None), "malloc_trim", None)
    told.write(b'{"ready": true}\n')
    told.flush()
    for line in asked:
        wanted = json.loads(line)
        answer = json.dumps(hearing.answer(wanted, asked.read(wanted["bytes"]))).encode()
        told.write(struct.pack("<I", len(answer)) + answer + struct.pack("<I", 0))
        told.flush()
        if give_back:  # what a long sentence took, a fifth of the process
            give_back(0)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
