"""Read a skill folder's files into a `Skill`; every mistake is named with its file.

Pure: the texts of the files come in, so that nothing here touches a disk or runs
code. `kefu.app` reads the folder and loads its actions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, get_args

from kefu.core.errors import BadSkill
from kefu.core.nouns import Act, Language
from kefu.core.ports.reader import TONES
from kefu.core.skill import Action, Query, Skill, Slot, Step, StepKind

SECTIONS = ("say", "ask", "again", "none", "confirm", "quick", "option")
"""The sections of a replies file: results, questions, re-asks, empty choices, confirmations, quick replies, labels."""

KEYS = {
    "name", "owner", "languages", "title", "intents", "risk", "identity",
    "slots", "steps", "lexicons", "records", "tone", "act",
}  # fmt: skip
LANGUAGES: tuple[Language, ...] = get_args(Language)
ACTS: tuple[Act, ...] = get_args(Act)
WRITING = re.compile(r"^\s*(?:--[^\n]*\n\s*)*(insert|update|delete)\b", re.IGNORECASE)
READING = re.compile(r"^\s*(?:--[^\n]*\n\s*)*(select|with)\b", re.IGNORECASE)
TONE_HEADER = re.compile(r"^\[([a-z ]+)\]$")
NAME = re.compile(r"^[a-z][a-z0-9_]*$")


def parse_skill(folder: str, files: Mapping[str, str], actions: Mapping[str, Action]) -> Skill:
    """Make a `Skill` of the texts of its files.

    `files` maps paths within the folder (`skill.toml`, `queries/progress.sql`) to
    their contents. Raises `BadSkill` with the file and what to mend.
    """
    manifest = _toml(folder, "skill.toml", files)
    unknown = sorted(set(manifest) - KEYS)
    if unknown:
        raise BadSkill(f"{folder}/skill.toml: unknown key {unknown[0]!r}; known are {', '.join(sorted(KEYS))}.")
    name = str(manifest.get("name", ""))
    if name != folder or not NAME.match(name):
        raise BadSkill(f"{folder}/skill.toml: name must be the folder's name, lower case with underscores.")
    languages = _languages(folder, manifest)
    title = manifest.get("title", {})
    return Skill(
        name=name,
        owner=str(manifest.get("owner", "")),
        languages=languages,
        title={language: str(title.get(language, name)) for language in languages},
        intents=tuple(manifest.get("intents", [])),
        risk=manifest.get("risk", "read"),
        identity=bool(manifest.get("identity", False)),
        slots=_slots(folder, manifest),
        steps=_steps(folder, manifest),
        queries=_queries(folder, files),
        lexicons=dict(manifest.get("lexicons", {})),
        records=str(manifest.get("records", "school")),
        replies={language: _replies(folder, language, files) for language in languages},
        examples={language: _examples(folder, language, files) for language in languages},
        actions=actions,
        tones=_tones(folder, manifest),
    )


def _toml(folder: str, name: str, files: Mapping[str, str]) -> dict[str, Any]:
    if name not in files:
        raise BadSkill(f"{folder}/{name} is missing; every skill folder needs one.")
    try:
        return tomllib.loads(files[name])
    except tomllib.TOMLDecodeError as error:
        raise BadSkill(f"{folder}/{name}: not valid TOML: {error}.") from error


def _languages(folder: str, manifest: Mapping[str, Any]) -> tuple[Language, ...]:
    names = manifest.get("languages", [])
    if not names or any(name not in LANGUAGES for name in names):
        raise BadSkill(f"{folder}/skill.toml: languages must list some of {', '.join(LANGUAGES)}.")
    return tuple(names)


def _slots(folder: str, manifest: Mapping[str, Any]) -> dict[str, Slot]:
    try:
        return {name: Slot(name=name, **_lists(table)) for name, table in manifest.get("slots", {}).items()}
    except TypeError as error:
        takes = ", ".join(key.name for key in fields(Slot) if key.name != "name")
        raise BadSkill(f"{folder}/skill.toml: [slots.*] takes {takes}: {error}.") from error


def _lists(table: Mapping[str, Any]) -> dict[str, Any]:
    """A slot's table with its lists as tuples; one kind of entity may stand without brackets."""
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return {**made, "entity": (kind,)} if isinstance(kind := made.get("entity"), str) else made


