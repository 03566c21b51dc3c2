"""Bring training data into skill folders: planned first, so that it can be shown before it is done."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kefu.ai.text.marks import parse_marks
from kefu.ai.training.corpus import LANGUAGES, Corpus, Loaded, Loss, Sentence, lacks
from kefu.app.data.lock import write_whole, writing
from kefu.app.data.source import manifest_of, open_source, skills_of
from kefu.core.errors import BadInput
from kefu.core.ports.reader import OUT_OF_SCOPE
from kefu.service.skills.parse import NAME

FOREIGN = {"none", "oos", "out_of_scope", "nlu_fallback", "default_fallback_intent"}
"""How other systems call what no intent serves, in our spelling."""

KINDS = {
    "phone_number": "phone",
    "unit_currency": "money",
    "amountofmoney": "money",
    "datetime": "date",
}
"""Kinds of other systems that kefu finds by another name."""

SKILL = """\
name = {name}
owner = ""
languages = {languages}
title = {{ {title} }}
risk = "none"
intents = {intents}
# Conversations go to people until this skill has an answer of its own.
steps = ["hand_off no_answer_yet"]
"""


@dataclass(slots=True)
class Plan:
    """What an import will write: `files` (new or with lines added), and an account of it.

    `added` counts sentences by (skill, intent, language); `renamed` maps names of the
    source that had to change; `repeats` counts sentences that came twice or stood there already.
    """

    skills: Path
    format: str
    files: dict[Path, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    added: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    renamed: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    losses: list[Loss] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "format": self.format,
            "into": str(self.skills),
            "made": self.made,
            "added": [
                {"skill": skill, "intent": intent, "language": language, "sentences": count}
                for (skill, intent, language), count in self.added.items()
            ],
            "renamed": self.renamed,
            "repeats": self.repeats,
            "left_out": [{"place": one.place, "what": one.what, "why": one.why} for one in self.losses],
        }


def bring(source: Path, into: Path, *, dry_run: bool = False) -> Plan:
    """Bring a source in, with nobody else writing examples meanwhile; with `dry_run` nothing is written."""
    if dry_run or into.is_file():
        return plan_import(source, into)
    with writing(skills_of(into) or into):
        plan = plan_import(source, into)
        carry_out(plan)
    return plan


def plan_import(source: Path, into: Path) -> Plan:
    """What bringing a source into a project or a folder of skills would do; writes nothing."""
    if into.is_file():
        raise BadInput(f"{into} is a file; name a project or a folder of skills.")
    skills = skills_of(into) or into
    opened = open_source(source)
    plan = Plan(skills, opened.format, losses=list(opened.loaded.losses))
    here = open_source(skills).loaded if skills_of(skills) else Loaded(Corpus())
    known = {(one.language, one.text): one for one in here.corpus.sentences}
    owners, languages = _owners(skills)
    names = _skill_names(opened.loaded.corpus, owners, set(languages), plan)
    lines: dict[tuple[str, str], dict[str, list[str]]] = {}
    for sentence in opened.loaded.corpus.sentences:
        skill, intent = names[sentence.intent]
        written = _taken(sentence, intent, known, plan)
        if written is None:
            continue
        if skill in languages and sentence.language not in languages[skill]:
            why = f"the skill {skill} does not speak {sentence.language}; add it to languages in skill.toml"
            plan.losses.append(Loss(sentence.place, sentence.text, why))
            continue
        lines.setdefault((skill, sentence.language), {}).setdefault(intent, []).append(written)
        plan.added[skill, intent, sentence.language] += 1
    _write(lines, source.name, set(languages), plan, {intent: old for old, (_, intent) in names.items()})
    for kind in dict.fromkeys(name.kind for name in opened.loaded.corpus.names):
        count = sum(name.kind == kind for name in opened.loaded.corpus.names)
        why = "names come from your records: name a query under [lexicons] in skill.toml"
        plan.losses.append(Loss("", f"{count} names of {kind or 'no kind'}", why))
    for pattern in opened.loaded.corpus.patterns:
        why = "write it as the pattern of a slot in skill.toml"
        plan.losses.append(Loss("", f"the pattern of {pattern.kind}: {pattern.expression}", why))
    return plan


def carry_out(plan: Plan) -> None:
    """Write the files of a plan."""
    for path, text in plan.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)


def _owners(skills: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Intent to the skill that serves it, and skill to its languages."""
    owners: dict[str, str] = {}
    languages: dict[str, list[str]] = {}
    for file in sorted(skills.glob("*/skill.toml")):
        manifest, name = manifest_of(file.parent), file.parent.name
        intents, spoken = manifest.get("intents", []), manifest.get("languages", [])
        owners |= {str(intent): name for intent in intents} if isinstance(intents, list) else {}
        languages[name] = [str(one) for one in spoken] if isinstance(spoken, list) else []
    return owners, languages


