"""The rules of the house that no linter knows: sizes, names, sockets, imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("kefu", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py"))
BROWSER_FILES = sorted(path for end in ("js", "css", "html") for path in (ROOT / "kefu").rglob(f"*.{end}"))
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "managers"}
NUMERALS = "零〇一幺二两三四五六七八九十百千万亿"
MOST_LINES, MOST_FUNCTION_LINES, MOST_METHODS = 400, 60, 5


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_a_file_fits_the_head() -> None:
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in [*FILES, *BROWSER_FILES]}
    long = {name: count for name, count in lines.items() if count > MOST_LINES}
    assert not long, f"cut where the subject changes what has over {MOST_LINES} lines: {long}"


def test_a_function_fits_the_screen() -> None:
    every = [(path, f, f.end_lineno - f.lineno + 1) for path in FILES for f in functions(path)]
    long = [f"{name_of(path)}: {f.name} ({size})" for path, f, size in every if size > MOST_FUNCTION_LINES]
    assert not long, f"these have over {MOST_FUNCTION_LINES} lines: {long}"


def test_no_name_says_nothing() -> None:
    vague = [name_of(path) for path in FILES if BANNED_NAMES & {path.stem, path.parent.name}]
    assert not vague


def test_core_needs_the_standard_library_alone() -> None:
    foreign = set()
    for path in (ROOT / "kefu" / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {name for name in names if name.split(".")[0] not in sys.stdlib_module_names | {"kefu"}}
    assert not foreign


@pytest.mark.parametrize("path", sorted((ROOT / "kefu" / "core" / "ports").glob("[a-z]*.py")), ids=name_of)
def test_a_socket_has_few_methods(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases):
            asked = [
                member.name
                for member in node.body
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
                and not any(ast.unparse(mark) == "property" for mark in member.decorator_list)
            ]
            assert len(asked) <= MOST_METHODS, f"{node.name}: {asked}"


@pytest.mark.parametrize("path", sorted((ROOT / "kefu" / "starter").rglob("actions.py")), ids=name_of)
def test_a_skill_imports_core_alone_and_holds_no_sentence(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    ours = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kefu")
    }
    assert all(module.split(".")[:2] == ["kefu", "core"] for module in ours)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    } | {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    sentences = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and any("\u4e00" <= char <= "\u9fff" and char not in NUMERALS for char in node.value)
    ]
    assert not sentences, "customer-visible sentences belong into replies.*.toml"


def test_importing_the_core_is_cheap() -> None:
    heavy = "('numpy', 'sqlalchemy', 'fastapi')"
    code = f"import sys, kefu.core, kefu.core.events; print(sum(m.startswith({heavy}) for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "0"


def test_both_languages_document_the_same() -> None:
    english, chinese = (
        {path.relative_to(ROOT / "docs" / language) for path in (ROOT / "docs" / language).rglob("*.md")}
        for language in ("en", "zh")
    )
    assert english == chinese


def test_the_repository_names_no_package_host() -> None:
    hosts = ("files.pythonhosted", "pypi.org/simple", "index-url", "file:///")
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert not [host for host in hosts if host in lock.read_text("utf-8")], lock.name
