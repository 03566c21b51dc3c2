"""The gate before a model is served: none is promoted that is worse than the one served.

Two kinds of sentences decide. The fixed set is `tests.csv` or `tests.jsonl` in the project;
without one, every fifth example, chosen by a digest of its text: then both models are
trained once more without them. And the enquiries that people judged, read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kefu.ai.training.corpus import OUT_OF_SCOPE
from kefu.app.config import Config
from kefu.app.data.records import known_names
from kefu.app.data.source import open_source
from kefu.app.models import Models, Version
from kefu.app.plugins import load_plugin
from kefu.app.training import fit_reader
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.events import MessageReceived, MessageUnderstood
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example, Progress, Reader
from kefu.core.ports.store import Memory, Review
from kefu.service.promotion import Compared, Known, compare_readings, each_once
from kefu.service.skills.grade import plain

TESTS = ("tests.csv", "tests.jsonl")
"""The fixed set of a project: columns text, label and perhaps language; the first of these files that is there."""

HELD = 5
"""Every how manieth example is held out where there is no fixed set."""

REPLAYED = 2000
"""The latest judged enquiries that are read again."""

SAID = 10
"""How many sentences a refusal names."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What came of the comparison with the version `against`.

    `skipped` says why nothing was compared. `held_out` says that the fixed set was
    taken from the examples.
    """

    against: str = ""
    skipped: str = ""
    fixed: Compared | None = None
    held_out: bool = False
    replayed: Compared | None = None

    @property
    def worse(self) -> bool:
        """Whether the candidate must not be served."""
        return any(one is not None and one.worse for one in (self.fixed, self.replayed))

    def figures(self) -> Mapping[str, object]:
        """For the card: numbers without sentences."""
        found = {"fixed": self.fixed, "replayed": self.replayed}
        told = {name: one.figures() for name, one in found.items() if one is not None}
        words = {"against": self.against, "skipped": self.skipped}
        return {**{name: word for name, word in words.items() if word}, **told, "worse": self.worse}

    def as_dict(self) -> dict[str, object]:
        """For JSON: the figures, and the first sentences that were lost."""
        found = {"fixed": self.fixed, "replayed": self.replayed}
        lost = {name: [asdict(change) for change in one.lost[:SAID]] for name, one in found.items() if one is not None}
        return {**self.figures(), "lost": lost}


def tests_of(home: Path) -> Path | None:
    """The fixed set of a project, if it has one."""
    return next((home / name for name in TESTS if (home / name).is_file()), None)


def models_of(config: Config) -> Models:
    """The versions of a project's model."""
    return Models(config.home / config.get("reader.model", str))


async def promote(config: Config, candidate: Version, progress: Progress, *, skip: str = "") -> Gate:
    """Serve a candidate unless it is worse; what was found is written on its card.

    `skip` promotes without comparing and says why.
    """
    models = models_of(config)
    gate = Gate(skipped=skip) if skip else await examine(config, candidate, progress)
    models.note(replace(candidate, gate=gate.figures()))
    if not gate.worse:
        models.promote(candidate.name)
    return gate


async def examine(config: Config, candidate: Version, progress: Progress) -> Gate:
    """Compare a candidate with the model served; where that can't be read, there is nothing to compare with."""
    models, settings = models_of(config), config.table("reader")
    try:
        served = models.card(models.current())
        before = models.open(served.name, settings)
    except (ModelMissing, BadConfig):
        return Gate(skipped="there is no other model that can be read")
    if served.version == candidate.version:
        return Gate(served.name, skipped="it is the model served, trained again")
    after = models.open(candidate.name, settings)
    tests = tests_of(config.home)
    if tests:
        sentences = open_source(tests).loaded.corpus.sentences
        known = [Known(one.text, one.intent, language=_language(one.language)) for one in sentences]
        fixed = _compare(config, known, (before, after), progress, "fixed set")
    else:
        fixed = _compare_held_out(config, served, candidate, progress)
    judged = await _judged(config)
    if judged:
        names = (await known_names(config.home))[0] or {}
        before.know(names)
        after.know(names)
    replayed = _compare(config, judged, (before, after), progress, "conversations")
    return Gate(served.name, fixed=fixed, held_out=tests is None, replayed=replayed)


def _compare_held_out(config: Config, served: Version, candidate: Version, progress: Progress) -> Compared | None:
    """Both models, trained once more without every fifth example, on the examples left out.

    Only intents that both know count, and only sentences that both call the same: nobody knows
    which of the two is right about the others.
    """
    models, settings = models_of(config), config.table("reader")
    learned = models.examples(served.name), models.examples(candidate.name)
    shared = {one.intent for one in learned[0]} & {one.intent for one in learned[1]}
    held: dict[str, set[tuple[str, Language]]] = {}
    for one in (*learned[0], *learned[1]):
        if _is_held(one):
            held.setdefault(plain(one.text), set()).add((one.intent, one.language))
    called = {text: next(iter(intents)) for text, intents in held.items() if len(intents) == 1}
    known = [Known(text, intent, language=language) for text, (intent, language) in called.items() if intent in shared]
    if not known:
        return None
    before, after = (
        fit_reader(version.reader, settings, [one for one in examples if not _is_held(one)], _named(progress, who))
        for version, examples, who in ((served, learned[0], "served"), (candidate, learned[1], "candidate"))
    )
    return _compare(config, known, (before, after), progress, "held-out examples")


def _compare(
    config: Config, known: Sequence[Known], readers: tuple[Reader, Reader], progress: Progress, what: str
) -> Compared | None:
    """Let the model served and the candidate read; None when there is nothing to read."""
    if not known:
        return None
    answer_at = config.get("promise.answer_at", float)
    read: tuple[list[str], list[str]] = ([], [])
    for number, sentence in enumerate(known, start=1):
        for intents, reader in zip(read, readers, strict=True):
            best = reader.read(sentence.text, sentence.language).best
            foreign = sentence.intent == OUT_OF_SCOPE and best.probability < answer_at
            intents.append(OUT_OF_SCOPE if foreign else best.name)
        progress(what, number, len(known))
    return compare_readings(known, *read)


async def _judged(config: Config) -> list[Known]:
    """The latest enquiries that people judged, each sentence once."""
    place = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(place) as store:
        reviews = await store.reviews(judged=True, limit=REPLAYED)
        found = [await _known(store, review) for review in reviews]
    return each_once(one for one in found if one.text)


async def _known(store: Memory, review: Review) -> Known:
    events = [recorded.event for recorded in await store.turn(review.turn_id)]
    text = next((event.text for event in events if isinstance(event, MessageReceived)), "")
    language = next((event.language for event in events if isinstance(event, MessageUnderstood)), None)
    return Known(text, review.intent, bool(review.right), language)


def _is_held(example: Example) -> bool:
    digest = hashlib.blake2b(plain(example.text).encode(), digest_size=4, person=b"kefu-held").digest()
    return int.from_bytes(digest) % HELD == 0


def _named(progress: Progress, who: str) -> Progress:
    return lambda what, done, total: progress(f"{who} model: {what}", done, total)


def _language(code: str) -> Language | None:
    return "zh" if code == "zh" else "en" if code == "en" else None
