"""A company's model in a folder: looked at before it is used, and nothing is fetched for it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path

from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.nouns import Language

CHECKSUMS = "SHA256SUMS"
"""A file of lines `HEX  NAME` in the folder; every file that it names is compared with it."""


class ModelFolder:
    """The folder that the settings of an engine name, with their other keys read and checked."""

    def __init__(self, settings: Mapping[str, object], engine: str) -> None:
        self._settings, self._engine = settings, engine
        named = str(settings.get("folder") or "")
        if not named:
            raise BadConfig(f'kefu.toml: {engine} wants folder = "…", where its model lies; kefu downloads none.')
        self.path = Path(str(settings.get("home") or ".")) / Path(named).expanduser()
        if not self.path.is_dir():
            raise ModelMissing(f"{engine}: there is no folder {self.path}; put the model's files there.")
        self._check_sums()

    def file(self, *patterns: str, optional: bool = False) -> str:
        """The first file that fits one of the patterns, the smallest of several; empty where it may be missing.

        Raises `ModelMissing` naming what is looked for.
        """
        for pattern in patterns:
            if found := sorted(self.path.glob(pattern), key=lambda path: (path.stat().st_size, path.name)):
                return str(found[0])
        if optional:
            return ""
        raise ModelMissing(f"{self._engine}: {self.path} holds no {' or '.join(patterns)}; is it the whole model?")

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """A key that has to name one of the choices."""
        found = str(self._settings.get(key) or "")
        if found not in choices:
            raise BadConfig(f"kefu.toml: {self._engine} wants {key} to be one of {', '.join(choices)}, not {found!r}.")
        return found

    def text(self, key: str, default: str = "") -> str:
        """A key that holds text."""
        return str(self._settings.get(key) or default)

    def number(self, key: str, default: float) -> float:
        """A key that holds a number."""
        found = self._settings.get(key, default)
        if not isinstance(found, int | float):
            raise BadConfig(f"kefu.toml: {self._engine} wants {key} to be a number, not {found!r}.")
        return found

    def languages(self) -> frozenset[Language]:
        """What the model hears or speaks; both languages where nothing is said."""
        named = self._settings.get("languages") or ["zh", "en"]
        known: tuple[Language, ...] = ("zh", "en")
        found = frozenset(one for one in known if isinstance(named, list) and one in named)
        if not found:
            raise BadConfig(f"kefu.toml: {self._engine} wants languages to name zh or en, not {named!r}.")
        return found

    def fingerprint(self) -> str:
        """Changes when a file of the model changes its name or its size."""
        files = sorted(path for path in self.path.rglob("*") if path.is_file())
        return f"{self.path.name}-{hash_of(' '.join(f'{one.name}:{one.stat().st_size}' for one in files))}"

    def _check_sums(self) -> None:
        sums = self.path / CHECKSUMS
        if not sums.is_file():
            return
        for line in sums.read_text("utf-8").split("\n"):
            wanted, _, name = line.strip().partition(" ")
            path = self.path / name.strip().removeprefix("*")
            if not name:
                continue
            if not path.is_file():
                raise ModelMissing(f"{self._engine}: {CHECKSUMS} names {path.name}, which {self.path} does not hold.")
            with path.open("rb") as opened:
                if file_digest(opened, "sha256").hexdigest() != wanted.lower():
                    raise ModelMissing(f"{self._engine}: {path} is damaged: {CHECKSUMS} says otherwise; copy it again.")


def hash_of(text: str) -> str:
    """Eight hex digits."""
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:8]
