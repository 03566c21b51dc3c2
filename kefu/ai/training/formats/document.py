"""A file of training data as data: JSON and YAML with the line where each thing stands.

Nothing is built but texts, lists and mappings: tags, anchors and references in YAML are
refused, so that a file can neither make an object nor grow when it is read.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any, TypeVar

from kefu.core.errors import BadConfig, BadInput, TooLarge

T = TypeVar("T")

DEEPEST = 40
"""How deep lists and mappings may stand in each other; no format needs more than ten."""

MOST_CHARACTERS = 64 * 2**20
"""Characters of one file; the largest public sets have 20 million."""

PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
HEADS = {"text", "utterance", "sentence", "query", "example", "label", "intent", "category"}
"""Names of columns, and of keys in JSON Lines, by which sentences are known."""


class Table(dict[str, Any]):
    """A mapping that knows its line."""

    line: int = 1


class Text(str):
    """A text of a YAML file that knows the line where it begins."""

    __slots__ = ("line",)
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its path, its text, and what it holds (`kind` json, yaml, lines or table).

    `data` is what stands in it: for json one value, for yaml the list of its documents,
    for lines the value of each line with its number, for table the text.
    """

    path: str
    kind: str
    data: Any

    def place(self, line: int) -> str:
        """Where something stands, for a reader."""
        return f"{self.path}:{line}"


def open_document(path: str, text: str) -> Document:
    """Tell by its content what a file holds, and take it apart.

    Raises `BadInput` with file and line for what is not well-formed, `TooLarge` beyond
    `MOST_CHARACTERS`.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLarge(
            f"{path}: has {len(text):,} characters, more than {MOST_CHARACTERS:,}; cut it into several files."
        )
    text = text.removeprefix("\ufeff")
    first = text.lstrip()[:1]
    head = text.lstrip().partition("\n")[0]
    if first == "{" and _is_row(head):
        return Document(path, "lines", list(_json_lines(path, text)))
    if first and first in "{[":
        return Document(path, "json", _json(path, text))
    if len(cells_of(head)) > 1 and HEADS & {cell.strip().strip('"').lower() for cell in cells_of(head)}:
        return Document(path, "table", text)
    return Document(path, "yaml", _yaml(path, text))


def cells_of(head: str) -> list[str]:
    """The cells of a table's first line, by whichever separator it has."""
    return head.rstrip("\r").split(separator_of(head))


def separator_of(head: str) -> str:
    """Comma, tab or semicolon, whichever stands most often in the first line."""
    return max(",\t;", key=head.count)


def _is_row(line: str) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return bool(HEADS & set(row))


