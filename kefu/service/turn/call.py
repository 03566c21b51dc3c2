"""What an action sees of the world: the records, through its own queries only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kefu.core.errors import BadSkill, NotAllowed
from kefu.core.nouns import Effect, Evidence, Fact, Flow, Language, Row, Value
from kefu.core.ports.records import Records
from kefu.core.skill import Query, Skill

SHOWN_ROWS = 3
"""How many rows of a query's answer are kept as evidence."""


@dataclass(slots=True)
class SkillCall:
    """One call of an action (implements `kefu.core.Call`).

    `customer_id` is the proven identity; it is bound to `:customer_id` here and can't
    be set by an action. `evidence` grows with every query.
    """

    skill: Skill
    flow: Flow
    records: Records
    customer_id: str
    language: Language
    now: datetime
    sentiment: float
    urgency: float
    anger: float
    reference: str
    foreseen: Mapping[str, Fact] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def slots(self) -> Mapping[str, Value]:
        """The slots known so far."""
        return self.flow.slots

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts that earlier steps carried over."""
        return self.flow.facts

    @property
    def intent(self) -> str:
        """The intent that started the flow."""
        return self.flow.intent

    @property
    def text(self) -> str:
        """The customer's sentence that started the flow."""
        return self.flow.text

    @property
    def is_known(self) -> bool:
        """Whether the customer has proven who they are."""
        return bool(self.customer_id)

    async def find(self, query: str, /, **values: Value) -> Sequence[Row]:
        """Run one of the skill's own queries.

        Raises `BadSkill` for a query that the folder does not hold or that writes,
        `NotAllowed` when it speaks of a customer and nobody has proven who they are.
        """
        found = self._statement(query, writes=False)
        rows = await self.records.find(found, self._bound(found.personal, query, values))
        source = f"records:{self.skill.name}/{query}"
        shown = json.dumps([dict(row) for row in rows[:SHOWN_ROWS]], ensure_ascii=False, default=str)
        more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        self.evidence.append(Evidence(source, shown + more))
        return rows

    def effect(self, statement: str, key: str, /, **values: Value) -> Effect:
        """Describe a write; raises like `find`."""
        found = self._statement(statement, writes=True)
        if self.skill.risk != "write":
            raise BadSkill(f"{self.skill.name}: only a skill with risk = 'write' may promise effects.")
        return Effect(self.skill.name, statement, key, self._bound(found.personal, statement, values))

    def _statement(self, name: str, *, writes: bool) -> Query:
        found = self.skill.queries.get(name)
        if found is None or found.writes is not writes:
            kind = "writing statement" if writes else "query"
            raise BadSkill(f"{self.skill.name}: there is no {kind} queries/{name}.sql; add the file or mend the name.")
        return found

    def _bound(self, personal: bool, name: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        if "customer_id" in values:
            raise BadSkill(f"{self.skill.name}: :customer_id of {name} is bound by the engine; don't pass it.")
        if not personal:
            return values
        if not self.customer_id:
            raise NotAllowed(f"{self.skill.name}: {name} speaks of a customer; set identity = true in skill.toml.")
        return {**values, "customer_id": self.customer_id}
