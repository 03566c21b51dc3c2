"""How a call behaves: every time and count that a company may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Recording = Literal["off", "ask"]


@dataclass(frozen=True, slots=True)
class Manners:
    """Times in ms.

    While kefu speaks, speech of `barge_in_ms` stops it; while it decides, speech of `addition_ms` holds the answer
    back, since the customer has more to say. Where the speech that stopped it led to no words `false_alarm_ms` after
    it ended, or was shorter than `murmur_ms` and led to none, kefu goes on where it was, `overlap_ms` earlier.
    `silence_ms` is how much silence ends a turn, `silence_digits_ms` while something is spelled. Who says nothing
    for `patience_ms` is asked whether they are still there, `most_reminders` times; then the call ends.
    A phrase that was heard with a confidence below `sure` is asked back first.
    `waiting_ms` is how often who waits for a person hears that they are not forgotten. After `most_misheard`
    rejected utterances keypad, typing and a person are offered, after as many more a person takes over.
    Keys are one number until none came for `key_pause_ms`, or `#`. Calls are recorded with consent alone: who could
    not be asked before is asked at the beginning.
    """

    barge_in_ms: float = 90
    addition_ms: float = 400
    false_alarm_ms: float = 2000
    murmur_ms: float = 1000
    overlap_ms: float = 300
    silence_ms: int = 350
    silence_digits_ms: int = 1200
    patience_ms: float = 8000
    most_reminders: int = 2
    waiting_ms: float = 30000
    most_misheard: int = 2
    sure: float = 0.5
    key_pause_ms: float = 3000
    longest_turn_ms: float = 30000
    longest_call_ms: float = 3600000
    recording: Recording = "off"
