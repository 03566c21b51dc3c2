"""Examples as they stand in the skills' files: list them, add, change, move and remove them, one deed at a time.

The notation (`看[英语课](course)`) is what is shown and written; every change can be taken back by `clean.undo`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kefu.ai.text.marks import parse_marks
from kefu.app.data.clean import Choice, Cleaning, carry_out, plan_cleaning, with_sentences
from kefu.app.data.corrections import HEAD
from kefu.app.data.lock import writing
from kefu.app.data.source import manifest_of
from kefu.core.errors import BadInput, NotFound
from kefu.core.nouns import Language
from kefu.service.skills.parse import NAME, read_examples

LONGEST, MOST_AT_ONCE = 500, 200


@dataclass(frozen=True, slots=True)
class Written:
    """An example: where it stands (`refund/examples.zh.txt:12`), and its text with the notation.

    `corrected` says that a colleague's correction put it there.
    """

    place: str
    skill: str
    intent: str
    language: Language
    text: str
    corrected: bool = False

    @property
    def plain(self) -> str:
        """What a customer says."""
        return parse_marks(self.text).text


def list_examples(skills: Path) -> list[Written]:
    """All examples of all skills, in the order of the files; raises `BadSkill` with file and line."""
    found = []
    for folder in _folders(skills):
        for language in _languages(folder):
            file = folder / f"examples.{language}.txt"
            content = file.read_text("utf-8") if file.is_file() else ""
            lines = content.splitlines()
            begin = lines.index(HEAD) + 1 if HEAD in lines else len(lines)
            shown = f"{folder.name}/{file.name}"
            for line, intent, text in read_examples(shown, content):
                found.append(Written(f"{shown}:{line}", folder.name, intent, language, text, line > begin))
    return found


def intents_of(skills: Path) -> Mapping[str, str]:
    """The skill of each intent, by the manifests."""
    found: dict[str, str] = {}
    for folder in _folders(skills):
        intents = manifest_of(folder).get("intents", [])
        found |= dict.fromkeys(map(str, intents), folder.name) if isinstance(intents, list) else {}
    return found


def add_examples(skills: Path, intent: str, language: Language, texts: Sequence[str], now: datetime) -> list[str]:
    """Add sentences at the end of an intent's section; those that were new.

    Raises `NotFound` for an unknown intent, `BadInput` for what can't be an example.
    """
    lines = list(dict.fromkeys(filter(None, (_line(text) for text in texts[: MOST_AT_ONCE + 1]))))
    if not lines or len(lines) > MOST_AT_ONCE:
        raise BadInput(f"Write 1 to {MOST_AT_ONCE} sentences, a line each.")
    with writing(skills):
        known = {one.text for one in list_examples(skills) if one.intent == intent}
        new = [line for line in lines if line not in known]
        plan = Cleaning(skills)
        _put(plan, _file_of(skills, intent, language), [(intent, line) for line in new])
        carry_out(plan, now)
    return new


def remove_example(skills: Path, place: str, text: str, now: datetime) -> None:
    """Remove a sentence; raises `BadInput` when another one stands there by now."""
    with writing(skills):
        carry_out(_plan(skills, Choice(0, "delete", place, parse_marks(text).text, "")), now)


def change_example(skills: Path, place: str, text: str, new: str, intent: str, *, now: datetime) -> None:
    """Rewrite a sentence, or let another intent have it; raises as `add_examples` and `remove_example` do."""
    line, plain = _line(new), parse_marks(text).text
    if not line:
        raise BadInput("A sentence can't be empty; remove it instead.")
    with writing(skills):
        before = next((one for one in list_examples(skills) if one.place == place and one.text == text), None)
        if before is None:
            raise BadInput(f"{place} holds another sentence by now; look again.")
        if before.intent == intent:
            plan = _plan(skills, Choice(0, "rewrite", place, plain, line))
        else:
            plan = _plan(skills, Choice(0, "delete", place, plain, ""))
            _put(plan, _file_of(skills, intent, before.language), [(intent, line)])
        carry_out(plan, now)


def _plan(skills: Path, choice: Choice) -> Cleaning:
    plan = plan_cleaning(skills, [choice])
    if plan.refused:
        raise BadInput(f"{choice.place} holds another sentence by now; look again.")
    return plan


def _put(plan: Cleaning, file: Path, sentences: Sequence[tuple[str, str]]) -> None:
    """Let a plan add sentences to a file, which it may change anyway."""
    before = plan.files.get(file) or (file.read_text("utf-8") if file.is_file() else "")
    if sentences:
        plan.files[file] = with_sentences(before.splitlines(), sentences)


def _file_of(skills: Path, intent: str, language: Language) -> Path:
    """The file of an intent's examples; raises `NotFound`, `BadInput` for a language that its skill has not."""
    skill = intents_of(skills).get(intent)
    if skill is None:
        raise NotFound(f"No skill serves the intent {intent!r}.")
    folder = skills / skill
    if language not in _languages(folder):
        raise BadInput(f"The skill {skill} has no {language}; add it to languages in {skill}/skill.toml.")
    return folder / f"examples.{language}.txt"


def _line(text: str) -> str:
    """A sentence as a line of a file; raises `BadInput` for what would be read as something else."""
    line = " ".join(text.split())
    if len(line) > LONGEST or not line.isprintable():
        raise BadInput(f"An example has at most {LONGEST} characters, all of them printable.")
    if line.startswith("#") or (line.startswith("[") and line.endswith("]") and NAME.match(line[1:-1])):
        raise BadInput(f"{line!r} would be read as a comment or a heading; write a sentence.")
    return line


def _folders(skills: Path) -> Iterator[Path]:
    return (manifest.parent for manifest in sorted(skills.glob("*/skill.toml")))


def _languages(folder: Path) -> list[Language]:
    names = manifest_of(folder).get("languages", [])
    known: tuple[Language, ...] = ("zh", "en")
    return [one for one in known if isinstance(names, list) and one in names]