def _json_lines(path: str, text: str) -> Iterator[tuple[int, Table]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            value = _json(path, line, number)
            if not isinstance(value, Table):
                raise BadInput(f'{path}:{number}: every line must be an object like {{"text": …, "label": …}}.')
            value.line = number
            yield number, value


class _Decoder(json.JSONDecoder):
    """Python's own decoder, watched: objects learn their line, depth has an end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._breaks = [at for at, char in enumerate(text) if char == "\n"]
        self._depth = 0
        self.parse_object = self._object
        self.parse_array = self._array
        self.scan_once = py_make_scanner(self)

    def _object(self, place: tuple[str, int], *rest: object) -> tuple[Table, int]:
        self._enter(*place)
        pairs, end = JSONObject(place, *rest)
        self._depth -= 1
        table = Table(pairs)
        table.line = bisect_right(self._breaks, place[1]) + 1
        return table, end

    def _array(self, place: tuple[str, int], *rest: object) -> tuple[list[object], int]:
        self._enter(*place)
        values, end = JSONArray(place, *rest)
        self._depth -= 1
        return values, end

    def _enter(self, text: str, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise json.JSONDecodeError(f"more than {DEEPEST} levels deep", text, at)


def _json(path: str, text: str, line: int = 1) -> Any:  # noqa: ANN401 - JSON has no narrower type
    try:
        return _Decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}:{line + error.lineno - 1}: not valid JSON: {error.msg}.") from error


def _yaml(path: str, text: str) -> list[Any]:
    try:
        import yaml
    except ImportError as error:
        raise BadConfig(
            f"{path}: YAML is read with PyYAML, which is not installed; run pip install 'kefu[data]'."
        ) from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[Any] = []
    stack: list[Any] = []
    keys: list[str | None] = []
    try:
        for event in yaml.parse(text, Loader=loader):
            line = event.start_mark.line + 1
            match type(event).__name__:
                case "AliasEvent":
                    raise BadInput(f"{path}:{line}: references (*name) are not taken; write the text out.")
                case "ScalarEvent":
                    value: Any = Text(event.value)
                    value.line = line + (event.style in ("|", ">"))
                    _add(documents, stack, keys, value, _checked(event.tag, path, line))
                case "MappingStartEvent" | "SequenceStartEvent" as name:
                    _checked(event.tag, path, line)
                    if len(stack) >= DEEPEST:
                        raise BadInput(f"{path}:{line}: more than {DEEPEST} levels deep.")
                    made: Any = Table() if name == "MappingStartEvent" else []
                    if isinstance(made, Table):
                        made.line = line
                    _add(documents, stack, keys, made, path_line=f"{path}:{line}")
                    stack.append(made)
                    keys.append(None)
                case "MappingEndEvent" | "SequenceEndEvent":
                    stack.pop()
                    keys.pop()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        raise BadInput(f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}.") from error
    return documents


def _checked(tag: str | None, path: str, line: int) -> str:
    if tag not in PLAIN_TAGS:
        raise BadInput(f"{path}:{line}: the tag {tag} is not taken; training data are texts, lists and mappings.")
    return f"{path}:{line}"


def _add(documents: list[Any], stack: list[Any], keys: list[str | None], value: object, path_line: str) -> None:
    if not stack:
        documents.append(value)
    elif isinstance(stack[-1], list):
        stack[-1].append(value)
    elif keys[-1] is None:
        if not isinstance(value, str):
            raise BadInput(f"{path_line}: a key must be a text.")
        keys[-1] = value
    else:
        stack[-1].setdefault(str(keys[-1]), value)
        keys[-1] = None


def want(document: Document, table: object, key: str, kind: type[T], default: T | None = None) -> T:
    """A value of a mapping, of the right type; raises `BadInput` naming file and line.

    A key that is missing or null takes the default, if there is one.
    """
    if not isinstance(table, dict):
        raise BadInput(f"{document.path}: {table!r:.60} must be an object with {key!r}.")
    value = table.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        shown = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}.get(kind, kind.__name__)
        raise BadInput(f"{document.place(getattr(table, 'line', 1))}: {key!r} must be {shown}, not {value!r:.60}.")
    return value


def texts(document: Document, table: object, key: str) -> Sequence[str]:
    """A list of texts of a mapping; empty when it is missing."""
    values: list[object] = want(document, table, key, list, [])
    for value in values:
        if not isinstance(value, str):
            line = getattr(table, "line", 1)
            raise BadInput(f"{document.place(line)}: {key!r} must be a list of texts, not of {value!r:.60}.")
    return [str(value) for value in values]


def to_json(value: object) -> str:
    """A value as the text of a JSON file."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_yaml(documents: Sequence[object], *, block: bool = False) -> str:
    """Values as the documents of a YAML file; with `block`, texts of several lines stand as `|`."""
    try:
        import yaml
    except ImportError as error:
        raise BadConfig("YAML is written with PyYAML, which is not installed; run pip install 'kefu[data]'.") from error

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        """Writes mappings in their order, without references."""

        def ignore_aliases(self, data: object) -> bool:
            del data
            return True

    def text(dumper: Any, value: str) -> Any:  # noqa: ANN401 - PyYAML is not typed
        style = "|" if block and value.endswith("\n") else None
        if any(char in value for char in "\x85\u2028\u2029"):
            style = '"'  # PyYAML would write them as they are, and read line breaks
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    written: str = yaml.dump_all(
        documents, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6, explicit_start=len(documents) > 1
    )
    return written
