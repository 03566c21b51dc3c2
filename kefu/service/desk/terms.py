"""What the operator may write in a table of kefu.toml, read piece by piece with advice where it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from kefu.core.errors import BadConfig
from kefu.core.nouns import Language

T = TypeVar("T", bound=str)


class BadTerm(BadConfig):
    """A key of a table is wrong; compare it with the reference of kefu.toml.

    `key` is the key, `reason` a word that pages translate, `said` what was written or what is missing.
    """

    def __init__(self, message: str, key: str, reason: str, said: str = "") -> None:
        super().__init__(message)
        self.key, self.reason, self.said = key, reason, said


@dataclass(slots=True)
class Terms:
    """A table under a `place` such as `teams.billing`; every reading notes the key, so that `done` finds strange ones.

    `within` is the key of the table itself where it stands in another one: `if.`, `then.1.`.

    Each method raises `BadConfig` with the place and the key.
    """

    place: str
    table: Mapping[str, object]
    file: str = "kefu.toml"
    within: str = ""
    _known: set[str] = field(default_factory=set)

    def text(self, key: str, usual: str = "") -> str:
        """A text."""
        value = self._get(key, usual)
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text", "text")
        return value.strip()

    def name(self, key: str = "name") -> str:
        """A text that must be there."""
        found = self.text(key)
        if not found:
            raise BadTerm(f"{self.file} [{self.place}]: {key} is missing; give it one.", self.within + key, "missing")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one."""
        value = self._get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise self._wrong(key, value, "a list of texts", "texts")
        return tuple(one.strip() for one in listed)

    def choices(self, key: str, known: tuple[T, ...]) -> tuple[T, ...]:
        """A list of some of these."""
        found = self.texts(key)
        for one in found:
            if one not in known:
                said = f"{self.file} [{self.place}]: {key} {one!r} is unknown; it is one of {', '.join(known)}."
                raise BadTerm(said, self.within + key, "unknown", one)
        return tuple(choice for one in found for choice in known if choice == one)

    def whole(self, key: str, usual: int = 0) -> int:
        """A whole number that isn't negative."""
        value = self._get(key, usual)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(key, value, "a whole number, 0 or more", "whole")
        return value

    def number(self, key: str, usual: float) -> float:
        """A number above 0."""
        value = self._get(key, usual)
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            raise self._wrong(key, value, "a number above 0", "number")
        return float(value)

    def minutes(self, key: str) -> timedelta | None:
        """A time in minutes; None where nothing, or 0, is said."""
        value = self._get(key, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise self._wrong(key, value, "a number of minutes", "minutes")
        return timedelta(minutes=value) if value else None

    def yes(self, key: str, *, usual: bool = False) -> bool:
        """A yes or no."""
        value = self._get(key, usual)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false", "yes_no")
        return value

    def perhaps(self, key: str) -> bool | None:
        """A yes or no, or nothing."""
        self._known.add(key)
        return self.yes(key) if key in self.table else None

    def lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """A table of texts, numbers or lists of them, each as a list of texts."""
        value = self._get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, value, "a table", "pairs")
        found = {name: one if isinstance(one, list) else [one] for name, one in value.items()}
        return {str(name): tuple(map(str, one)) for name, one in found.items()}

    def inner(self, key: str) -> Terms:
        """A table within this one."""
        value = self._get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, value, "a table", "pairs")
        return Terms(f"{self.place} {key}", value, self.file, f"{self.within}{key}.")

    def inner_tables(self, key: str) -> list[Terms]:
        """A list of tables within this one, or a single one."""
        value = self._get(key, [])
        listed = [value] if isinstance(value, Mapping) else value
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
            raise self._wrong(key, value, "a list of tables", "pairs")
        return [
            Terms(f"{self.place} {key} {number}", one, self.file, f"{self.within}{key}.{number}.")
            for number, one in enumerate(listed, start=1)
        ]

    def titles(self, key: str, usual: str) -> Mapping[Language, str]:
        """A text in both languages: `key = "…"`, or `key.zh` and `key.en`."""
        self._known |= {f"{key}.zh", f"{key}.en"}
        nested = self._get(key, {})
        nested = {"zh": nested, "en": nested} if isinstance(nested, str) else nested
        inner = nested if isinstance(nested, Mapping) else {}
        zh, en = (str(self.table.get(f"{key}.{one}", inner.get(one, ""))) for one in ("zh", "en"))
        return {"zh": zh or en or usual, "en": en or zh or usual}

    def knows(self, *keys: str) -> None:
        """These are read elsewhere."""
        self._known |= set(keys)

    def done(self) -> None:
        """Raises `BadConfig` where the table says something that nobody reads."""
        strange = sorted(set(self.table) - self._known)
        if strange:
            known = ", ".join(sorted(key for key in self._known if "." not in key))
            said = f"{self.file} [{self.place}]: unknown key {strange[0]!r}; there are {known}."
            raise BadTerm(said, self.within + strange[0], "strange")

    def _get(self, key: str, usual: object) -> object:
        self._known.add(key)
        return self.table.get(key, usual)

    def _wrong(self, key: str, value: object, wanted: str, reason: str) -> BadTerm:
        said = f"{self.file} [{self.place}]: {key} must be {wanted}, not {value!r}."
        return BadTerm(said, self.within + key, reason, str(value))


def tables_of(name: str, value: object) -> list[Terms]:
    """The tables of a `[[name]]` list; raises `BadConfig` for anything else."""
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise BadConfig(f"kefu.toml: write {name} as tables under [[{name}]].")
    return [Terms(f"{name} {number}", one) for number, one in enumerate(value, start=1)]
