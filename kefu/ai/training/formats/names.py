"""Names between formats that bind spellings to a kind and those that keep lookups and synonyms apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kefu.ai.training.corpus import Name


def names_of(tables: Iterable[tuple[str, str, str]]) -> tuple[Name, ...]:
    """Names from (`lookup` or `synonym`, its name, one text).

    A synonym belongs to a kind when it and all its spellings stand in that kind's lookup
    table, and in no other; else to any kind.
    """
    lookups: dict[str, list[str]] = {}
    synonyms: dict[str, list[str]] = {}
    for key, name, text in tables:
        if key in ("lookup", "synonym"):
            into = lookups if key == "lookup" else synonyms
            into.setdefault(name, []).append(text)
    owners = {value: _owner(value, spellings, lookups) for value, spellings in synonyms.items()}
    names = []
    for kind, texts in lookups.items():
        spelt = {text for value, owner in owners.items() if owner == kind for text in synonyms[value]}
        for text in dict.fromkeys(texts):
            if owners.get(text) == kind:
                names.append(Name(kind, text, tuple(synonyms[text])))
            elif text not in spelt:
                names.append(Name(kind, text))
    names += [Name("", value, tuple(synonyms[value])) for value, owner in owners.items() if not owner]
    return tuple(names)


def _owner(value: str, spellings: Sequence[str], lookups: Mapping[str, Sequence[str]]) -> str:
    kinds = [kind for kind, texts in lookups.items() if {value, *spellings} <= set(texts)]
    return kinds[0] if len(kinds) == 1 else ""


def lookups_and_synonyms(names: Iterable[Name]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The tables that `names_of` reads: kind to all its texts, value to its other spellings."""
    lookups: dict[str, list[str]] = {}
    synonyms: dict[str, list[str]] = {}
    for name in names:
        if name.kind:
            lookups.setdefault(name.kind, []).extend((name.value, *name.spellings))
        if name.spellings:
            synonyms.setdefault(name.value, []).extend(name.spellings)
    return lookups, synonyms
