"""What a skill folder declares, and what its actions receive and return.

A skill's `actions.py` imports this module (through `kefu.core`) and nothing else
of kefu. An action never writes and never holds a sentence that customers see: it
reads the records through its `Call` and returns one of the outcomes below.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.nouns import Effect, Fact, Language, Option, Row, Ticket, Value


@dataclass(frozen=True, slots=True)
class Query:
    """A named SQL statement of a skill, with `:name` placeholders.

    `writes` tells a statement from a query. `personal` is True when the text has
    a `:customer_id` placeholder: the engine binds it from the proven identity and
    nothing else can.
    """

    skill: str
    name: str
    sql: str
    writes: bool = False

    @property
    def personal(self) -> bool:
        """Whether the statement speaks of one customer."""
        return ":customer_id" in self.sql


@dataclass(frozen=True, slots=True)
class Slot:
    """Something a skill must know before it goes on.

    `entity` is the kind of entity that fills it, or several kinds. `options` names an
    action that lists the possible answers, or holds their values: with one option it
    fills itself, with several the customer is asked. `free` takes the customer's next message as it is,
    `pattern` what a regular expression finds in it; with either of them, options that
    come up empty lead to the question. `accepts` are intents that are answers to a free
    question, not another matter. `called` are words by which customers name the slot to
    correct it, `depends` the slots whose correction makes this one unknown again.
    A slot that no step asks for is filled by a message that names just one value.
    """

    name: str
    entity: tuple[str, ...] = ()
    options: str | tuple[str, ...] | None = None
    free: bool = False
    pattern: str | None = None
    accepts: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether an answer may be none of the options."""
        return self.free or self.pattern is not None


StepKind = Literal["ask", "do", "confirm", "say", "hand_off"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a skill.

    `ask` a slot, `do` an action, `confirm` with the reply of that name, `say` a
    reply and end (`say @intent`, `confirm @intent`: the reply named like the intent),
    or `hand_off` to a person for the reason of that name.
    """

    kind: StepKind
    name: str


@dataclass(frozen=True, slots=True)
class Skill:
    """One scenario, as its folder declares it.

    `risk` is `none`, `read` or `write`; only `write` skills may return effects,
    and only after a `confirm` step. `identity` says that the customer must have
    proven who they are before the first step. `replies` maps language, then
    section (`say`, `ask`, `again`, `none`, `confirm`), then name to the variants
    of a sentence; section `quick` holds the quick replies that come with `say`, section
    `option` the labels of options by their value, the first shown, the others understood.
    `examples` maps language to pairs (intent, marked sentence). `tones` maps intents to
    how their examples sound and what act of speaking they are, as `Example.tone` has it.
    """

    name: str
    owner: str
    languages: tuple[Language, ...]
    title: Mapping[Language, str]
    intents: tuple[str, ...]
    risk: Literal["none", "read", "write"] = "read"
    identity: bool = False
    slots: Mapping[str, Slot] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    queries: Mapping[str, Query] = field(default_factory=dict)
    lexicons: Mapping[str, str] = field(default_factory=dict)
    records: str = "school"
    replies: Mapping[Language, Mapping[str, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)
    examples: Mapping[Language, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)

    @property
    def unasked(self) -> tuple[Slot, ...]:
        """The slots that no step asks for."""
        asked = {step.name for step in self.steps if step.kind == "ask"}
        return tuple(slot for slot in self.slots.values() if slot.name not in asked)


class Call(Protocol):
    """What an action may see and do."""

    @property
    def slots(self) -> Mapping[str, Value]:
        """The slots known so far."""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts that earlier steps of the same flow carried over."""

    @property
    def intent(self) -> str:
        """The intent that started the flow."""

    @property
    def text(self) -> str:
        """The customer's sentence that started the flow."""

    @property
    def language(self) -> Language:
        """The language of the conversation."""

    @property
    def now(self) -> datetime:
        """The time of the turn, aware, in the business's time zone."""

    @property
    def foreseen(self) -> Mapping[str, Fact]:
        """What is foreseen of a known customer, by predictor: whether a risk is high, or on which day something ends.

        Only what kefu.toml names under [foresight] wording. It chooses words; the customer never hears of it.
        """

    @property
    def is_known(self) -> bool:
        """Whether the customer has proven who they are; without it queries about a customer are refused."""

    @property
    def sentiment(self) -> float:
        """The tone of the message, -1 (bad) to 1 (good)."""

    @property
    def urgency(self) -> float:
        """How pressing the message sounds, 0 to 1."""

    @property
    def anger(self) -> float:
        """How angry the customer is by now, 0 to 1: the message, and what is left of the anger before it."""

    @property
    def reference(self) -> str:
        """A short number for what this turn creates: the same when the turn is repeated."""

    async def find(self, query: str, /, **values: Value) -> Sequence[Row]:
        """Run one of the skill's own queries; `:customer_id` is bound by the engine."""

    def effect(self, statement: str, key: str, /, **values: Value) -> Effect:
        """Describe a write, to be made once after the turn is committed."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The possible answers for a slot; an empty tuple leads to the reply `none.<slot>`."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """Facts for the steps that follow; the flow goes on."""

    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Say:
    """End the flow with the reply `say.<reply>`.

    For the skill named in `[identity] skill` only: `check` names what the customer's
    answers were compared with (`order:E2603010001`), `prove` the customer whom they
    prove; without `prove` the answers were wrong. Wrong answers are counted by `check`.
    """

    reply: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    ticket: Ticket | None = None
    hand_off: str | None = None
    check: str = ""
    prove: str = ""
    quick_replies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The answer for a slot can't be used: it is asked again with `again.<slot>`, twice at most."""

    slot: str


Outcome = Choices | Carry | Again | Say
"""What an action returns."""

Action = Callable[[Call], Awaitable[Outcome]]
"""An async function of a skill's `actions.py`."""
