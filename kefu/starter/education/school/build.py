"""Makes the sample school's database: an SQLite file or tables in PostgreSQL.

`kefu init` calls `build`; by hand it is `python school/build.py --help`.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

Rows = list[tuple[Any, ...]]

FOLDER = Path(__file__).resolve().parent
SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")

EXAMPLES = """examples:
  python school/build.py                                     school.db, the same school as kefu init makes
  python school/build.py --seed 8 --learners 500             a small school, other people
  python school/build.py --url postgresql://me@host/school   into an empty PostgreSQL database
"""


def build(
    url: str,
    *,
    seed: int,
    now: datetime,
    learners: int = 20_000,
    courses: int = 320,
    progress: Callable[[str, int, int], None],
) -> dict[str, int]:
    """Make the tables of schema.sql and fill them, all or nothing; returns the number of rows by table.

    `url` is sqlite:///PATH (from the current folder; sqlite:////PATH from the root) or
    postgresql://…. `progress(stage, done, total)` is called along the way. Raises
    `FileExistsError` when there is a school already, another `OSError` when the place
    can't be reached, `ValueError` for another kind of URL; then nothing was made.
    """
    sizes: dict[str, Any] = {"seed": seed, "now": now, "learners": learners, "courses": courses, "progress": progress}
    if url.startswith(SQLITE):
        return _build_sqlite(Path(url.removeprefix(SQLITE)), sizes)
    if url.startswith(POSTGRES):
        return _build_postgres(url, sizes)
    raise ValueError(
        f"{url}: the school lives in sqlite:///PATH or postgresql://USER@HOST/DATABASE; write one of these."
    )


def _build_sqlite(path: Path, sizes: dict[str, Any]) -> dict[str, int]:
    import apsw

    if path.exists():
        raise FileExistsError(f"{path} exists already; stop kefu, delete the file, and try again.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}; make it first.")
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    with closing(apsw.Connection(str(unfinished))) as connection:
        try:
            # A file that is not whole is thrown away, so it needs no journal.
            connection.pragma("journal_mode", "off")
            connection.pragma("synchronous", "off")
            connection.execute("BEGIN")
            connection.execute(_schema())

            def insert(table: str, rows: Rows) -> None:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own table

            counts = _load_generator()(insert, **sizes)
            connection.execute("COMMIT")
            connection.close()
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return counts


def _build_postgres(url: str, sizes: dict[str, Any]) -> dict[str, int]:
    import psycopg
    from psycopg import sql

    try:
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(_schema()))

            def insert(table: str, rows: Rows) -> None:
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    for row in rows:
                        copy.write_row(row)

            return _load_generator()(insert, **sizes)
    except psycopg.errors.DuplicateTable as error:
        raise FileExistsError("The database has tables of these names already; choose an empty one.") from error
    except psycopg.OperationalError as error:
        raise ConnectionError(f"PostgreSQL can't be reached: {error}") from error


def _schema() -> str:
    return (FOLDER / "schema.sql").read_text("utf-8")


def _load_generator() -> Callable[..., dict[str, int]]:
    """The package that this file lies in: kefu loads build.py by its path, wherever the project is."""
    name = f"school_{abs(hash(FOLDER))}"
    spec = spec_from_file_location(name, FOLDER / "__init__.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{FOLDER / '__init__.py'} is missing; copy it from a fresh `kefu init`.")
    package = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(package)
    generate: Callable[..., dict[str, int]] = package.generate
    return generate


def _show(stage: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{stage} {done:,} / {total:,}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description="Make the sample school's database.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default="sqlite:///school.db", help="where to (%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="another number, another school (%(default)s)")
    parser.add_argument("--learners", type=int, default=20_000, help="how many (%(default)s)")
    parser.add_argument("--courses", type=int, default=320, help="how many (%(default)s)")
    chosen = vars(parser.parse_args(arguments))
    try:
        counts = build(**chosen, now=datetime.now(UTC), progress=_show if sys.stderr.isatty() else _stay_quiet)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write("\r\x1b[K" * sys.stderr.isatty())
    sys.stdout.write("".join(f"{count:>9,} {table}\n" for table, count in counts.items()))
    return 0


def _stay_quiet(_stage: str, _done: int, _total: int) -> None:
    """Show nothing: the output goes to a file."""


if __name__ == "__main__":
    sys.exit(main())
