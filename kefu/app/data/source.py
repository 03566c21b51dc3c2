"""Labelled sentences from wherever they are: a project, a folder of skills, files of other systems."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kefu.ai.text.language import tell_language
from kefu.ai.text.marks import parse_marks
from kefu.ai.text.normal import normalise
from kefu.ai.text.words import cut_words
from kefu.ai.training.corpus import Corpus, Loaded, Loss, Mark, Sentence
from kefu.ai.training.formats import read_files
from kefu.app.config import load_config
from kefu.core.errors import BadInput, BadSkill, TooLarge
from kefu.core.ports.reader import OUT_OF_SCOPE
from kefu.service.skills.parse import read_examples

ENDS = frozenset((".json", ".jsonl", ".ndjson", ".yml", ".yaml", ".csv", ".tsv"))
"""Files of a folder that are opened; a file that is named itself may be called anything."""

MOST_FILES = 5_000
MOST_BYTES = 256 * 2**20
"""What is read at most from a folder of training data."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where sentences came from: `format` names it, `skills` is the folder of skills if it is one."""

    loaded: Loaded
    format: str
    skills: Path | None = None


def open_source(path: Path) -> Source:
    """Read a project, a folder of skills, a file or a folder of training data; runs no code of it.

    Raises `BadInput` and its kin with file and line.
    """
    skills = skills_of(path)
    if skills is not None:
        return Source(Loaded(Corpus(tuple(_of_skills(skills)))), "skills", skills)
    files, losses = _texts(path)
    loaded, formats = read_files(files)
    sentences = tuple(replace(one, language=one.language or language_of(one.text)) for one in loaded.corpus.sentences)
    corpus = Corpus(sentences, loaded.corpus.names, loaded.corpus.patterns)
    return Source(Loaded(corpus, (*losses, *loaded.losses)), ", ".join(formats))


def skills_of(path: Path) -> Path | None:
    """The folder of skills of a project, or the path itself if it is one."""
    if (path / "kefu.toml").is_file():
        return path / load_config(path).get("skills.folder", str)
    return path if path.is_dir() and any(path.glob("*/skill.toml")) else None


def language_of(text: str) -> str:
    """`zh` or `en`, by the script of the words."""
    normal = normalise(text)
    return tell_language(normal.text, cut_words(normal.text), None, "en")


def manifest_of(folder: Path) -> Mapping[str, object]:
    """What a skill says of itself; raises `BadSkill` when it can't be read."""
    try:
        return tomllib.loads((folder / "skill.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSkill(f"{folder.name}/skill.toml: not valid TOML: {error}.") from error


def _of_skills(skills: Path) -> Iterator[Sentence]:
    for manifest in sorted(skills.glob("*/skill.toml")):
        folder = manifest.parent
        languages = manifest_of(folder).get("languages", [])
        for language in languages if isinstance(languages, list) else []:
            file = folder / f"examples.{language}.txt"
            if file.is_file():
                shown = f"{folder.name}/{file.name}"
                for line, intent, text in read_examples(shown, file.read_text("utf-8")):
                    marked = parse_marks(text)
                    marks = tuple(Mark(*span) for span in marked.spans)
                    yield Sentence(marked.text, intent, language, marks, f"{shown}:{line}")
    for file in sorted(skills.glob("out_of_scope.*.txt")):
        language = file.name.split(".")[1]
        for number, written in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if written.strip() and not written.startswith("#"):
                yield Sentence(written.strip(), OUT_OF_SCOPE, language, (), f"{file.name}:{number}")


def _texts(path: Path) -> tuple[dict[str, str], list[Loss]]:
    if not path.exists():
        raise BadInput(f"There is no {path}; name a project, a file or a folder of training data.")
    paths = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    paths = [one for one in paths if one == path or not _is_hidden(one.relative_to(path))]
    if len(paths) > MOST_FILES or sum(one.stat().st_size for one in paths) > MOST_BYTES:
        raise TooLarge(f"{path}: more than {MOST_FILES:,} files or {MOST_BYTES >> 20} MB; name a smaller folder.")
    files: dict[str, str] = {}
    losses: list[Loss] = []
    for one in paths:
        name = one.name if one == path else one.relative_to(path).as_posix()
        if one != path and one.suffix.lower() not in ENDS:
            losses.append(Loss(name, "the file", f"is none of {', '.join(sorted(ENDS))}"))
            continue
        try:
            files[name] = one.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            losses.append(Loss(name, "the file", "is not text in UTF-8"))
    return files, losses


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
