"""What kefu counts of itself, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kefu.app import Taken
from kefu.core.events import CallTimed, DecisionTaken, TurnTraced

Measure = TypeVar("Measure", Counter, Histogram)

BUCKETS_S = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
CALL_BUCKETS_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 3.0)
SHOWN_COUNTS = {
    "live_calls": "Calls under way in this process",
    "due": "Partings in the outbox that wait for delivery",
    "dead": "Partings that were given up",
    "waiting": "Conversations in people's hands",
    "conversations": "Conversations in the store",
    "shadow": "1 while kefu only drafts and people answer",
    "promise_in_force": "1 while a certificate is in force",
    "promise_evidence": "Evidence against the promise in force; from 1 on automation is lowered",
    "search_hits": "Searches of the company's texts that were remembered",
    "search_misses": "Searches of the company's texts that were carried out",
    "embedding_hits": "Passages and questions whose vectors were remembered",
    "embedding_misses": "Passages and questions that the encoder had to read",
    "library_edition": "The edition of the library that this process searches",
    "promise_floor": "The threshold that the watch asks for; 0 while the certificate holds, 2 for no answers",
}


class Measures:
    """Counters and histograms of one process; each app has its own registry."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._stages = Histogram(
            "kefu_stage_seconds",
            "Wall time of a turn's stages",
            ("channel", "stage"),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._calls = Histogram(
            "kefu_call_seconds",
            "From the end of speech on a call to each stage: heard, text, decided, sound",
            ("channel", "stage"),
            buckets=CALL_BUCKETS_S,
            registry=self._registry,
        )
        self._turns = Counter(
            "kefu_turns", "Turns by what was decided", ("channel", "decision"), registry=self._registry
        )
        self._requests = Counter(
            "kefu_http_requests", "Answered requests", ("area", "method", "status"), registry=self._registry
        )
        self._bound: dict[tuple[str, ...], Any] = {}
        self._gauges = {
            name: Gauge(f"kefu_{name}", help_, registry=self._registry) for name, help_ in SHOWN_COUNTS.items()
        }

    def turn(self, channel: str, taken: Taken) -> None:
        """Count a turn; costs a few microseconds."""
        for event in taken.events:
            if isinstance(event, TurnTraced):
                for stage in event.stages:
                    self._of(self._stages, channel, stage.name).observe(stage.took_ms / 1e3)
            elif isinstance(event, DecisionTaken):
                self._of(self._turns, channel, event.decision).inc()

    def call(self, channel: str, timed: CallTimed) -> None:
        """Count a turn of a call."""
        for stage, took_ms in timed.stages.items():
            self._of(self._calls, channel, stage).observe(took_ms / 1e3)

    def _of(self, measure: Measure, *labels: str) -> Measure:
        """The measure for some labels; looking it up anew would cost as much as observing."""
        key = (measure._name, *labels)  # noqa: SLF001 - the library shows it nowhere else
        if key not in self._bound:
            self._bound[key] = measure.labels(*labels)
        return self._bound[key]  # type: ignore[no-any-return]

    def request(self, area: str, method: str, status: int) -> None:
        """Count a request; `area` is one of a few names, never a path that callers make up."""
        self._of(self._requests, area, method, str(status)).inc()

    def text(self, counts: Mapping[str, float]) -> bytes:
        """Everything in Prometheus' text format, with the store's own counts."""
        for name, gauge in self._gauges.items():
            gauge.set(counts.get(name, 0))
        return generate_latest(self._registry)
