"""Tables with a row a customer: telco churn and online shoppers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.core.nouns import Row
from kefu.core.ports.predictor import Lesson, Outcome


@dataclass(frozen=True)
class Table:
    """Rows to learn from and rows to be measured on."""

    name: str
    train: Sequence[Lesson]
    test: Sequence[Lesson]


def telco(data: Path) -> Table:
    """Who left a telephone company."""
    texts = {"gender", "SeniorCitizen", "Contract", "PaymentMethod", "InternetService"}

    def row(one: dict[str, str]) -> Row:
        return {name: _value(name, value, texts) for name, value in one.items()}

    return _split("telco churn", data / "telco_churn" / "Telco-Customer-Churn.csv", ("Churn", "Yes"), row, "customerID")


def shoppers(data: Path) -> Table:
    """Which visits to a shop ended with a purchase."""
    texts = {"Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend"}

    def row(one: dict[str, str]) -> Row:
        return {name: _value(name, value, texts) for name, value in one.items()}

    file = data / "online_shoppers" / "online_shoppers_intention.csv"
    return _split("online shoppers", file, ("Revenue", "TRUE"), row, "")


def _value(name: str, value: str, texts: set[str]) -> str | float | None:
    """Numbers as numbers; an empty one is missing."""
    if name in texts:
        return value
    try:
        return float(value)
    except ValueError:
        return value.strip() or None


def _split(name: str, file: Path, wanted: tuple[str, str], make: Callable[[dict[str, str]], Row], key: str) -> Table:
    outcome, yes = wanted
    parts: dict[str, list[Lesson]] = {"train": [], "dev": []}
    with file.open(encoding="utf-8", newline="") as lines:
        for number, one in enumerate(csv.DictReader(lines)):
            part, came = one.pop("split"), one.pop(outcome)
            subject = one.pop(key) if key else str(number)
            parts[part].append(Lesson(subject, make(one), Outcome(float(came.upper() == yes.upper()))))
    return Table(name, parts["train"], parts["dev"])