def _skill_names(
    corpus: Corpus, owners: Mapping[str, str], existing: set[str], plan: Plan
) -> dict[str, tuple[str, str]]:
    """For each intent of a source the skill and the intent here; a retrieval intent `faq/price` goes to skill faq."""
    names: dict[str, tuple[str, str]] = {}
    for wanted in corpus.by_intent():
        intent = plain = name_of(wanted)
        if intent in FOREIGN:
            names[wanted] = ("", OUT_OF_SCOPE)
            continue
        number = 1
        while any(intent == other for _, other in names.values()):
            number += 1
            intent = f"{plain}_{number}"
        group = name_of(wanted.partition("/")[0])
        skill = owners.get(intent) or group
        if intent not in owners and skill in existing:
            skill = intent if intent not in existing else f"{intent}_imported"
        names[wanted] = (skill, intent)
        if intent != wanted:
            plan.renamed[wanted] = intent
    return names


def name_of(wanted: str) -> str:
    """A name as skill folders have them: lower case letters, digits, underscores; Chinese by its sound."""
    if not wanted.isascii():
        from pypinyin import lazy_pinyin

        wanted = "_".join(lazy_pinyin(wanted))
    folded = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", folded).lower()
    name = re.sub(r"[^a-z0-9]+", "_", spaced).strip("_")
    return name if NAME.match(name) else f"intent_{name}".rstrip("_")


def kind_of(wanted: str) -> str:
    """The kind of an entity as marks write it: `@sys.phone-number` is `phone`."""
    last = re.split(r"[./]", wanted)[-1] if re.match(r"@?(sys|snips|builtin)\b", wanted) else wanted
    name = re.sub(r"\W+", "_", last).strip("_")
    return KINDS.get(name.lower(), name) or "thing"


def _taken(sentence: Sentence, intent: str, known: dict[tuple[str, str], Sentence], plan: Plan) -> str | None:
    """The sentence as a line of examples; None, with the reason in the plan, when it is left out."""
    place, text = sentence.place, sentence.text
    if sentence.language not in LANGUAGES:
        plan.losses.append(Loss(place, text, f"is in {sentence.language}; kefu learns from zh and en"))
        return None
    written, at = "", 0
    for mark in sorted(sentence.marks):
        kind = kind_of(mark.kind)
        plan.renamed |= {mark.kind: kind} if kind != mark.kind else {}
        written += f"{text[at : mark.start]}[{text[mark.start : mark.end]}]({kind})"
        at = mark.end
    line = " ".join((written + text[at:]).split())
    plan.losses += lacks(sentence)
    if parse_marks(line).text != " ".join(text.split()) or line.startswith("#") or _is_head(line):
        plan.losses.append(Loss(place, text, "can't be written as an example: it looks like notation"))
        return None
    if line != written + text[at:]:
        plan.losses.append(Loss(place, text, "line breaks and runs of blanks became one blank"))
    there = known.get((sentence.language, " ".join(text.split())))
    if there is None:
        known[sentence.language, " ".join(text.split())] = replace(sentence, intent=intent)
        return line
    if there.intent == intent:
        plan.repeats += 1
    else:
        plan.losses.append(Loss(place, text, f"stands at {there.place} as {there.intent}, here as {intent}: decide"))
    return None


def _is_head(line: str) -> bool:
    return line.startswith("[") and line.endswith("]") and bool(NAME.match(line[1:-1]))


def _write(
    lines: Mapping[tuple[str, str], Mapping[str, list[str]]],
    origin: str,
    existing: set[str],
    plan: Plan,
    titles: Mapping[str, str],
) -> None:
    fresh: dict[str, dict[str, list[str]]] = {}
    for (skill, language), intents in lines.items():
        if not skill:
            path, text = plan.skills / f"out_of_scope.{language}.txt", "\n".join(intents[OUT_OF_SCOPE])
        else:
            path = plan.skills / skill / f"examples.{language}.txt"
            text = "\n".join(f"[{intent}]\n" + "\n".join(found) for intent, found in intents.items())
            if skill not in existing:
                spoken = fresh.setdefault(skill, {}).setdefault(language, [])
                spoken += intents
        before = path.read_text("utf-8").rstrip("\n") + "\n\n" if path.is_file() else ""
        plan.files[path] = f"{before}# from {origin}\n{text}\n"
    for skill, intents_in in fresh.items():
        languages = sorted(intents_in)
        intents_of = list(dict.fromkeys(intent for found in intents_in.values() for intent in found))
        title = titles.get(intents_of[0], skill).partition("/")[0].replace("_", " ")
        plan.files[plan.skills / skill / "skill.toml"] = SKILL.format(
            name=json.dumps(skill),
            languages=json.dumps(languages),
            title=", ".join(f"{language} = {json.dumps(title, ensure_ascii=False)}" for language in languages),
            intents=json.dumps(intents_of),
        )
        for language in languages:
            plan.files[plan.skills / skill / f"replies.{language}.toml"] = "# [say] and its sentences go here.\n"
        plan.made.append(skill)
