"""The tone of a message: how it sounds, how angry and pressing it is, and what act of speaking it is.

`mood` reads it without training. Above it stand four questions for each language, learned from
the project's tone examples: sentiment, anger, urgency, act. Where a question has too few
examples, what the lists say holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from kefu.ai.text.folder import Parts, pack_json, unpack_json
from kefu.ai.text.mood import read_mood
from kefu.ai.text.normal import Normal
from kefu.ai.text.tone_features import Remark, make_remark
from kefu.ai.text.tone_scale import Lexicon, Scale, train_scale
from kefu.ai.text.words import Word
from kefu.core.nouns import Act, ActScore, Language, Reading
from kefu.core.ports.reader import TONES, Example, Progress

FEWEST = 8
"""So many examples must each of two answers have before a question is learned."""

MOST_ALIKE = 400
"""To so many of each answer the skills' examples, nearly all enquiries, fill up those of the tone files."""

QUESTIONS = ("sentiment", "anger", "urgency", "act")
LANGUAGES: tuple[Language, ...] = get_args(Language)

THIRD = 1 / 3
"""From -1 to 1, a sentiment is negative in the first third, neutral in the second, positive in the last."""


@dataclass(frozen=True, slots=True)
class Tone:
    """How a message sounds; see `Reading`."""

    sentiment: float
    anger: float
    urgency: float
    act: ActScore | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """The learned questions of one language."""

    lexicon: Lexicon
    scales: Mapping[str, Scale]

    def judge(self, remark: Remark) -> dict[str, dict[str, float]]:
        """The probability of each answer to each question that was learned."""
        placed = self.lexicon.place(remark)
        return {
            name: dict(zip(scale.answers, scale.judge(placed).tolist(), strict=True))
            for name, scale in self.scales.items()
        }

    def hear(self, remark: Remark) -> Tone:
        """The tone of a remark: what was learned, and what the lists say of the rest."""
        found, mood = self.judge(remark), remark.mood
        signs = found.get("sentiment")
        sentiment = signs.get("positive", 0.0) - signs.get("negative", 0.0) if signs else mood.sentiment
        anger, urgency = (
            found[name]["yes"] if name in found else listed
            for name, listed in (("anger", mood.anger), ("urgency", mood.urgency))
        )
        return Tone(round(sentiment, 3), round(anger, 3), round(urgency, 3), _likeliest(found.get("act")))


def _likeliest(acts: Mapping[str, float] | None) -> ActScore | None:
    if not acts:
        return None
    best = max(acts, key=lambda name: (acts[name], name))
    return next(ActScore(act, round(acts[best], 4)) for act in get_args(Act) if act == best)


@dataclass(frozen=True, slots=True)
class Tones:
    """What was learned about tone, by language; empty before training."""

    voices: Mapping[Language, Voice] = field(default_factory=dict)

    def hear(self, normal: Normal, words: Sequence[Word], language: Language) -> Tone:
        """The tone of a message; by the lists where nothing was learned for its language. 150 µs for a sentence."""
        mood = read_mood(normal.text, normal.original)
        if voice := self.voices.get(language):
            return voice.hear(make_remark(normal, words, mood))
        return Tone(mood.sentiment, mood.anger, mood.urgency)

    @classmethod
    def learn(cls, lessons: Sequence[tuple[Remark, Example]], progress: Progress) -> Tones:
        """Learn from remarks with the examples that they were; about 1 s of CPU for 1,000 of them."""
        voices: dict[Language, Voice] = {}
        for language in LANGUAGES:
            spoken = [(remark, example) for remark, example in lessons if example.language == language]
            if voice := _learn(spoken, language, progress):
                voices[language] = voice
        return cls(voices)

    def pack(self) -> Parts:
        """What was learned as files."""
        if not self.voices:
            return {}
        facts: dict[str, object] = {}
        files: dict[str, bytes] = {}
        for language, voice in self.voices.items():
            scales = {name: scale.answers for name, scale in voice.scales.items()}
            facts[language] = {"features": list(voice.lexicon.index), "words": voice.lexicon.n_words, "scales": scales}
            for name, scale in voice.scales.items():
                files.update(scale.pack(f"tone.{language}.{name}"))
        return {"tone.json": pack_json(facts), **files}

    @classmethod
    def unpack(cls, parts: Parts) -> Tones:
        """What is in these files; nothing in those of a model that was trained without tone."""
        voices: dict[Language, Voice] = {}
        facts = unpack_json(parts["tone.json"]) if "tone.json" in parts else {}
        for language in LANGUAGES:
            if known := facts.get(language):
                lexicon = Lexicon({name: at for at, name in enumerate(known["features"])}, known["words"])
                scales = {
                    name: Scale.unpack(parts, f"tone.{language}.{name}", answers)
                    for name, answers in known["scales"].items()
                }
                voices[language] = Voice(lexicon, scales)
        return cls(voices)


