"""What is counted and foreseen on a database: facts for reports, extracts, scores of customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from kefu.adapters.sql import extracts, facts, foresight
from kefu.adapters.sql.people import SqlPeople
from kefu.core.ports.desk import Scope
from kefu.core.ports.extracts import Count, Extract, ExtractPage, Message, Sought, Trait
from kefu.core.ports.foresight import Approach, Ranked, Score
from kefu.core.ports.reports import Fact


class SqlInsight(SqlPeople):
    """The faces of a store for insight."""

    async def keep_facts(self, found: Sequence[Fact], name: str, after: int, position: int) -> bool:
        """See `Reports`."""
        return bool(await self._writer.write(lambda c: facts.keep_facts(c, found, name, after, position)))

    async def latest_facts(self, conversation_ids: Collection[str]) -> Mapping[str, Fact]:
        """See `Reports`."""
        return await self._read(lambda connection: facts.read_latest(connection, conversation_ids))

    async def facts(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Fact]:
        """See `Reports`."""
        return await self._read(lambda connection: facts.read_facts(connection, since, until, scope))

    async def keep_extracts(
        self, found: Mapping[Message, Sequence[Extract]], name: str, after: int, position: int
    ) -> bool:
        """See `Extracts`."""
        return bool(await self._writer.write(lambda c: extracts.keep_extracts(c, found, name, after, position)))

    async def extracts(self, sought: Sought, after: str = "", limit: int = 50) -> ExtractPage:
        """See `Extracts`."""
        return await self._read(lambda connection: extracts.read_extracts(connection, sought, after, limit))

    async def count_extracts(self, sought: Sought, by: Sequence[Trait], limit: int = 1000) -> Sequence[Count]:
        """See `Extracts`."""
        return await self._read(lambda connection: extracts.count_extracts(connection, sought, by, limit))

    async def judged_messages(self) -> Sequence[Message]:
        """See `Extracts`."""
        return await self._read(extracts.read_judged)

    async def keep_scores(
        self, found: Sequence[Score], customers: Collection[str], predictors: Collection[str]
    ) -> None:
        """See `Foresight`."""
        await self._writer.write(lambda c: foresight.keep_scores(c, found, customers, predictors))

    async def scores_of(self, customer: str) -> Sequence[Score]:
        """See `Foresight`."""
        return await self._read(lambda connection: foresight.read_scores(connection, customer))

    async def highest(self, predictor: str, limit: int = 100, skip: int = 0, at_least: float = 0.0) -> Ranked:
        """See `Foresight`."""
        return await self._read(lambda connection: foresight.read_highest(connection, predictor, limit, skip, at_least))

    async def approach(self, one: Approach) -> None:
        """See `Foresight`."""
        await self._writer.write(lambda connection: foresight.keep_approach(connection, one))

    async def approaches(self, predictor: str, customer: str = "") -> Sequence[Approach]:
        """See `Foresight`."""
        return await self._read(lambda connection: foresight.read_approaches(connection, predictor, customer))
