"""Calls of a bank by the half hour, each day foreseen from the days before it."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import numpy as np

from kefu.ai.predict.volume import learn_volume

SLOTS = 28
WEEK = 5
FIVE_MINUTES = 6
AGAIN = 5
"""Days after which the model learns anew."""


def load(data: Path) -> tuple[np.ndarray, list[int]]:
    """Calls in each half hour, (n_days, 28), and the days to be measured on. What is over after 21:00 is left out."""
    counts: dict[tuple[int, int], float] = {}
    parts: dict[int, str] = {}
    with (data / "bank_calls" / "calls.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            day, slot = int(row["day"]), int(row["interval"]) // FIVE_MINUTES
            parts[day] = row["split"]
            if slot < SLOTS:
                counts[day, slot] = counts.get((day, slot), 0.0) + float(row["calls"])
    table = np.array([[counts[day, slot] for slot in range(SLOTS)] for day in sorted(parts)])
    return table, [day for day in sorted(parts) if parts[day] == "dev"]


def foresee(table: np.ndarray, days: list[int]) -> np.ndarray:
    """Ours, (n_days, 28). The table numbers days and leaves holidays out, so the place in a week is not known."""
    found = []
    for number, day in enumerate(days):
        if number % AGAIN == 0:
            model, _, _ = learn_volume(table[:day], [0] * day, WEEK)
        found.append(model.predict(table[:day], 0))
    return np.array(found)


def last_week(table: np.ndarray, days: list[int]) -> np.ndarray:
    """Seasonal-naive: the same half hour a week before."""
    return np.array([table[day - WEEK] for day in days])


def library(table: np.ndarray, days: list[int], python: str) -> dict[str, np.ndarray]:
    """What the models of statsforecast foresee, in an interpreter that has it (see others.txt)."""
    asked = json.dumps({"table": table.tolist(), "days": days})
    command = [python, str(Path(__file__).with_name("others.py"))]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return {name: np.array(one) for name, one in json.loads(done.stdout).items()}


def mape(table: np.ndarray, days: list[int], found: np.ndarray) -> float:
    """The mean of how far a half hour was off, in percent of what came."""
    return float((np.abs(found - table[days]) / table[days]).mean() * 100)
