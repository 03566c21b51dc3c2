"""markdown.v1: Markdown, with what a file says of itself at its head (YAML between `---`, TOML between `+++`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from kefu.adapters.files.encoding import decode_text
from kefu.core.errors import BadInput
from kefu.core.ports.document import Written

HEAD = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*$\n?", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
LARGEST_HEAD = 20_000


class MarkdownReader:
    """Reads Markdown; the first heading of level 1 is the title unless the head names another."""

    endings = (".md", ".markdown")

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        text = decode_text(name, content)
        head = HEAD.match(text)
        properties = _properties(name, head[1], head[2]) if head else {}
        body = text[head.end() :].strip() if head else text.strip()
        if not body:
            raise BadInput(f"{name} has no text; write something in it or take it away.")
        heading = TITLE.search(body)
        title = properties.pop("title", "") or (heading[1] if heading else PurePath(name).stem)
        return [Written(title, body + "\n", properties=properties)]


def _properties(name: str, fence: str, text: str) -> dict[str, str]:
    if len(text) > LARGEST_HEAD:
        raise BadInput(f"{name}: what it says of itself is longer than {LARGEST_HEAD:,} characters.")
    try:
        table: object = tomllib.loads(text) if fence == "+++" else _yaml(text)
    except ValueError as error:
        raise BadInput(f"{name}: what it says of itself between {fence} can't be read: {error}.") from error
    if not isinstance(table, Mapping):
        raise BadInput(f"{name}: between {fence} stand lines such as `audience: staff`.")
    return {str(key): _plain(name, str(key), value) for key, value in table.items() if value is not None}


def _yaml(text: str) -> object:
    import yaml

    try:
        # Every value stays the text that stands there: no dates, no yes that becomes true, no objects.
        return yaml.load(text, Loader=yaml.BaseLoader) or {}  # noqa: S506 - the safest of its loaders
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error


def _plain(name: str, key: str, value: object) -> str:
    if isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
    ):
        raise BadInput(f"{name}: {key} must be a word or a list of words.")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def open_reader(settings: Mapping[str, object]) -> MarkdownReader:
    """A reader of Markdown; it has no settings."""
    del settings
    return MarkdownReader()
