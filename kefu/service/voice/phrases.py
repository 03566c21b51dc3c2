"""Which phrases a caller may say now, likeliest first: a closed recogniser's grammar, an open one's hot words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

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

HINTED = ("now", "example", "text")

MARK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
FIXED = re.compile(r"\\d\{(\d+)\}")
ONE_DIGIT = 9


LIKED: Mapping[str, float] = {"read": 1.0, "write": 0.5, "none": 0.25}
"""How much a request for a skill counts by its risk: to be told something is asked most and does no harm when it was
misheard; what needs no records is mostly small talk, which nobody has to be taught."""

TEXT = 0.2
"""What a text that never answered anybody counts beside an intent that nobody had yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that a text answers, and how often it did of late."""

    language: Language
    text: str
    times: int = 0


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What may be said at any time, by language and likeliest first; made once, until skills or texts change."""

    phrases: Mapping[Language, tuple[Phrase, ...]]

    @classmethod
    def of(cls, catalog: Catalog, questions: Iterable[Answered], asked: Mapping[str, int] | None = None) -> Repertoire:
        """From the skills' examples and the questions that texts answer.

        `asked` is how often customers had an intent of late. Of an intent the second way to say it counts a quarter
        of the first, the third a ninth: who is shown one way needs no other.
        """
        found: dict[Language, list[tuple[float, Phrase]]] = {language: [] for language in LANGUAGES}
        for number, one in enumerate(questions):
            found[one.language].append((one.times + TEXT, Phrase(f"text:{number}", one.text, one.language, 0.5)))
        for language in LANGUAGES:
            found[language] += _examples(catalog, language, asked or {})
        return cls(
            {
                language: tuple(phrase for _, phrase in sorted(phrases, key=lambda one: -one[0]))
                for language, phrases in found.items()
            }
        )


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
    """Some things to say, for who was not understood: in the order of the phrases, one of each kind."""
    found: dict[str, str] = {}
    for phrase in expects.phrases:
        kind, _, about = phrase.id.partition(":")
        if phrase.language == expects.language and kind in HINTED:
            found.setdefault(f"{kind}:{about.partition(':')[0]}", phrase.text)
    return tuple(found.values())[:most]


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


def _examples(catalog: Catalog, language: Language, asked: Mapping[str, int]) -> Iterator[tuple[float, Phrase]]:
    """The plain examples of all intents, each with how likely it is beside the others."""
    ways: Counter[str] = Counter()
    for skill in catalog.skills.values():
        for intent, marked in skill.examples.get(language, ()):
            text = MARK.sub(r"\1", marked)
            if len(text) <= LONGEST[language]:
                likely = LIKED[skill.risk] * (asked.get(intent, 0) + 1) / (ways[intent] + 1) ** 2
                yield likely, Phrase(f"example:{intent}:{ways[intent]}", text, language, 0.6)
                ways[intent] += 1


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
