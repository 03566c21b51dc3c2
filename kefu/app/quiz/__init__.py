"""A company's questions, asked of its texts before go-live: found, answered, right, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from kefu.ai.text.normal import normalise
from kefu.ai.training.measures import Bin, calibration_error, reliability
from kefu.app.library.answering import Answered
from kefu.app.library.texts import Texts
from kefu.app.quiz.listed import Listed
from kefu.core.ports.knowledge import Hit
from kefu.core.ports.reader import Progress
from kefu.service.promise.binomial import lower_bound, upper_bound
from kefu.service.turn.consult import offered

FIRST = 5
"""Among so many passages a source counts as found."""

TRIED = (0.9, 0.75, 0.6, 0.5, 0.4, 0.3)
"""Thresholds for which the report says what would go out."""

TAIL = 0.025
"""How likely a share lies beyond either end of its interval, at most: 95 % in all."""

Mark = Literal["wrong", "silent", "offered", "skill", "right"]
"""From the worst to the best: answered wrongly; not answered though a source could; not answered, but the customer is
offered the source; a skill takes it; as it should be.

What a skill says is for its own dialogues to test, so it counts neither as right nor as wrong.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question.

    `place` counts from 1 where among the first passages an expected article stands, 0 for nowhere.
    `fits` says whether the sentences found are right, however sure kefu is of them; `said` are these sentences,
    `of` the titles that they come from. `skill` names the skill that takes the question, as in a turn.
    """

    listed: Listed
    probability: float
    place: int
    fits: bool
    mark: Mark
    said: str
    of: tuple[str, ...]
    skill: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the texts would answer."""
        return self.mark == "wrong" or (self.mark == "right" and bool(self.listed.expected))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of the share (Clopper-Pearson)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.count / self.of if self.of else 0.0


def share_of(count: int, of: int) -> Share:
    """A share with its exact interval."""
    return Share(count, of, lower_bound(count, of, TAIL), upper_bound(count, of, TAIL))


@dataclass(frozen=True, slots=True)
class Figures:
    """How questions came out.

    `first` and `among` are shares of those that have a source: it is found first, or among the first five.
    `skill` is the share of all that a skill takes, `answered` that which the texts answer; `right` and `wrong` are
    shares of these. Of what no skill takes, `served` is the share of those with a source that is answered rightly,
    `offered` of which the source is offered instead, `silent` that of those without that is not answered, as it
    should be.
    """

    first: Share
    among: Share
    skill: Share
    answered: Share
    right: Share
    wrong: Share
    served: Share
    offered: Share
    silent: Share


@dataclass(frozen=True, slots=True)
class Trial:
    """What would come of the questions that no skill takes, were answers to go out from another probability on."""

    least: float
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Quiz:
    """All questions with what came of them on a day; an answer goes out from the probability `least` on.

    `with_skills` says whether skills came first, as in a turn: else no model is trained.
    """

    least: float
    on: date
    method: str
    with_skills: bool
    asked: tuple[Asked, ...]

    @property
    def figures(self) -> Figures:
        """The figures of all questions."""
        return figures_of(self.asked)

    @property
    def by_language(self) -> Mapping[str, Figures]:
        """The figures of each language that is asked in."""
        languages = sorted({one.listed.language for one in self.asked})
        return {name: figures_of([one for one in self.asked if one.listed.language == name]) for name in languages}

    @property
    def failures(self) -> Sequence[Asked]:
        """What did not come out as it should, surest first."""
        wrong = (one for one in self.asked if one.mark in ("wrong", "silent", "offered"))
        return sorted(wrong, key=lambda one: -one.probability)

    @property
    def taken(self) -> Sequence[Asked]:
        """What a skill takes, in the order of the list."""
        return [one for one in self.asked if one.skill]

    @property
    def trials(self) -> Sequence[Trial]:
        """What other thresholds would do, from the strictest on."""
        open_ = [one for one in self.asked if not one.skill and one.said]
        return [
            Trial(
                least,
                right=sum(one.probability >= least and one.fits for one in open_),
                wrong=sum(one.probability >= least and not one.fits for one in open_),
            )
            for least in TRIED
        ]

    @property
    def calibration(self) -> Sequence[Bin]:
        """How often what was found is right, by how sure kefu was of it."""
        return reliability(self._sure, self._fits)

    @property
    def calibration_error(self) -> float:
        """The mean distance of the two."""
        return calibration_error(self._sure, self._fits)

    @property
    def _sure(self) -> list[float]:
        return [one.probability for one in self.asked]

    @property
    def _fits(self) -> list[bool]:
        return [one.fits for one in self.asked]

    def as_dict(self) -> dict[str, object]:
        """For a machine to read, and for a later quiz to be compared with."""
        return {
            "threshold": self.least,
            "on": self.on.isoformat(),
            "method": self.method,
            "with_skills": self.with_skills,
            "figures": _figures(self.figures),
            "by_language": {name: _figures(one) for name, one in self.by_language.items()},
            "trials": [asdict(one) for one in self.trials],
            "calibration": [asdict(one) for one in self.calibration],
            "calibration_error": self.calibration_error,
            "questions": [_as_dict(one) for one in self.asked],
        }


