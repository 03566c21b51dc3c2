"""Drafts a skill for a topic: what customers said as examples, what colleagues answered as the reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.app.insight.naming import LANGUAGES
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.insight import Mention, Topic
from kefu.core.ports.questions import Exchange
from kefu.service.insight.topics import TYPICAL, quotes
from kefu.service.skills.grade import plain

MOST_EXAMPLES = 60
NOT_A_NAME = re.compile(r"[^a-z0-9]+")
MARK = re.compile(r"[\[\]⟦⟧]")
"""What a sentence with something personal or with a mark holds; it can't be an example."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The files of a skill folder by name, and what a person has to look at."""

    name: str
    files: Mapping[str, str]
    open: tuple[str, ...]


def draft(
    topic: Topic,
    mentions: Sequence[Mention],
    exchanges: Sequence[Exchange],
    known: Mapping[str, str],
    *,
    owner: str,
    name: str = "",
) -> Draft:
    """A draft for a topic by its messages and by what colleagues answered in these conversations.

    `known` maps the examples of all skills to their intent: what is one already is left out. Raises `BadInput` where
    no message can be an example.
    """
    name = name or _name(topic)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise BadInput(f"{name!r} can't be a skill's name: lower-case letters, digits and underscores.")
    languages: list[Language] = []
    files: dict[str, str] = {}
    todo: list[str] = []
    talks = {one.conversation_id for one in mentions}
    for language in LANGUAGES:
        own = [one for one in mentions if one.language == language]
        examples = _examples(own, known)
        if not examples:
            continue
        languages.append(language)
        files[f"examples.{language}.txt"] = f"[{name}]\n" + "".join(f"{text}\n" for text in examples)
        theirs = [one for one in exchanges if one.language == language and one.reply.conversation_id in talks]
        answers = [one.answer for one in theirs if one.answer]
        reply = min(answers, key=lambda text: (abs(len(text) - _middle(answers)), text), default="")
        if reply:
            files[f"replies.{language}.toml"] = f"[say]\nanswer = {json.dumps(reply, ensure_ascii=False)}\n"
            todo.append(f"replies.{language}.toml: a colleague's answer to one customer; make it true for all")
        else:
            files[f"replies.{language}.toml"] = "[say]\n"
            todo.append(f"replies.{language}.toml: write what to answer, as [say] answer")
    if not languages:
        raise BadInput(
            "No message of this topic can be an example: all hold personal data, or are examples of other skills."
        )
    todo.append("dialogues.md: write how a conversation goes, good and bad; it is the test")
    files["skill.toml"] = _manifest(name, topic, languages, owner)
    return Draft(name, files, tuple(todo))


def write_draft(found: Draft, folder: Path) -> Path:
    """Write the files into a new folder; raises `BadInput` where there is one of that name."""
    place = folder / found.name
    if place.exists():
        raise BadInput(f"{place} is there already; give another name with --name.")
    place.mkdir(parents=True)
    for name, text in found.files.items():
        (place / name).write_text(text, "utf-8")
    return place


def _manifest(name: str, topic: Topic, languages: Sequence[Language], owner: str) -> str:
    titles = ", ".join(
        f"{language} = {json.dumps((topic.phrases.get(language) or (name,))[0], ensure_ascii=False)}"
        for language in languages
    )
    return (
        f'name = "{name}"\n'
        f"owner = {json.dumps(owner, ensure_ascii=False)}\n"
        f"languages = {json.dumps(list(languages))}\n"
        f"title = {{ {titles} }}\n"
        'risk = "read"\nidentity = false\n'
        f'intents = ["{name}"]\n'
        'steps = ["say answer"]\n'
    )


def _examples(mentions: Sequence[Mention], known: Mapping[str, str]) -> list[str]:
    typical = [one for one in mentions if one.closeness >= TYPICAL and "\n" not in one.text]
    texts = [" ".join(one.text.split()) for one in quotes(typical, MOST_EXAMPLES * 2)]
    return [text for text in texts if not MARK.search(text) and not text.startswith("#") and plain(text) not in known][
        :MOST_EXAMPLES
    ]


def _name(topic: Topic) -> str:
    phrase = next(iter(topic.phrases.get("en") or ()), "")
    name = NOT_A_NAME.sub("_", phrase.lower()).strip("_")
    return name if re.match(r"[a-z]", name) else f"topic_{NOT_A_NAME.sub('_', topic.id)}"


def _middle(answers: Sequence[str]) -> int:
    lengths = sorted(map(len, answers))
    return lengths[len(lengths) // 2] if lengths else 0
