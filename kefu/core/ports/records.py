"""Records: the business's own data.

Entry-point group `kefu.records`: a factory `(settings) -> AsyncContextManager[Records]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kefu.core.nouns import Row, Value
from kefu.core.skill import Query


class Records(Protocol):
    """A company's database, reached only by the queries that skills name."""

    async def find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        """Run a query, at most 1,000 rows.

        Raises `RecordsFailed` when the records can't be reached, when it takes longer
        than the configured time, or when the query is wrong.
        """

    async def write(self, statement: Query, values: Mapping[str, Value]) -> int:
        """Run a writing statement in its own transaction; returns the rows changed.

        Raises `RecordsFailed`; then nothing was changed.
        """
