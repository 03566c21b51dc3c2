"""What every request needs, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import monotonic
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request

from kefu.app import Kefu, Rates, Taken
from kefu.app.calls.switchboard import log_times
from kefu.app.jobs import Jobs
from kefu.app.library.cards import Catalogue
from kefu.app.people.single_sign_on import SingleSignOn, provider_of
from kefu.app.practice import Practice
from kefu.core.errors import NotFound, TooMany
from kefu.core.events import CallTimed
from kefu.core.nouns import Inbound, Language
from kefu.core.ports.channel import SessionChannel
from kefu.web.looking import Looks
from kefu.web.measures import Measures
from kefu.web.news import News
from kefu.web.words import LANGUAGES

SIGN_INS_PER_MINUTE = 6
SESSIONS_PER_MINUTE = 60
OPINIONS_PER_MINUTE = 10
LOOKUPS_PER_MINUTE = 60
UPLOADS_PER_MINUTE = 30


@dataclass(slots=True)
class Hall:
    """The open installation and what the web keeps beside it.

    `demo` signs staff in without a token. `sign_ins` and `sessions` limit how often one
    address may try, `opinions` how often it may say whether an article
    helped, `lookups` how often it may search the help centre, `uploads` how often it may bring files.
    """

    kefu: Kefu
    demo: bool = False
    measures: Measures = field(default_factory=Measures)
    sign_ins: Rates = field(default_factory=lambda: Rates(SIGN_INS_PER_MINUTE))
    sessions: Rates = field(default_factory=lambda: Rates(SESSIONS_PER_MINUTE))
    opinions: Rates = field(default_factory=lambda: Rates(OPINIONS_PER_MINUTE))
    lookups: Rates = field(default_factory=lambda: Rates(LOOKUPS_PER_MINUTE))
    uploads: Rates = field(default_factory=lambda: Rates(UPLOADS_PER_MINUTE))
    looks: Looks = field(init=False)
    catalogue: Catalogue = field(init=False)
    news: News = field(init=False)
    jobs: Jobs = field(init=False)
    practice: Practice = field(init=False)
    single_sign_on: SingleSignOn | None = field(init=False)

    def __post_init__(self) -> None:
        """Keep what the web knows beside the house: looks, library, news, long work, practice, single sign-on."""
        self.looks = Looks(self.kefu.store)
        self.catalogue = Catalogue(self.kefu.store)
        self.news = News(self.kefu.store, self.kefu.broker)
        self.jobs, self.practice = Jobs(self.kefu.config.home), Practice(self.kefu.store)
        provider = provider_of(self.kefu.config)
        self.single_sign_on = SingleSignOn(provider) if provider else None
        self.kefu.calls.take, self.kefu.calls.timed = self.take, self._timed

    @property
    def has_help(self) -> bool:
        """Whether everybody may read the public articles."""
        return self.kefu.config.get("help.public", bool)

    @property
    def today(self) -> date:
        """The day in the company's zone."""
        return now().astimezone(self.kefu.config.zone).date()

    @property
    def language(self) -> Language:
        """The language of those who did not say theirs."""
        wish = self.kefu.config.get("kefu.default_language", str)
        return next((language for language in LANGUAGES if language == wish), "zh")

    def chat(self) -> SessionChannel:
        """The channel of the chat widget; raises `NotFound` when kefu.toml has none."""
        for channel in self.kefu.channels.values():
            if isinstance(channel, SessionChannel):
                return channel
        raise NotFound('kefu.toml has no chat channel; add [channels.webchat] with use = "webchat.v1".')

    def channel_of(self, plugin: str) -> str:
        """The name of the channel that a plug-in serves; raises `NotFound` when kefu.toml has none."""
        config = self.kefu.config
        for name in self.kefu.channels:
            if config.get(f"channels.{name}.use", str) == plugin:
                return name
        raise NotFound(f'kefu.toml has no channel with use = "{plugin}".')

    async def take(self, inbound: Inbound) -> Taken:
        """Take a message, and measure the turn."""
        taken = await self.kefu.take(inbound)
        self.measures.turn(inbound.channel, taken)
        return taken

    def _timed(self, channel: str, timed: CallTimed) -> None:
        log_times(channel, timed)
        self.measures.call(channel, timed)


def hall_of(connection: HTTPConnection) -> Hall:
    """The hall that a request came into."""
    hall: Hall = connection.state.hall
    return hall


def limit(rates: Rates, connection: HTTPConnection) -> None:
    """Raise `TooMany` when the caller's address tries too often."""
    address = connection.client.host if connection.client else ""
    if not rates.allow(address, monotonic()):
        raise TooMany


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; of a field that comes twice, the last."""
    text = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)
