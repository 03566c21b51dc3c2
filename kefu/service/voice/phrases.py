"""Which phrases a caller may say now, likeliest first: a closed recogniser's grammar, an open one's hot words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from kefu.core.nouns import Conversation, Language, Option
from kefu.core.ports.speech import Expected, Expects, Phrase
from kefu.service.skills.catalog import Catalog
from kefu.service.voice.murmurs import murmurs

LANGUAGES: tuple[Language, ...] = ("zh", "en")
MOST: Mapping[Language, int] = {"zh": 50, "en": 200}
"""Phrases of a closed grammar: with more, closed recognition of Chinese gets markedly worse (see bench/voice)."""

OTHERS = 20
"""Phrases of the other language: enough to change to it by ear, few enough not to be heard in this one."""

LONGEST: Mapping[Language, int] = {"zh": 24, "en": 80}
"""Characters: nobody says a longer sentence word by word."""

CUES: Mapping[Language, tuple[str, ...]] = {
    "zh": ("是的", "不是", "不用了", "算了", "不对", "没有了", "谢谢"),
    "en": ("yes", "no", "no thanks", "never mind", "that's wrong", "nothing else", "thank you"),
}
"""Small words that steer any dialogue, beside those of the house (`confirm`, `cancel`, a person)."""

MARK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
FIXED = re.compile(r"\\d\{(\d+)\}")
ONE_DIGIT = 9


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What may be said at any time, by language and likeliest first; made once, until skills or texts change."""

    phrases: Mapping[Language, tuple[Phrase, ...]]

    @classmethod
    def of(cls, catalog: Catalog, questions: Iterable[tuple[Language, str]]) -> Repertoire:
        """From the skills' examples, a few of each intent before more of any, and the questions that texts answer."""
        asked: dict[Language, list[Phrase]] = {language: [] for language in LANGUAGES}
        for number, (language, text) in enumerate(questions):
            asked[language].append(Phrase(f"text:{number}", text, language, 0.5))
        found: dict[Language, tuple[Phrase, ...]] = {}
        for language in LANGUAGES:
            first, *others = _examples(catalog, language) or [()]
            found[language] = (*first, *_taking_turns(chain.from_iterable(others), asked[language]))
        return cls(found)


def expected(
    talk: Conversation | None,
    catalog: Catalog,
    repertoire: Repertoire,
    quick: Sequence[str],
    *,
    language: Language,
    most: Mapping[Language, int] = MOST,
) -> Expected:
    """What is expected now: the answer to what was asked first, then what may always be said, in both languages.

    `quick` are the quick replies of what was said last. Costs some microseconds.
    """
    found: list[Phrase] = []
    for one in (language, *(other for other in LANGUAGES if other != language)):
        now = _now(talk, catalog, quick, one)
        always = (*_cues(catalog, one), *murmurs(one))
        limit = min(most.get(one, MOST[one]), MOST[one] if one == language else OTHERS)
        found += _distinct(chain(now, always, repertoire.phrases.get(one, ())), one, limit)
    return Expected(language, _expects(talk), tuple(found))


def hints(expects: Expected, most: int = 3) -> tuple[str, ...]:
    """Some things to say, for who was not understood."""
    own = [phrase for phrase in expects.phrases if phrase.language == expects.language]
    state = [phrase.text for phrase in own if phrase.id.startswith("now:")]
    others = [phrase.text for phrase in own if phrase.id.startswith("example:")]
    return tuple([*state, *others][:most])


def digits_of(talk: Conversation | None, catalog: Catalog) -> int:
    """How many keys answer the question that waits: one for a short list, a number's digits, or 0 for none."""
    flow = talk.flow if talk else None
    if talk is None or flow is None or flow.question is None:
        return 1 if talk and talk.offered else 0
    if flow.question.options:
        return 1 if len(flow.question.options) <= ONE_DIGIT else 2
    slot = catalog.skills[flow.skill].slots.get(flow.question.about)
    fixed = FIXED.search(slot.pattern) if slot and slot.pattern else None
    return int(fixed[1]) if fixed else 0


def _expects(talk: Conversation | None) -> Expects:
    question = talk.flow.question if talk and talk.flow else None
    if question and question.kind == "confirm":
        return "yes_no"
    return "phrases" if (question and question.options) or (talk and talk.offered) else "free"


def _now(talk: Conversation | None, catalog: Catalog, quick: Sequence[str], language: Language) -> Iterator[Phrase]:
    """What the dialogue's state waits for."""
    question = talk.flow.question if talk and talk.flow else None
    options: Sequence[Option] = question.options if question else talk.offered if talk else ()
    texts = [text for option in options for text in (option.label, *option.aliases)]
    if question and question.kind == "confirm":
        words = catalog.house[language]["word"]
        texts = [*words["yes"], *words["no"]]
    for number, text in enumerate((*texts, *quick)):
        if _is_of(text, language):
            yield Phrase(f"now:{number}", text, language)


def _cues(catalog: Catalog, language: Language) -> Iterator[Phrase]:
    words = catalog.house[language]["word"]
    house = [text for name in ("person", "yes", "no", "back") for text in words.get(name, ())]
    for text in (*house, *CUES[language]):
        yield Phrase(f"cue:{text}", text, language, 0.8)


def _examples(catalog: Catalog, language: Language) -> list[tuple[Phrase, ...]]:
    """The plain examples: the first of each intent, the second of each, and so on."""
    by_intent: dict[str, list[str]] = {}
    for skill in catalog.skills.values():
        for intent, marked in skill.examples.get(language, ()):
            text = MARK.sub(r"\1", marked)
            if len(text) <= LONGEST[language]:
                by_intent.setdefault(intent, []).append(text)
    rows = zip_longest(*by_intent.values())
    intents = list(by_intent)
    return [
        tuple(
            Phrase(f"example:{intents[place]}:{number}", text, language, 0.6) for place, text in enumerate(row) if text
        )
        for number, row in enumerate(rows)
    ]


def _taking_turns(*several: Iterable[Phrase]) -> Iterator[Phrase]:
    for row in zip_longest(*several):
        yield from (phrase for phrase in row if phrase)


def _distinct(phrases: Iterable[Phrase], language: Language, most: int) -> Iterator[Phrase]:
    seen: set[str] = set()
    for phrase in phrases:
        plain = re.sub(r"\W", "", phrase.text).casefold()
        if plain and plain not in seen and len(phrase.text) <= LONGEST[language]:
            if len(seen) == most:
                return
            seen.add(plain)
            yield phrase


def _is_of(text: str, language: Language) -> bool:
    """Whether a text can be said in a language: whatever has a Chinese character is Chinese."""
    return (language == "zh") == bool(re.search(r"[\u3400-\u9fff]", text))
