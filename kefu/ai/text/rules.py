"""`rules.v1`: rules that people write, with probabilities learned from the examples.

A file holds an `[intent]` and under it one rule a line: words that must all stand in the
message, `a|b` for either, `!a` for must not; `"two words"` stand together. A rule is as
sure as it was right on the examples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.ai.text.folder import Parts, pack_json, unpack_json
from kefu.ai.text.intents import SHOWN
from kefu.ai.text.normal import normalise
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.reading import TextReader
from kefu.core.errors import BadConfig
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress, TrainableReader

NAME = "rules.v1"
HEADER = re.compile(r"\[(\w+)\]")
TERM = re.compile(r'(!?)((?:"[^"]+"|[^\s"])+)')

DOUBT = 0.5
"""Wrong matches that every rule is taken to have had: one that fits a single example is not believed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: `needs` must all be found, `bars` not; each is a choice of spellings."""

    intent: str
    line: str
    needs: tuple[re.Pattern[str], ...]
    bars: tuple[re.Pattern[str], ...]

    def fits(self, text: str) -> bool:
        """Whether a normalised text is meant."""
        return all(need.search(text) for need in self.needs) and not any(bar.search(text) for bar in self.bars)


def parse_rules(text: str, name: str) -> list[Rule]:
    """The rules of a file; raises `BadConfig` naming file and line."""
    rules: list[Rule] = []
    intent = ""
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        if header := HEADER.fullmatch(written):
            intent = header[1]
            continue
        if not intent:
            raise BadConfig(f"{name}:{number}: a rule stands before the first [intent].")
        terms = [(bar, _choice(term)) for bar, term in TERM.findall(written)]
        needs = tuple(one for bar, one in terms if not bar)
        if not needs:
            raise BadConfig(f"{name}:{number}: a rule needs a word that must be there, not only ! ones.")
        rules.append(Rule(intent, written, needs, tuple(one for bar, one in terms if bar)))
    return rules


def _choice(term: str) -> re.Pattern[str]:
    """Any of the spellings between bars; Latin ones as whole words."""
    spelt = [normalise(one.strip('"')).text.strip() for one in term.split("|") if one]
    whole = (rf"(?<![a-z\d]){re.escape(one)}(?![a-z\d])" if one.isascii() else re.escape(one) for one in spelt)
    return re.compile("|".join(whole))


class RuledIntents:
    """The rules that fit a text, each as likely right as it was on the examples."""

    def __init__(self, text: str, name: str) -> None:
        self._text, self._rules = text, parse_rules(text, name)
        self._sure: list[float] = [0.0] * len(self._rules)

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Count how often each rule is right; raises `BadConfig` for a rule of an intent without examples."""
        for number, rule in enumerate(self._rules, start=1):
            if rule.intent not in intents:
                raise BadConfig(f"rules: no skill has examples of {rule.intent!r}, the intent of {rule.line!r}.")
            met = [intent for phrase, intent in zip(phrases, intents, strict=True) if rule.fits(phrase.text)]
            right, wrong = met.count(rule.intent), len(met) - met.count(rule.intent)
            wrong += sum(rule.fits(phrase.text) for phrase in foreign)
            self._sure[number - 1] = right / (right + wrong + DOUBT) if right else 0.0
            progress("rules", number, len(self._rules))

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The intents whose rules fit; together at most 1."""
        found: dict[str, float] = {}
        for rule, sure in zip(self._rules, self._sure, strict=True):
            if sure > found.get(rule.intent, 0.0) and rule.fits(phrase.text):
                found[rule.intent] = sure
        total = max(1.0, sum(found.values()))
        best = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
        return tuple(IntentScore(name, round(sure / total, 4)) for name, sure in best)

    def pack(self) -> Parts:
        """The model as files."""
        return {"rules.json": pack_json({"text": self._text, "sure": self._sure})}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files: the rules as they stood when it was trained."""
        found = unpack_json(parts["rules.json"])
        self._text, self._sure = found["text"], [float(one) for one in found["sure"]]
        self._rules = parse_rules(self._text, "rules.json")


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader by the rules in the file `settings["rules"]`; raises `BadConfig` when there is none."""
    file = Path(str(settings.get("rules") or "rules.txt"))
    if not file.is_file():
        raise BadConfig(f"{file} is missing: rules.v1 reads its rules there, `[intent]` and one rule a line.")
    return TextReader(NAME, RuledIntents(file.read_text("utf-8"), str(file)), settings)
