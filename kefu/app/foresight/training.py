"""Train a predictor: measure it on what came later, hold it against the one served, let it learn from everything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from kefu.ai.predict.sequence import NextQuestion
from kefu.app.foresight.contest import Loss, contest, contest_models
from kefu.app.foresight.gathering import Gatherer, Sample
from kefu.app.foresight.models import MEASURED, PredictorModels, fit
from kefu.app.foresight.report import report_of, spread_of
from kefu.app.foresight.volume import series_of, train_volume
from kefu.core.errors import BadInput
from kefu.core.ports.predictor import Predictor
from kefu.core.ports.reader import Progress
from kefu.service.foresight.declared import Declared

HELD_OUT = 0.25
"""The share of the latest cases that a predictor is measured on, where each has a moment of its own."""

FEWEST_QUESTIONS = 50

Why = Literal["asked", "first", "declared", "drifted", "more"]
"""Why a predictor learned: somebody wanted it, it never had, its declaration changed, scores moved, more is known."""


async def train(
    declared: Declared,
    models: PredictorModels,
    gatherer: Gatherer,
    now: datetime,
    progress: Progress,
    *,
    why: Why = "asked",
) -> tuple[str, dict[str, Any]]:
    """The name of a new version that is not served yet, and its card, whose `gate` says whether it is worse.

    Raises `BadInput` where there is too little.
    """
    if declared.about == "question":
        return await _train_questions(declared, models, gatherer, now, why)
    if declared.about == "volume":
        series = series_of(await gatherer.everything(), gatherer.ground.hours, now)
        return await asyncio.to_thread(train_volume, declared, models, series, now, _origin(declared, why))
    samples = await gatherer.past(declared, now, progress)

    def work() -> tuple[str, dict[str, Any]]:
        known, latest = split(declared, samples)
        measured = measure(declared, known, latest, progress)
        found = measured.predict([one.case.row for one in latest])
        card = report_of(declared, known, latest, found)
        card["gate"] = contest_models(declared, models, latest, found)
        whole = fit(declared, [one.lesson for one in samples], progress)
        lately = [one.case.row for one in samples if one.case.as_of >= _lately(declared, samples, latest)]
        card = {**_origin(declared, why), **card, **spread_of(whole.predict(lately))}
        return models.keep(whole, measured, card, now), card

    return await asyncio.to_thread(work)


async def test(
    declared: Declared, predictor: Predictor, gatherer: Gatherer, now: datetime, progress: Progress
) -> dict[str, Any]:
    """The report of a version that is there, over what came of the latest cases.

    It learned from some of them where it was made since: then its figures flatter it.
    """
    _, latest = split(declared, await gatherer.past(declared, now, progress))
    return await asyncio.to_thread(
        lambda: report_of(declared, latest, latest, predictor.predict([one.case.row for one in latest]))
    )


def measure(declared: Declared, known: Sequence[Sample], latest: Sequence[Sample], progress: Progress) -> Predictor:
    """One that learned from what was known when the latest cases began. Raises `BadInput` for too little."""
    if not known or not latest:
        raise BadInput(
            f"There is too little to learn from: {len(known) + len(latest)} cases, and none whose end was known before "
            "the latest. Wait for more, or shorten horizon_days."
        )
    return fit(declared, [one.lesson for one in known], progress)


def _lately(declared: Declared, samples: Sequence[Sample], latest: Sequence[Sample]) -> datetime:
    """From when on cases are like those of today: of records the latest moment, of visits the latest ones."""
    moments = [one.case.as_of for one in samples]
    return max(moments) if declared.about == "records" else min(one.case.as_of for one in latest)


def _origin(declared: Declared, why: Why) -> dict[str, Any]:
    """What a card says of where a version comes from."""
    return {"use": declared.use, "why": why, "question": declared.question, "method": declared.method}


def split(declared: Declared, samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """What was known when the latest cases began, and the latest cases.

    Of subjects that are looked at on certain days, the latest day on which enough of the outcome is known is measured.
    """
    moments = sorted({one.case.as_of for one in samples})
    if not moments:
        return [], []
    if declared.about == "records":
        back = timedelta(days=declared.horizon_days if declared.is_when else 0)
        known = [at for at in moments if at <= moments[-1] - back] or moments[:1]
        begins, ends = known[-1], known[-1]
    else:
        begins, ends = moments[int(len(moments) * (1 - HELD_OUT))], moments[-1]
    latest = [one for one in samples if begins <= one.case.as_of <= ends]
    earlier = [one.as_known(begins, is_when=declared.is_when) for one in samples if one.case.as_of < begins]
    return [one for one in earlier if one], latest


async def _train_questions(
    declared: Declared, models: PredictorModels, gatherer: Gatherer, now: datetime, why: Why
) -> tuple[str, dict[str, Any]]:
    sequences = await gatherer.questions()
    steps = [(asked, place) for asked in sequences for place in range(1, len(asked))]
    if len(steps) < FEWEST_QUESTIONS:
        raise BadInput(f"There is too little to learn from: {len(steps)} times somebody asked again.")
    cut = max(1, round(len(sequences) * (1 - HELD_OUT)))
    model, whole = NextQuestion(), NextQuestion()
    model.fit(sequences[:cut])
    whole.fit(sequences)
    tried = [(asked[:place], asked[place]) for asked in sequences[cut:] for place in range(1, len(asked))]

    def losses(model: NextQuestion) -> list[Loss]:
        return [(str(number), _missed(model, asked)) for number, asked in enumerate(sequences[cut:]) if len(asked) > 1]

    usual = [name for name, _ in model.predict(())]
    ranked = [([name for name, _ in model.predict(before)], after) for before, after in tried]
    count = max(1, len(tried))
    report = {
        "lessons": len(steps),
        "cases": len(tried),
        "questions": len(usual),
        "first": sum(after in names[:1] for names, after in ranked) / count,
        "first_of_usual": sum(after in usual[:1] for _, after in ranked) / count,
        "three": sum(after in names[:3] for names, after in ranked) / count,
        "three_of_usual": sum(after in usual[:3] for _, after in ranked) / count,
        "gate": contest(declared, models, losses(model), lambda name: losses(models.open_sequence(name, MEASURED))),
    }
    card = {**_origin(declared, why), **report}
    return models.keep(whole, model, card, now), card


def _missed(model: NextQuestion, asked: Sequence[str]) -> float:
    """Of how many questions of a customer the first guess was wrong."""
    guesses = [model.predict(asked[:place])[:1] for place in range(1, len(asked))]
    return float(sum(not guess or guess[0][0] != after for guess, after in zip(guesses, asked[1:], strict=True)))
