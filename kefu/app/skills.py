"""Read the skill folders of a project: their texts and their actions."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from kefu.core.errors import BadSkill
from kefu.core.nouns import Language
from kefu.core.skill import Action, Skill
from kefu.service.skills.catalog import Catalog, Texts
from kefu.service.skills.parse import LANGUAGES, parse_skill, read_tone

TEXTS = (".toml", ".txt", ".sql", ".md")


def load_catalog(folder: Path, identity_skill: str = "") -> Catalog:
    """All skills under a folder; raises `BadSkill` naming file and mistake."""
    if not folder.is_dir():
        raise BadSkill(f"There is no skills folder {folder}; see [skills] folder in kefu.toml.")
    skills = [load_skill(path.parent) for path in sorted(folder.glob("*/skill.toml"))]
    return Catalog.of(skills, house_texts(folder), identity_skill, foreign_texts(folder), tone_texts(folder))


def load_skill(folder: Path) -> Skill:
    """One skill folder."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in TEXTS and path.is_file()
    }
    return parse_skill(folder.name, texts, load_actions(folder / "actions.py"))


def load_actions(file: Path) -> dict[str, Action]:
    """The public async functions of an actions.py (none when there is no such file)."""
    if not file.is_file():
        return {}
    module = load_module(file, f"kefu_skill_{file.parent.name}")
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.iscoroutinefunction(value) and not name.startswith("_") and value.__module__ == module.__name__
    }


def load_module(file: Path, name: str) -> ModuleType:
    """Run a Python file of the project as a module; raises `BadSkill` when it can't be."""
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise BadSkill(f"There is no Python file {file}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadSkill(f"{file}: can't be loaded: {type(error).__name__}: {error}.") from error
    return module


def foreign_texts(folder: Path) -> dict[Language, tuple[str, ...]]:
    """The sentences that no skill serves, from out_of_scope.zh.txt and out_of_scope.en.txt."""
    texts = {}
    for language in LANGUAGES:
        file = folder / f"out_of_scope.{language}.txt"
        lines = map(str.strip, file.read_text("utf-8").splitlines() if file.is_file() else ())
        texts[language] = tuple(line for line in lines if line and not line.startswith("#"))
    return texts


def tone_texts(folder: Path) -> dict[Language, tuple[tuple[str, str], ...]]:
    """Pairs (heading, sentence) from tone.zh.txt and tone.en.txt; raises `BadSkill` with file and line."""
    texts = {}
    for language in LANGUAGES:
        file = folder / f"tone.{language}.txt"
        content = file.read_text("utf-8") if file.is_file() else ""
        texts[language] = tuple((heading, text) for _, heading, text in read_tone(file.name, content))
    return texts


def house_texts(folder: Path) -> Texts:
    """The sentences of the house itself, with a project's own in their place."""
    texts: dict[Language, dict[str, dict[str, tuple[str, ...]]]] = {}
    for language in LANGUAGES:
        file = f"house.{language}.toml"
        layers = [files("kefu.service.dialogue").joinpath(file).read_text("utf-8")]
        if (folder / file).is_file():
            layers.append((folder / file).read_text("utf-8"))
        merged: dict[str, dict[str, tuple[str, ...]]] = {}
        for layer in layers:
            for section, entries in tomllib.loads(layer).items():
                for name, text in entries.items():
                    merged.setdefault(section, {})[name] = (text,) if isinstance(text, str) else tuple(text)
        texts[language] = merged
    return texts