def answers_of(example: Example) -> dict[str, str]:
    """What an example answers to the four questions, as far as it does."""
    said = frozenset(example.tone.split())
    act = next((act for act in get_args(Act) if act in said), "")
    answers = {"act": act} if act else {}
    if said & frozenset(TONES):
        feeling = next((word for word in ("negative", "positive") if word in said), "neutral")
        answers["sentiment"] = "negative" if "angry" in said else feeling
        answers["anger"] = "yes" if "angry" in said else "no"
        answers["urgency"] = "yes" if "urgent" in said else "no"
    return answers


def heading_of(answers: Mapping[str, str]) -> str:
    """Answers as the words of a heading (`negative angry complaint`); calm and unhurried need no word."""
    words = [answers.get("sentiment", "")]
    words += [word for name, word in (("anger", "angry"), ("urgency", "urgent")) if answers.get(name) == "yes"]
    return " ".join(filter(None, [*words, answers.get("act", "")]))


def heard_in(reading: Reading) -> dict[str, str]:
    """What a reading answers to the four questions; an act that was not learned is unknown."""
    sign = reading.sentiment
    return {
        "sentiment": "negative" if sign < -THIRD else "positive" if sign > THIRD else "neutral",
        "anger": "yes" if reading.anger >= 0.5 else "no",
        "urgency": "yes" if reading.urgency >= 0.5 else "no",
        "act": reading.act.name if reading.act else "unknown",
    }


def _learn(lessons: Sequence[tuple[Remark, Example]], language: str, progress: Progress) -> Voice | None:
    answers = [answers_of(example) for _, example in lessons]
    told = [not example.intent for _, example in lessons]
    taught = {name: _thinned([each.get(name, "") for each in answers], told) for name in QUESTIONS}
    taught = {name: places for name, places in taught.items() if places}
    if not taught:
        return None
    lexicon = Lexicon.build([lessons[at][0] for at in sorted(set().union(*taught.values()))])
    scales: dict[str, Scale] = {}
    for name, places in taught.items():
        placed = [lexicon.place(lessons[at][0]) for at in places]
        labels = [answers[at][name] for at in places]
        what = f"{name} ({language})"
        scales[name] = train_scale(placed, labels, len(lexicon.index), lambda *done, what=what: progress(what, *done))
    return Voice(lexicon, scales)


def _thinned(labels: Sequence[str], told: Sequence[bool]) -> list[int]:
    """Which texts to learn a question from, of answers with enough of them.

    All that are `told` for their tone, and of the others so many, evenly, as fill up their answer.
    """
    chosen: list[int] = []
    counts = Counter(label for label in labels if label)
    known = [label for label, count in counts.items() if count >= FEWEST]
    for label in known if len(known) > 1 else ():
        own = [at for at, one in enumerate(labels) if one == label and told[at]]
        others = [at for at, one in enumerate(labels) if one == label and not told[at]]
        most = min(len(others), max(0, MOST_ALIKE - len(own)))
        chosen += own + [others[at] for at in np.linspace(0, len(others) - 1, most).astype(int).tolist()]
    return sorted(chosen)