def _steps(folder: str, manifest: Mapping[str, Any]) -> tuple[Step, ...]:
    steps = []
    for line in manifest.get("steps", []):
        kind, _, name = str(line).partition(" ")
        if kind not in get_args(StepKind) or not name:
            raise BadSkill(
                f"{folder}/skill.toml: step {line!r} must be one of {', '.join(get_args(StepKind))} and a name."
            )
        steps.append(Step(kind, name))  # type: ignore[arg-type]
    return tuple(steps)


def _tones(folder: str, manifest: Mapping[str, Any]) -> dict[str, str]:
    """How the sentences of each intent sound and what they are, as far as it is said: `neutral enquiry`.

    `tone` and `act` hold for all intents, or in a table for some; what has no act is an enquiry.
    """
    intents: list[str] = manifest.get("intents", [])
    tones = _by_intent(folder, manifest, "tone", TONES)
    acts = {**dict.fromkeys(intents, "enquiry"), **_by_intent(folder, manifest, "act", ACTS)}
    return {intent: f"{tones.get(intent, '')} {acts[intent]}".strip() for intent in intents}


def _by_intent(folder: str, manifest: Mapping[str, Any], key: str, known: Sequence[str]) -> dict[str, str]:
    told, intents = manifest.get(key, {}), manifest.get("intents", [])
    words: dict[str, Any] = told if isinstance(told, dict) else dict.fromkeys(intents, told)
    for intent, said in words.items():
        if intent not in intents or not isinstance(said, str) or not {*said.split()} <= {*known}:
            raise BadSkill(
                f"{folder}/skill.toml: {key} of {intent!r} must be of {', '.join(known)}, for an intent of the skill."
            )
    return words


def _queries(folder: str, files: Mapping[str, str]) -> dict[str, Query]:
    queries = {}
    for path, sql in files.items():
        if not (path.startswith("queries/") and path.endswith(".sql")):
            continue
        name = path.removeprefix("queries/").removesuffix(".sql")
        writes = bool(WRITING.match(sql))
        if not writes and not READING.match(sql):
            raise BadSkill(f"{folder}/{path}: must begin with SELECT or WITH, or with INSERT, UPDATE or DELETE.")
        if ";" in re.sub(r"--[^\n]*", "", sql).rstrip().rstrip(";"):
            raise BadSkill(f"{folder}/{path}: one statement a file; split it.")
        queries[name] = Query(skill=folder, name=name, sql=sql.strip().rstrip(";"), writes=writes)
    return queries


def _replies(folder: str, language: Language, files: Mapping[str, str]) -> dict[str, dict[str, tuple[str, ...]]]:
    file = f"replies.{language}.toml"
    table = _toml(folder, file, files)
    replies: dict[str, dict[str, tuple[str, ...]]] = {section: {} for section in SECTIONS}
    for section, entries in table.items():
        if section not in SECTIONS or not isinstance(entries, dict):
            raise BadSkill(f"{folder}/{file}: [{section}] is not one of {', '.join(SECTIONS)}.")
        for name, text in entries.items():
            variants = (text,) if isinstance(text, str) else tuple(text)
            if not variants or not all(isinstance(variant, str) and variant for variant in variants):
                raise BadSkill(f"{folder}/{file}: {section}.{name} must be a sentence or a list of sentences.")
            replies[section][name] = variants
    return replies


def _examples(folder: str, language: Language, files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    file = f"examples.{language}.txt"
    return tuple((intent, text) for _, intent, text in read_examples(f"{folder}/{file}", files.get(file, "")))


def read_examples(file: str, content: str) -> Iterator[tuple[int, str, str]]:
    """The sentences of an examples file with their line and intent; raises `BadSkill` with `file` and line."""
    intent = ""
    for number, line in enumerate(content.splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]") and NAME.match(text[1:-1]):
            intent = text[1:-1]
        elif not intent:
            raise BadSkill(f"{file}:{number}: a sentence before the first [intent].")
        else:
            yield number, intent, text


def read_tone(file: str, content: str) -> Iterator[tuple[int, str, str]]:
    """The sentences of a tone file with their line and heading (`negative urgent complaint`).

    Raises `BadSkill` with `file` and line.
    """
    heading = ""
    for number, line in enumerate(content.splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if header := TONE_HEADER.match(text):
            heading = header[1]
            unknown = [word for word in heading.split() if word not in (*TONES, *ACTS)]
            if unknown:
                raise BadSkill(f"{file}:{number}: {unknown[0]!r} is none of {', '.join((*TONES, *ACTS))}.")
        elif not heading:
            raise BadSkill(f"{file}:{number}: a sentence before the first [negative], [urgent] …")
        else:
            yield number, heading, text
