"""The report of an examination: figures, errors and a page, in a folder."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from kefu.ai.training.measures import risk_coverage, wilson
from kefu.app.exam import Exam
from kefu.app.sheet import render_sheet
from kefu.core.nouns import Language

MOST_ERRORS = 200
"""The page shows so many errors, the surest; intent_errors.csv has them all."""

PICTURES = ("risk_coverage", "histogram", "reliability", "confusion")


@dataclass(frozen=True, slots=True)
class Report:
    """Where the report is; `pictures` is False where matplotlib is missing."""

    folder: Path
    pictures: bool


def write_report(exam: Exam, folder: Path, *, name: str, now: datetime) -> Report:
    """Write report.json, intent_report.json, intent_errors.csv, the pictures, and index.html in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    _json(folder / "report.json", {"name": name, "made": now.isoformat(timespec="seconds"), **exam.as_dict()})
    _json(folder / "intent_report.json", intent_report(exam))
    with (folder / "intent_errors.csv").open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "language", "intent", "read_as", "probability"))
        rows.writerows((one.text, one.language, one.intent, one.got, f"{one.sure:.4f}") for one in exam.errors)
    pictures = _pictures(exam)
    for picture, svg in pictures.items():
        (folder / f"{picture}.svg").write_text(svg, "utf-8")
    languages: tuple[tuple[Language, str], ...] = (("en", "index.html"), ("zh", "index.zh.html"))
    for language, file_name in languages:
        (folder / file_name).write_text(_page(exam, language, pictures, name, now), "utf-8")
    return Report(folder, bool(pictures))


def intent_report(exam: Exam) -> dict[str, object]:
    """Figures of each intent under the names that other tools give them, with averages."""
    report: dict[str, object] = {
        one.name: {
            "precision": one.precision,
            "recall": one.recall,
            "recall_interval": [one.low, one.high],
            "f1-score": one.f1,
            "support": one.examples,
            "confused_with": one.confused_with,
        }
        for one in exam.intents
    }
    low, high = wilson(sum(one.is_right for one in exam.read), len(exam.read))
    report["accuracy"] = exam.accuracy
    report["accuracy_interval"] = [low, high]
    report["macro avg"] = {"f1-score": exam.macro_f1, "support": len(exam.read)}
    return report


def _pictures(exam: Exam) -> dict[str, str]:
    if not exam.read:
        return {}
    try:
        from kefu.app.exam.pictures import draw_all

        return draw_all(exam)
    except ImportError:
        return {}


def _page(exam: Exam, language: Language, pictures: dict[str, str], name: str, now: datetime) -> str:
    from markupsafe import Markup

    points = risk_coverage([one.sure for one in exam.read], [one.is_right for one in exam.read])
    today = [one for one in points if one.threshold >= exam.answer_at][-1:]
    interval = wilson(sum(one.is_right for one in exam.read), len(exam.read))
    other: Literal["index.html", "index.zh.html"] = "index.zh.html" if language == "en" else "index.html"
    return render_sheet(
        __package__,
        language,
        exam=exam,
        errors=exam.errors[:MOST_ERRORS],
        intents=sorted(exam.intents, key=lambda one: one.f1),
        pictures=[(key, Markup(pictures[key])) for key in PICTURES if key in pictures],  # noqa: S704 - our own
        today=today[0] if today else None,
        interval=interval,
        other=other,
        name=name,
        made=f"{now:%Y-%m-%d %H:%M} UTC",
    )


def _json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
