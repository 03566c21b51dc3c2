"""Rows of features and what came of them, from the records and the log, each as of a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from kefu.core.errors import BadConfig
from kefu.core.nouns import Fact as Plain
from kefu.core.nouns import Row
from kefu.core.ports.desk import Scope, View
from kefu.core.ports.predictor import Lesson, Outcome
from kefu.core.ports.reader import Progress
from kefu.core.ports.records import Records
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory, Recorded
from kefu.service.foresight.declared import Declared
from kefu.service.foresight.past import (
    Talks,
    Visit,
    came_back,
    visit_columns,
    visits_at,
    visits_columns,
    was_unhappy,
)
from kefu.service.foresight.query import DAY_S, PART, event_query, features_query, moment, row_of, values_of
from kefu.service.insight.visits import Ground

EVER = datetime(1970, 1, 1, tzinfo=UTC)
TOGETHER = 100
"""Conversations of a customer that are looked at."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row as of a moment: what it is about, whose it is, and the conversation that shows it, if there is one."""

    subject: str
    customer: str
    as_of: datetime
    row: Row
    conversation_id: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A case of the past with what came of it; `until` is by when that was known."""

    case: Case
    outcome: Outcome
    until: datetime

    @property
    def lesson(self) -> Lesson:
        """To learn from."""
        return Lesson(self.case.customer or self.case.subject, self.case.row, self.outcome)

    def as_known(self, at: datetime, *, is_when: bool) -> Sample | None:
        """The same as it was known at an earlier time; None where nothing was. `is_when` says what was asked."""
        days = (at - self.case.as_of).total_seconds() / DAY_S
        if self.until <= at or days <= 0:
            return self if days > 0 else None
        if not is_when:
            return None
        if self.outcome.known and self.outcome.value <= days:
            return replace(self, until=at)
        return replace(self, outcome=Outcome(days, known=False), until=at)


@dataclass(slots=True)
class Gatherer:
    """Asks the company's records and kefu's own log."""

    store: Memory
    records: Mapping[str, Records]
    ground: Ground
    _owned: dict[str, list[str]] | None = field(default=None)
    _talks: dict[str, Talks] = field(default_factory=dict)

    async def now(self, declared: Declared, as_of: datetime, customer: str) -> list[Case]:
        """The cases of one customer as they stand; `customer` is an id of the records, or a conversation's."""
        if declared.about == "records":
            return await self._of_records(declared, as_of, customer)
        talks = await self._read(customer)
        found = visits_at(talks, self.ground, as_of)
        return [self._of_visit(declared, found, as_of)] if found else []

    async def past(self, declared: Declared, now: datetime, progress: Progress) -> list[Sample]:
        """What can be learned from at a time."""
        await self.know_owners()
        if declared.about == "records":
            return await self._past_of_records(declared, now, progress)
        return await self._past_of_visits(declared, now, progress)

    async def everything(self) -> Sequence[Fact]:
        """All visits, in their order."""
        return await self.store.facts(EVER, datetime.max.replace(tzinfo=UTC) - timedelta(days=1), Scope())

    async def came(self, declared: Declared, customer: str, as_of: datetime, now: datetime) -> bool | None:
        """Whether what was foreseen of a customer at a time came true for any subject; None where there was none."""
        if declared.about == "records":
            cases = await self._of_records(declared, as_of, customer)
            if not cases:
                return None
            until = min(now, as_of + timedelta(days=declared.horizon_days))
            events = await self._events(declared, as_of, until)
            return any(_outcome(declared, as_of, until, events.get(case.subject)).value > 0 for case in cases)
        talks = await self._read(customer)
        before = visits_at(talks, self.ground, as_of)
        if not before:
            return None
        whole = visits_at(talks, self.ground, now)
        return _came(declared, before[-1], whole, talks, timedelta(days=declared.horizon_days))

    async def questions(self) -> list[list[str]]:
        """What each customer came about, in order; customers by when they came first."""
        asked = defaultdict[str, list[str]](list)
        for fact in await self.everything():
            if fact.intent:
                asked[fact.customer].append(fact.intent)
        return list(asked.values())

    async def asked_by(self, customer: str, as_of: datetime) -> list[str]:
        """What one customer came about, in order."""
        found = visits_at(await self._read(customer), self.ground, as_of)
        return [one.fact.intent for one in found if one.fact.intent]

    async def _of_records(self, declared: Declared, as_of: datetime, customer: str = "") -> list[Case]:
        records = self._records(declared)
        query, cases, skip = features_query(declared, one_customer=bool(customer)), list[Case](), 0
        more = {"customer": customer} if customer else {}
        while True:
            rows = await records.find(query, values_of(declared, as_of, skip=skip, **more))
            for row in rows:
                whose = str(row["customer"])
                found = {**row, **await self._logged(declared, whose, as_of)}
                cases.append(Case(str(row["subject"]), whose, as_of, row_of(declared, found, as_of)))
            if len(rows) < PART:
                return cases
            skip += PART

    async def _past_of_records(self, declared: Declared, now: datetime, progress: Progress) -> list[Sample]:
        horizon = timedelta(days=declared.horizon_days)
        latest = now - timedelta(days=declared.every_days) if declared.is_when else now - horizon
        samples: list[Sample] = []
        for back in range(declared.moments):
            samples += await self.past_at(declared, latest - timedelta(days=back * declared.every_days), now)
            progress("moments", back + 1, declared.moments)
        return samples

    async def past_at(self, declared: Declared, as_of: datetime, now: datetime) -> list[Sample]:
        """All subjects of the records as of a moment, with what is known now of what came of them."""
        until = min(now, as_of + timedelta(days=declared.horizon_days))
        came = await self._events(declared, as_of, until)
        cases = await self._of_records(declared, as_of)
        return [Sample(case, _outcome(declared, as_of, until, came.get(case.subject)), until) for case in cases]

    async def _events(self, declared: Declared, as_of: datetime, until: datetime) -> dict[str, datetime]:
        records, query, found, skip = self._records(declared), event_query(declared), dict[str, datetime](), 0
        while True:
            values = {**values_of(declared, until), "began": moment(as_of), "skip": skip}
            rows = await records.find(query, values)
            found |= {str(row["subject"]): datetime.fromisoformat(str(row["at"])) for row in rows}
            if len(rows) < PART:
                return found
            skip += PART

    async def _past_of_visits(self, declared: Declared, now: datetime, progress: Progress) -> list[Sample]:
        horizon, samples = timedelta(days=declared.horizon_days), list[Sample]()
        owners = await self.know_owners()
        for number, customer in enumerate(owners, start=1):
            talks = await self._read(customer)
            whole = visits_at(talks, self.ground, now)
            for visit in whole:
                as_of = visit.fact.ended
                if as_of + horizon > now:
                    continue
                found = visits_at(talks, self.ground, as_of)
                case = self._of_visit(declared, found, as_of, visit)
                came = _came(declared, visit, whole, talks, horizon)
                samples.append(Sample(case, Outcome(float(came)), as_of + horizon))
            progress("customers", number, len(owners))
        return samples

    def _of_visit(
        self, declared: Declared, found: Sequence[Visit], as_of: datetime, visit: Visit | None = None
    ) -> Case:
        """The case of the latest visit, or of one that was seen whole later, as it stood."""
        wanted = visit.fact if visit else found[-1].fact
        this = next(one for one in found if _place(one.fact) == _place(wanted))
        before = [one for one in found if one.fact.at <= this.fact.at]
        columns: dict[str, Plain] = {}
        for source in declared.sources:
            of = (
                visit_columns(this, as_of)
                if source.log == "visit"
                else visits_columns(before, as_of, source.window_days)
            )
            columns |= {f"{source.name}__{name}": value for name, value in of.items()}
        id_, number = _place(this.fact)
        return Case(f"{id_}/{number}", this.fact.customer, as_of, row_of(declared, columns, as_of), id_)

    async def _logged(self, declared: Declared, customer: str, as_of: datetime) -> dict[str, Plain]:
        """The columns of the sources that read the log."""
        sources = [one for one in declared.sources if one.log]
        if not sources:
            return {}
        found = visits_at(await self._read(customer), self.ground, as_of)
        return {
            f"{one.name}__{name}": value
            for one in sources
            for name, value in visits_columns(found, as_of, one.window_days).items()
        }

    async def know_owners(self) -> dict[str, list[str]]:
        """Whose each conversation is, read once for a whole training."""
        if self._owned is None:
            found = defaultdict[str, set[str]](set)
            for fact in await self.everything():
                found[fact.customer].add(fact.conversation_id)
            self._owned = {customer: sorted(ids) for customer, ids in sorted(found.items())}
        return self._owned

    async def _read(self, customer: str) -> Talks:
        """A customer's conversations; in a training each is read once."""
        if self._owned is not None:
            if customer not in self._talks:
                ids = self._owned.get(customer, [])
                self._talks[customer] = [await self.store.events(id_) for id_ in ids]
            return self._talks[customer]
        page = await self.store.inbox(View(customer_id=customer), "newest", limit=TOGETHER)
        ids = sorted(entry.id for entry in page.entries) or [customer]
        return [events for id_ in ids if (events := await self.store.events(id_))]

    def _records(self, declared: Declared) -> Records:
        if declared.records not in self.records:
            known = ", ".join(self.records) or "none"
            raise BadConfig(f"predictors/{declared.name}.toml: no records {declared.records!r}; there are {known}.")
        return self.records[declared.records]


def _outcome(declared: Declared, as_of: datetime, until: datetime, at: datetime | None) -> Outcome:
    if declared.is_when:
        return Outcome(((at or until) - as_of).total_seconds() / DAY_S, known=at is not None)
    return Outcome(float((at is None) if declared.absent else (at is not None)))


def _came(declared: Declared, visit: Visit, whole: Sequence[Visit], talks: Talks, within: timedelta) -> bool:
    if declared.outcome == "returns":
        return came_back(visit.fact, [one.fact for one in whole], within)
    later: list[Recorded] = [one for talk in talks for one in talk if one.event.at > visit.fact.ended]
    return was_unhappy(visit.fact, later, within)


def _place(fact: Fact) -> tuple[str, int]:
    return fact.conversation_id, fact.number
