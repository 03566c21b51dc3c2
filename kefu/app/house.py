"""The one object that holds an installation together."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic
from typing import Literal

import structlog

from kefu.app.attachments import Attachments
from kefu.app.calls.switchboard import Switchboard
from kefu.app.clerk import Clerk
from kefu.app.clerk.plan import marks_of, read_plan
from kefu.app.config import Config
from kefu.app.delivery import Delivery
from kefu.app.door import Door
from kefu.app.extraction.following import Extraction
from kefu.app.extraction.models import Served, extractors_of
from kefu.app.following import SearchIndex
from kefu.app.foresight.following import Foreseeing
from kefu.app.foresight.gathering import Gatherer
from kefu.app.foresight.outreach import Reaching
from kefu.app.insight import Insight
from kefu.app.labelled import has_sample
from kefu.app.library.answering import Answering
from kefu.app.library.exchanges import gather
from kefu.app.library.learning import Theme, themes
from kefu.app.listening import tidy
from kefu.app.mode import Mode, Wish, read_wish, set_mode
from kefu.app.notice import tell_team
from kefu.app.outlook import Outlook, look, prove, release
from kefu.app.people.seal import Seal
from kefu.app.promise import Standing, read_certificate, standing, subject_of, usual_promise
from kefu.app.remembered import Remembered
from kefu.app.reporting import Reporting, ground_of
from kefu.app.searches import Finder, Follower, RememberedSearches, edition_of
from kefu.app.settings import followed, house_settings
from kefu.app.training import load_lexicons
from kefu.core.articles import Article
from kefu.core.errors import BadInput, NotFound, RecordsFailed, TooMany
from kefu.core.events import Drafted, DrawnForReview, PersonReplied, QuestionLeft
from kefu.core.nouns import Inbound, Reading
from kefu.core.ports.broker import Broker
from kefu.core.ports.channel import Channel, SessionChannel
from kefu.core.ports.reader import Reader
from kefu.core.ports.recordings import Recordings
from kefu.core.ports.records import Records
from kefu.core.ports.store import Memory
from kefu.service.desk.deeds import Deed, Judge, Merge, Note, Rate, Reply, SettleQuestion
from kefu.service.foresight.outreach import parse_manners
from kefu.service.privacy.rates import Rates
from kefu.service.promise.certify import Aim, Outcome
from kefu.service.skills.catalog import Catalog
from kefu.service.turn import conversation_id_of, take_turn
from kefu.service.turn.house import House, Taken
from kefu.service.turn.person import speak

log = structlog.get_logger()

LONGEST_COMMENT = 2000
"""Characters that are kept of what a customer says of a conversation."""

MERGED = "⇠"
"""How a note begins that names a conversation which goes on here."""

DESK = "desk"
"""The topic on which the desk hears of every conversation that went on."""

Carriage = Literal["file", "link", ""]
"""How a file reaches a customer."""

WARM_UP = "您好 hello"
"""Read before the first turn: the first reading opens dictionaries."""


@dataclass(slots=True)
class Kefu:
    """An open installation: take messages, let people answer, read what happened."""

    config: Config
    store: Memory
    broker: Broker
    catalog: Catalog
    records: Mapping[str, Records]
    channels: Mapping[str, Channel]
    recordings: Recordings
    house: House
    delivery: Delivery
    rates: Rates
    follower: Follower
    searches: RememberedSearches
    tokens: tuple[str, ...] = field(repr=False)
    operator_token: str = field(repr=False)
    standing: Standing = field(default_factory=Standing)
    sample: bool = False
    index: SearchIndex = field(init=False)
    clerk: Clerk = field(init=False)
    reporting: Reporting = field(init=False)
    foreseeing: Foreseeing = field(init=False)
    reaching: Reaching = field(init=False)
    attachments: Attachments = field(init=False)
    extraction: Extraction = field(init=False)
    seal: Seal = field(init=False)
    _marks: tuple[tuple[str, int, int], ...] = field(init=False, default=(), repr=False)
    calls: Switchboard = field(init=False)
    insight: Insight = field(init=False)

    def __post_init__(self) -> None:
        """Follow the log of the store."""
        self.index = SearchIndex(self.store)
        self.clerk = Clerk(self.store, read_plan(self.config), self.tell)
        self.reporting = Reporting(self.store, self.catalog, self.house.hours)
        ground = ground_of(self.catalog, self.house.hours)
        self.foreseeing = Foreseeing(self.store, Gatherer(self.store, self.records, ground), self.config.home)
        manners = parse_manners(self.config.table("foresight"))
        if wording := [str(name) for name in self.config.get("foresight.wording", list)]:
            self.house = replace(self.house, foreseen=lambda customer: self.foreseeing.foreseen(customer, wording))
        self.reaching = Reaching(self.store, self.foreseeing, manners, self.tell)
        self.attachments = Attachments(self.config, self.store)
        self.seal = Seal(self.config.get("security.session_secret", str))
        if self.attachments.can_link:
            self.house = replace(self.house, link=self.attachments.link)
        self.extraction = Extraction(self.store, self.config.zone, Served(extractors_of(self.config)))
        self.calls = Switchboard(self)
        self.insight = Insight(self.store, self.catalog, self.house.hours)

    @property
    def reader(self) -> Reader:
        """What understands the next turn."""
        return self.house.reader

    async def take(self, inbound: Inbound) -> Taken:
        """Take one checked message: answered and durable when this returns."""
        if not self.rates.allow((inbound.channel, inbound.sender), monotonic()):
            raise TooMany
        if inbound.attachments:
            id_ = conversation_id_of(inbound.channel, inbound.sender)
            inbound = replace(inbound, attachments=await self.attachments.carried(id_, "customer", inbound.attachments))
        taken = await take_turn(inbound, self.house)
        if taken.leaving:
            self.delivery.wake()
        if not taken.repeat:
            await self.tell(taken.conversation_id, taken.number)
        return taken

    def read(self, text: str) -> Reading:
        """Understand a text outside any conversation."""
        return self.reader.read(text)

    async def act(
        self, conversation_id: str, who: str, deeds: Sequence[Deed], *, seen: int | None = None
    ) -> tuple[int, tuple[Deed, ...]]:
        """Let deeds of a member of the team happen together; see `speak`."""
        door = Door(self.clerk.plan.fields, self.store, self.attachments, self.carries)
        deeds = await door.let_in(conversation_id, deeds)
        number, undo = await speak(conversation_id, deeds, who, self.house, self.store, seen=seen)
        self.delivery.wake()
        await self.tell(conversation_id, number)
        for deed in deeds:
            if isinstance(deed, Merge):
                await self.act(deed.into, who, [Note(f"{MERGED} {conversation_id}")])
        return number, undo

    async def send_draft(self, turn_id: str, who: str) -> int:
        """A member of the team sends the draft of a turn as it stands, once; returns the number of the last event.

        Raises `NotFound` where nothing was drafted, `BadInput` for a draft that only holds with what did not happen.
        """
        for one in await self.store.turn(turn_id):
            if isinstance(one.event, Drafted):
                if not one.event.can_be_sent:
                    raise BadInput("This draft speaks of something that did not happen; write your own answer.")
                return await self._speak(one.conversation_id, who, Reply(one.event.text, turn_id))
        raise NotFound(f"There is no draft of turn {turn_id!r}.")

    def carries(self, channel: str) -> Carriage:
        """How a file reaches the customers of a channel: itself, as a link, or (empty) not at all."""
        if isinstance(self.channels.get(channel), SessionChannel):
            return "file"
        return "link" if self.attachments.can_link else ""

    async def rate(self, conversation_id: str, score: int, comment: str = "") -> int:
        """The customer says how it went, from 1 to 5; the latest word holds. Returns the number of the last event.

        Raises `NotFound` where nobody ever wrote, `BadInput` for a customer who was not asked.
        """
        talk = await self.store.conversation(conversation_id)
        if talk is None:
            raise NotFound("There is no conversation to rate.")
        if talk.work.asked_at is None:
            raise BadInput("Nobody asked for a rating here; it can be given once a conversation was closed.")
        return await self._speak(conversation_id, "customer", Rate(score, comment[:LONGEST_COMMENT]))

    async def judge(self, turn_id: str, who: str, *, right: bool) -> None:
        """A member of the team judges a drawn enquiry; a later verdict takes the place of an earlier one.

        Raises `NotFound` for a turn that was not drawn.
        """
        drawn = [one for one in await self.store.turn(turn_id) if isinstance(one.event, DrawnForReview)]
        if not drawn:
            raise NotFound(f"Turn {turn_id!r} was not drawn for review.")
        await self._speak(drawn[0].conversation_id, who, Judge(turn_id, right))

    async def themes(self) -> list[Theme]:
        """What nothing answered and what colleagues did, as far as nobody has settled it, by what it asks."""
        house, store = self.house, self.store
        await self.gather()
        find = house.find or Finder(self.searches).find
        today = house.clock().astimezone(house.zone).date()
        answering = Answering(house.reader, house.catalog, house.promise, find, today)
        return await themes(await store.questions(), await store.exchanges("open"), answering)

    async def gather(self) -> bool:
        """Draft pairs from what colleagues answered since the last time; whether there may be more."""
        return await gather(self.store, self.house.clock())

    async def learn(self, turns: Sequence[str], article: Article, who: str) -> None:
        """Let an article answer the questions of these turns; raises `NotFound` for a turn without one."""
        owners = await self._asked(turns)
        await self.store.shelve([article], [], who, self.house.clock())
        await self.follower.catch_up()
        for turn_id, conversation_id in owners.items():
            await self._speak(conversation_id, who, SettleQuestion(turn_id, article.id))

    async def dismiss(self, turns: Sequence[str], who: str) -> None:
        """Settle the questions of these turns without an answer; raises `NotFound` for a turn without one."""
        for turn_id, conversation_id in (await self._asked(turns)).items():
            await self._speak(conversation_id, who, SettleQuestion(turn_id))

    async def _asked(self, turns: Sequence[str]) -> Mapping[str, str]:
        """The conversations of turns that left a question, or in which a colleague answered one."""
        owners = {}
        for turn_id in dict.fromkeys(turns):
            events = await self.store.turn(turn_id)
            asked = [one for one in events if isinstance(one.event, QuestionLeft | PersonReplied)]
            if not asked:
                raise NotFound(f"Turn {turn_id!r} left no question.")
            owners[turn_id] = asked[0].conversation_id
        return owners

    async def tell(self, conversation_id: str, number: int) -> None:
        """Let those who watch a conversation know that it went on."""
        await self.broker.publish(f"conversation:{conversation_id}", str(number))
        await self.broker.publish(DESK, conversation_id)
        self.clerk.wake()

    def is_operator(self, token: str) -> bool:
        """Whether this is the operator's token; takes the same time for every wrong one."""
        return hmac.compare_digest(token.encode(), self.operator_token.encode())

    def is_server(self, token: str) -> bool:
        """Whether this is one of the API tokens; takes the same time for every wrong one."""
        return sum(hmac.compare_digest(token.encode(), known.encode()) for known in self.tokens) > 0

    async def foresee(self) -> None:
        """Score the customers to whom something happened since, and write to those who are due."""
        await self.foreseeing.catch_up(self.house.clock())
        if await self.reaching.go_on(self.house):
            self.delivery.wake()

    async def refresh(self) -> None:
        """Read the names from the records again; what can't be read stays as it was."""
        try:
            await self._introduce(self.reader)
        except RecordsFailed as error:
            log.warning("lexicons not refreshed", code=error.code, advice=error.message)

    async def erase(self, conversation_id: str) -> int:
        """Remove a conversation and all that hangs on it, recordings first, files last; how many events went."""
        await self.recordings.erase(conversation_id)
        return await self.attachments.erase(conversation_id)

    async def tidy(self) -> None:
        """Remove recordings whose days are over, or whose conversation is gone, and files that were never sent."""
        kept = timedelta(days=self.config.get("recordings.days", float))
        await tidy(self.recordings, self.store, kept, self.house.clock())
        await self.attachments.tidy(self.house.clock())

    async def look_for_sample(self) -> None:
        """Know whether there are sample conversations, so that every page says so."""
        self.sample = await has_sample(self.store)

    async def outlook(self) -> Outlook:
        """Where the promise stands and what the verdicts so far would buy."""
        return await look(self.config, self.reader.version, self.store)

    async def certify(self, aim: Aim) -> Outcome:
        """Put a promise into force at once if the verdicts prove it; the refusal otherwise."""
        outcome = await prove(self.config, self.reader.version, self.store, aim)
        await self.watch()
        return outcome

    async def withdraw(self, *, anew: bool = False) -> bool:
        """Take the promise out of force at once; whether there was one. With `anew` all verdicts so far are void."""
        was_there = await release(self.config, self.reader.version, self.store, anew=anew, now=self.house.clock())
        await self.watch()
        return was_there

    async def set_mode(self, mode: Mode) -> None:
        """Answer from the next turn on, or draft only; raises `BadConfig` where that can't be written down."""
        await asyncio.to_thread(set_mode, self.config.home, mode)
        await self.watch()

    async def adopt(self, reader: Reader) -> None:
        """Let another reader understand from the next turn on; a turn under way ends with the one it began with.

        It comes with the promise that holds of it. Raises `RecordsFailed` or `StoreFailed`; then nothing changed.
        """
        reader = Remembered(reader)
        await self._introduce(reader)
        await asyncio.to_thread(reader.read, WARM_UP)
        found = await self._stand(reader)
        self._apply(found, await asyncio.to_thread(read_wish, self.config), reader)

    async def watch(self) -> None:
        """Work by the wish in kefu.toml and the promise in force, if there is one; what is wrong is said in the log."""
        reader = self.reader
        found, wish = await self._stand(reader), await asyncio.to_thread(read_wish, self.config)
        if reader is self.reader:
            self._apply(found, wish, reader)

    async def reconfigure(self) -> None:
        """Take over what kefu.toml and the files of rules say by now, as far as that needs no restart.

        Raises `BadConfig` once for what is wrong; until it is mended all stays as it was.
        """
        marks = await asyncio.to_thread(marks_of, self.config.home)
        if marks == self._marks:
            return
        self._marks = marks
        config = await asyncio.to_thread(followed, self.config)
        plan = await asyncio.to_thread(read_plan, config)
        self.clerk.adopt(plan)
        if config is self.config:
            return
        self.config = config
        self.reporting.hours = plan.hours
        self.rates = Rates(config.get("limits.messages_per_minute", int))
        self.house = replace(self.house, **house_settings(config))
        await self.watch()

    async def keep_watch(self) -> None:
        """Follow kefu.toml, watch the promise, and tell the team what it must know."""
        await self.reconfigure()
        await self.watch()
        await tell_team(self.config, self.standing)

    def _apply(self, found: Standing, wish: Wish, reader: Reader) -> None:
        """Let the next turn work by this: one replacement, so that no turn sees half of it."""
        promise = found.applied(usual_promise(self.config))
        shadow = wish.is_shadow(found)
        if shadow != self.house.shadow:
            log.info("mode", shadow=shadow, advice="people answer, kefu drafts" if shadow else "kefu answers")
        self.standing = found
        self.house = replace(self.house, reader=reader, promise=promise, shadow=shadow)

    async def _introduce(self, reader: Reader) -> None:
        lexicons = await load_lexicons(self.catalog, self.records)
        await asyncio.to_thread(reader.know, lexicons)

    async def _stand(self, reader: Reader) -> Standing:
        """Where the promise stands with this reader."""
        certificate = await asyncio.to_thread(read_certificate, self.config.home)
        if certificate is None:
            return Standing()
        subject = await asyncio.to_thread(subject_of, self.config, reader.version, await edition_of(self.store))
        reviews = await self.store.reviews(judged=True)
        found = await asyncio.to_thread(standing, certificate, subject, reviews)
        watched = found.watched
        if found.void:
            log.warning("promise void", changed=found.void, advice="judge anew, then run kefu promise certify")
        elif watched and watched.state in ("lowered", "broken"):
            counts = {"floor": watched.floor, "wrong": watched.wrong, "seen": watched.seen}
            log.error("promise not credible", state=watched.state, **counts, advice="see /desk/promise")
        return found

    async def _speak(self, conversation_id: str, who: str, deed: Deed) -> int:
        return (await self.act(conversation_id, who, [deed]))[0]
