"""Sentences that colleagues corrected, as examples of their skill: put in at the end of its file, taken out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kefu.app.data.lock import write_whole, writing
from kefu.app.data.source import language_of, open_source
from kefu.service.privacy.guard import guard

HEAD = "# corrected at the desk"
"""What stands below this line in a file of examples was put in by this module."""

LONGEST = 200
"""Characters of a sentence that is an example; longer messages hold more than one wish."""


def put_in(skills: Path, owners: Mapping[str, str], intent: str, text: str) -> str:
    """Make a sentence an example of an intent; returns why it was left out, or nothing.

    `owners` maps intents to skills. Personal data never gets into training data.
    """
    line = " ".join(text.split())
    if not line or len(line) > LONGEST or line.startswith(("#", "[")) or "](" in line:
        return "can't be written as an example"
    if guard(line).personal:
        return "holds personal data"
    if intent not in owners:
        return "is an intent that no skill serves any more"
    with writing(skills):
        known = open_source(skills).loaded.corpus.sentences
        if any(one.text == line and one.intent == intent for one in known):
            return "stands there already"
        file = skills / owners[intent] / f"examples.{language_of(line)}.txt"
        head, ours = _read(file)
        ours.setdefault(intent, []).append(line)
        _write(file, head, ours)
    return ""


def take_out(skills: Path, text: str) -> bool:
    """Take a sentence out again wherever this module put it in; whether it was there."""
    line, found = " ".join(text.split()), False
    with writing(skills):
        for file in sorted(skills.glob("*/examples.*.txt")):
            head, ours = _read(file)
            left = {intent: [one for one in lines if one != line] for intent, lines in ours.items()}
            if left != ours:
                _write(file, head, left)
                found = True
    return found


def _read(file: Path) -> tuple[str, dict[str, list[str]]]:
    """What others wrote in a file, and what this module did, by intent."""
    text = file.read_text("utf-8") if file.is_file() else ""
    head, _, tail = text.partition(f"{HEAD}\n")
    ours: dict[str, list[str]] = {}
    intent = ""
    for line in filter(None, map(str.strip, tail.splitlines())):
        if line.startswith("[") and line.endswith("]"):
            intent = line[1:-1]
        else:
            ours.setdefault(intent, []).append(line)
    return head.rstrip("\n"), ours


def _write(file: Path, head: str, ours: Mapping[str, list[str]]) -> None:
    """Write a file whole, so that nobody ever reads half of it."""
    text = "\n\n".join(filter(None, (head, "\n".join(_section(ours)))))
    write_whole(file, f"{text}\n" if text else "")


def _section(ours: Mapping[str, list[str]]) -> Iterator[str]:
    kept = {intent: lines for intent, lines in ours.items() if lines}
    if kept:
        yield HEAD
    for intent, lines in kept.items():
        yield f"[{intent}]"
        yield from lines
