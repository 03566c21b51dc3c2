"""What a project says of its sample conversations: who may write, about what, when, and in which words."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar, get_args

from kefu.core.errors import BadConfig
from kefu.core.nouns import Language
from kefu.core.ports.records import Records
from kefu.core.skill import Query

T = TypeVar("T")

FOLDER = "sample"
KNOWLEDGE = "knowledge"
"""The want of those who ask what the company's texts answer."""
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Person:
    """One who may write, as the records know them; `digits` are the last of their telephone number."""

    id: str
    language: Language
    course: str
    order: str
    digits: str
    email: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the company's texts, and what a right answer contains; empty where they have none."""

    text: str
    contains: str


@dataclass(frozen=True, slots=True)
class Script:
    """The sentences of customers and colleagues by their section, and the parts by which things are drawn."""

    people: Sequence[Person]
    says: Mapping[Language, Mapping[str, Sequence[str]]]
    colleagues: Mapping[Language, Mapping[str, Sequence[str]]]
    names: Mapping[Language, Sequence[str]]
    questions: Mapping[Language, Sequence[Asked]]
    wants: Mapping[str, float]
    channels: Mapping[str, float]
    hours: Sequence[float]
    days: Sequence[float]
    a_day: float


async def read_script(home: Path, records: Mapping[str, Records]) -> Script:
    """The script in a project's folder `sample`; raises `BadConfig` saying what is wrong with it."""
    folder = home / FOLDER
    try:
        table = tomllib.loads((folder / "sample.toml").read_text("utf-8"))
        texts = {
            kind: {one: tomllib.loads((folder / f"{kind}.{one}.toml").read_text("utf-8")) for one in LANGUAGES}
            for kind in ("says", "colleagues")
        }
        query = Query(FOLDER, "customers", str(table["customers"]))
        rows = await records[str(table["records"])].find(query, {})
        questions = _read_questions(home / str(table["knowledge"]))
        return Script(
            people=[_person(row) for row in rows],
            says=texts["says"],
            colleagues=texts["colleagues"],
            names=table["names"],
            questions=questions,
            wants=table["wants"],
            channels=table["channels"],
            hours=table["hours"],
            days=table["days"],
            a_day=float(table["a_day"]),
        )
    except FileNotFoundError as error:
        advice = "copy the folder `sample` of a fresh `kefu init`, or go without sample conversations"
        raise BadConfig(f"{error.filename} is missing; {advice}.") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadConfig(f"{folder}: {type(error).__name__}: {error}; compare it with a fresh `kefu init`.") from error


def draw(parts: Mapping[T, float], chance: Random) -> T:
    """One of these, each as often as its part says."""
    return chance.choices(list(parts), list(parts.values()))[0]


def _person(row: Mapping[str, Any]) -> Person:
    language: Language = "en" if row["language"] == "en" else "zh"
    course = str(row[f"title_{language}"])
    return Person(str(row["id"]), language, course, str(row["order_number"]), str(row["digits"]), str(row["email"]))


def _read_questions(file: Path) -> dict[Language, list[Asked]]:
    found: dict[Language, list[Asked]] = {language: [] for language in LANGUAGES}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            language: Language = "en" if row["question"].isascii() else "zh"
            found[language].append(Asked(row["question"], row["contains"]))
    return found