async def ask_all(questions: Sequence[Listed], texts: Texts, progress: Progress) -> Quiz:
    """Ask all questions as customers would; the same texts and skills give the same quiz."""
    asked = []
    for number, one in enumerate(questions, start=1):
        answered, hits = await texts.ask(one.question, one.language, one.audience)
        asked.append(_marked(one, answered, hits, texts.offer_at))
        progress("questions", number, len(questions))
    with_skills = texts.answering is not None
    return Quiz(texts.least, texts.today, texts.knowledge.version, with_skills, tuple(asked))


def figures_of(asked: Sequence[Asked]) -> Figures:
    """The figures of questions."""
    sourced = [one for one in asked if one.listed.expected]
    left = [one for one in asked if not one.skill]
    sourced_left = [one for one in left if one.listed.expected]
    unsourced_left = [one for one in left if not one.listed.expected]
    answered = [one for one in asked if one.is_answered]
    wrong = sum(one.mark == "wrong" for one in answered)
    return Figures(
        first=share_of(sum(one.place == 1 for one in sourced), len(sourced)),
        among=share_of(sum(one.place > 0 for one in sourced), len(sourced)),
        skill=share_of(len(asked) - len(left), len(asked)),
        answered=share_of(len(answered), len(asked)),
        right=share_of(len(answered) - wrong, len(answered)),
        wrong=share_of(wrong, len(answered)),
        served=share_of(sum(one.mark == "right" for one in sourced_left), len(sourced_left)),
        offered=share_of(sum(one.mark == "offered" for one in sourced_left), len(sourced_left)),
        silent=share_of(sum(one.mark == "right" for one in unsourced_left), len(unsourced_left)),
    )


def _marked(one: Listed, answered: Answered, hits: Sequence[Hit], offer_at: float) -> Asked:
    found = answered.found
    said = " ".join(sentence for part in found.parts for sentence in part.sentences)
    from_them = bool(found.parts) and all(part.hit.article.id in one.expected for part in found.parts)
    fits = from_them and normalise(one.contains).text in normalise(said).text
    mark: Mark = "silent" if one.expected else "right"
    if answered.skill:
        mark = "skill"
    elif answered.goes_out:
        mark = "right" if fits else "wrong"
    elif answered.asks and any(hit.article.id in one.expected for hit in offered(found, offer_at).values()):
        mark = "offered"
    places = [number for number, hit in enumerate(hits[:FIRST], start=1) if hit.article.id in one.expected]
    titles = tuple(dict.fromkeys(part.hit.article.title for part in found.parts))
    return Asked(one, found.probability, min(places, default=0), fits, mark, said, titles, answered.skill)


def _figures(one: Figures) -> dict[str, object]:
    shares: dict[str, Share] = {name: getattr(one, name) for name in Figures.__slots__}
    return {name: {**asdict(share), "share": share.value} for name, share in shares.items()}


def _as_dict(one: Asked) -> dict[str, object]:
    told = {name: getattr(one, name) for name in ("probability", "place", "fits", "mark", "skill", "said", "of")}
    listed = one.listed
    about = {name: getattr(listed, name) for name in ("line", "question", "language", "audience", "contains")}
    return {**about, "expected": sorted(listed.expected), **told}
