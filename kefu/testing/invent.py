"""Invent a value for any of the core's dataclasses, with every field filled."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

PLAIN: Mapping[type, object] = {
    str: "文字 ' \" \\ \n 😀",
    int: 7,
    float: 0.25,
    bool: True,
    datetime: datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC),
}


def invent(kind: type[T]) -> T:
    """An instance of a dataclass; unions take their first kind, texts are hard to keep."""
    hints = get_type_hints(kind)
    return kind(**{field.name: _value(hints[field.name]) for field in fields(kind)})  # type: ignore[arg-type]


def _value(hint: Any) -> Any:  # noqa: ANN401 - any type there is
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return _value(arguments[0])
    if origin is tuple:
        return (_value(arguments[0]), _value(arguments[0]))
    if origin is frozenset:
        return frozenset({_value(arguments[0])})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"名": _value(arguments[1]), **({"none": None} if type(None) in get_args(arguments[1]) else {})}
    if is_dataclass(hint):
        return invent(hint)  # type: ignore[arg-type]
    return PLAIN[hint]
