"""The gate before a model is served: none is promoted that is worse than the one served.

Three kinds of sentences decide. The fixed set is `tests.csv` or `tests.jsonl` in the project;
without one, every fifth example, chosen by a digest of its text: then both models are
trained once more without them. For tone it is `tests.tone.zh.txt` and `tests.tone.en.txt`;
without them, every fifth sentence of a stated tone, where both models are trained once more
anyway. And the enquiries that people judged, read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from kefu.ai.text.tone import answers_of, heading_of, heard_in
from kefu.app.config import Config
from kefu.app.data.records import known_names
from kefu.app.known import fixed_set, fixed_tones, held_out, held_out_tones, is_held, judged, tests_of
from kefu.app.models import Models, Version
from kefu.app.readers import reader_settings
from kefu.app.training import fit_reader
from kefu.core.errors import BadConfig, KefuError, ModelMissing
from kefu.core.nouns import Reading
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, Progress, Reader, Term
from kefu.service.privacy.guard import guard
from kefu.service.promotion import Change, Compared, Known, compare_readings

SAID = 10
"""How many sentences a refusal names."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What came of the comparison with the version `against`.

    `skipped` says why nothing was compared. `held_out` says that the fixed set was
    taken from the examples. In `tone`, sentences are compared by what they say of their tone.
    """

    against: str = ""
    skipped: str = ""
    fixed: Compared | None = None
    held_out: bool = False
    tone: Compared | None = None
    replayed: Compared | None = None

    @property
    def compared(self) -> Mapping[str, Compared]:
        """The comparisons that were made, by their name."""
        every = {"fixed": self.fixed, "tone": self.tone, "replayed": self.replayed}
        return {name: one for name, one in every.items() if one is not None}

    @property
    def worse(self) -> bool:
        """Whether the candidate must not be served."""
        return any(one.worse for one in self.compared.values())

    def figures(self) -> Mapping[str, object]:
        """For the card: numbers without sentences."""
        told: dict[str, object] = {name: one.figures() for name, one in self.compared.items()}
        words = {"against": self.against, "skipped": self.skipped, "held_out": self.held_out}
        return {**{name: word for name, word in words.items() if word}, **told, "worse": self.worse}

    def as_dict(self) -> dict[str, object]:
        """For JSON: the figures, and the first sentences that were lost."""
        lost = {name: [asdict(masked(one)) for one in compared.lost[:SAID]] for name, compared in self.compared.items()}
        return {**self.figures(), "lost": lost}


def masked(change: Change) -> Change:
    """A change without what is personal in its sentence, to be shown."""
    known = change.known
    return replace(change, known=replace(known, text=guard(known.text, len(known.text)).masked))


def models_of(config: Config) -> Models:
    """The versions of a project's model."""
    return Models(config.home / config.get("reader.model", str))


async def promote(config: Config, candidate: Version, progress: Progress, *, skip: str = "") -> Gate:
    """Serve a candidate unless it is worse; what was found is written on its card.

    `skip` promotes without comparing and says why. Whatever is raised, the candidate is kept.
    """
    models = models_of(config)
    if candidate.name in models.served()[:1]:
        return Gate(candidate.name, skipped="it is served already")
    try:
        gate = Gate(skipped=skip) if skip else await examine(config, candidate, progress)
    except KefuError as error:
        again = f"{candidate.name} could not be compared and stays a candidate: kefu model promote {candidate.name}"
        raise type(error)(f"{error.message} {again}") from error
    models.note(replace(candidate, gate=gate.figures()))
    if not gate.worse:
        models.promote(candidate.name)
    return gate


async def examine(config: Config, candidate: Version, progress: Progress) -> Gate:
    """Compare a candidate with the model served; where that can't be read, there is nothing to compare with."""
    models, settings = models_of(config), reader_settings(config)
    try:
        served = models.card(models.current())
        before = models.open(served.name, settings)
    except (ModelMissing, BadConfig):
        return Gate(skipped="nothing to compare with")
    if served.version == candidate.version:
        return Gate(served.name, skipped="same model, trained again")
    names, _ = await known_names(config.home)
    bench = Bench(names or {}, config.get("promise.answer_at", float), progress)
    readers = (before, models.open(candidate.name, settings))
    tests, tones = tests_of(config.home), fixed_tones(config.home)
    fixed = bench.compare("fixed set", fixed_set(tests), *readers) if tests else None
    tone = bench.compare("tone", tones, *readers, said=tone_heard)
    learned = () if tests else (models.examples(served.name), models.examples(candidate.name))
    if learned and (known := held_out(*learned)):
        trained = [
            fit_reader(one.reader, settings, [e for e in examples if not is_held(e)], bench.naming(who))
            for one, examples, who in zip((served, candidate), learned, ("served", "candidate"), strict=True)
        ]
        fixed = bench.compare("held-out examples", known, *trained)
        tone = tone or bench.compare("held-out tone", held_out_tones(*learned), *trained, said=tone_heard)
    replayed = bench.compare("conversations", await judged(config), *readers)
    return Gate(served.name, fixed=fixed, held_out=tests is None, tone=tone, replayed=replayed)


@dataclass(frozen=True, slots=True)
class Bench:
    """Lets two models read the same sentences, both knowing the `names` of the records.

    A sentence that no skill should answer is read rightly below `answer_at`.
    """

    names: Mapping[str, Sequence[Term]]
    answer_at: float
    progress: Progress

    def compare(
        self,
        what: str,
        known: Sequence[Known],
        before: Reader,
        after: Reader,
        *,
        said: Callable[[Known, Reading], str] | None = None,
    ) -> Compared | None:
        """What the model served and the candidate make of sentences; None when there are none.

        `said` says what a reading makes of one; its intent, where it is left out.
        """
        if not known:
            return None
        read: tuple[list[str], list[str]] = ([], [])
        for reader in (before, after):
            reader.know(self.names)
        for number, sentence in enumerate(known, start=1):
            for intents, reader in zip(read, (before, after), strict=True):
                intents.append((said or self._intent)(sentence, reader.read(sentence.text, sentence.language)))
            self.progress(what, number, len(known))
        return compare_readings(known, *read)

    def naming(self, who: str) -> Progress:
        """Progress that says whose training it is."""
        return lambda what, done, total: self.progress(f"{who} model: {what}", done, total)

    def _intent(self, known: Known, reading: Reading) -> str:
        best = reading.best
        return OUT_OF_SCOPE if known.intent == OUT_OF_SCOPE and best.probability < self.answer_at else best.name


def tone_heard(known: Known, reading: Reading) -> str:
    """What was heard, as a heading: of the questions that the sentence answers by its own."""
    heard = heard_in(reading)
    asked = answers_of(Example(known.text, "", reading.language, known.intent))
    return heading_of({question: heard[question] for question in asked})
