"""Count how a loop over all phones mishears, on sentences of the sample school that synthetic voices say.

python bench/voice/odds.py          writes kefu/ai/speech/confusions.json, a minute of CPU

None of these sentences is measured by run.py. Sentences, voices, rates and speeds are drawn, the same every time.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

import kefu
from kefu.ai.speech import espeak
from kefu.ai.speech.confusions import FILE, Confusions, read
from kefu.ai.speech.grammar import ways_of
from kefu.ai.speech.sound import Samples
from kefu.ai.speech.sphinx import RATE_HZ, Grammars, Sphinx
from kefu.app.skills import load_catalog
from kefu.core.nouns import Language
from kefu.core.ports.speech import Phrase, Voice
from kefu.service.voice.phrases import MARK

HERE = Path(__file__).parent
SKILLS = Path(kefu.__file__).parent / "starter" / "education" / "skills"
VOICES: Mapping[Language, tuple[str, ...]] = {
    "zh": ("cmn", "cmn+f1", "cmn+f2", "cmn+f4", "cmn+m1", "cmn+m3", "cmn+m5", "cmn+m7"),
    "en": ("en", "en-us", "en+f1", "en-us+f3", "en+m2", "en-us+m3", "en-gb-scotland", "en+f4"),
}
SENTENCES, TIMES = 120, 2
LENGTHS: Mapping[Language, tuple[int, int]] = {"zh": (2, 14), "en": (4, 50)}
PHONES = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW B D G P T K M N NG F TH HH S SH CH JH Z ZH DH V L R W Y".split()
ALIKE = (PHONES[:15], PHONES[15:21], PHONES[21:24], PHONES[24:35], PHONES[35:])
"""Vowels, stops, nasals, fricatives, glides: what is expected before anything was counted."""

EVIDENCE = 40.0
"""How many phones that were heard weigh as much as what is expected before."""

Pair = tuple[Sequence[str], Sequence[str]]
"""The phones of a sentence, and those that the loop heard."""


def sentences(language: Language) -> Sequence[str]:
    """What learners write, without what run.py measures."""
    measured = set((HERE / f"phrases.{language}.txt").read_text("utf-8").split("\n"))
    least, most = LENGTHS[language]
    found = [
        MARK.sub(r"\1", marked)
        for skill in load_catalog(SKILLS, "verify_identity").skills.values()
        for _, marked in skill.examples[language]
    ]
    plain = dict.fromkeys(text for text in found if least <= len(text) <= most and not re.search(r"[\dA-Z\W]{2}", text))
    return random.Random(3).sample(sorted(plain.keys() - measured), SENTENCES)  # noqa: S311 - the same every time


def pairs(language: Language, engine: Sphinx, speaker: espeak.Espeak) -> Iterator[Pair]:
    """Each sentence by some voices, at some rate and speed."""
    chance, nothing = random.Random(5), Grammars((), engine.dictionary)  # noqa: S311 - the same every time
    for text in sentences(language):
        ways = ways_of([Phrase("", text, language)], engine.dictionary)
        for voice in chance.sample(VOICES[language], TIMES if ways else 0):
            rate_hz = chance.choice((8000, 16_000))
            pcm = b"".join(speaker.speak(text, Voice(voice, language), rate_hz, chance.choice((0.85, 1.0, 1.15))))
            sound = Samples(rate_hz, RATE_HZ).take(bytes(rate_hz // 2) + pcm + bytes(rate_hz // 2))
            yield " ".join(says[0] for says in ways[0].says).split(), engine.listen(nothing, sound)["loop"]["phones"]


def counted(found: Sequence[Pair], rounds: int = 5) -> Mapping[str, object]:
    """The table of a language, as it is stored; pairs are aligned anew in each round."""
    place = {phone: at for at, phone in enumerate(PHONES)}
    usual = np.bincount([place[phone] for _, loop in found for phone in loop], minlength=len(PHONES)) + 1.0
    usual /= usual.sum()
    alike = np.zeros((len(PHONES), len(PHONES)))
    for group in ALIKE:
        at = [place[phone] for phone in group]
        alike[np.ix_(at, at)] = usual[at] / usual[at].sum()
    before = 0.4 * usual + 0.4 * alike + 0.2 * np.eye(len(PHONES))
    heard, missed, added = before, np.full(len(PHONES), 0.15), 0.25
    for _ in range(rounds):
        table = read(stored(heard, missed, added, usual))
        hits, gone, more = np.zeros_like(before), np.zeros(len(PHONES)), 1.0
        for phrase, loop in found:
            for said, one in aligned(table, phrase, loop):
                if said is None:
                    more += 1
                elif one is None:
                    gone[place[said]] += 1
                else:
                    hits[place[said], place[one]] += 1
        every = hits.sum(1)
        heard = (hits + EVIDENCE * before) / (every[:, None] + EVIDENCE)
        missed, added = (gone + 2) / (every + gone + 14), more / (every.sum() + gone.sum() + 10)
    return stored(heard, missed, added, usual)


def stored(heard: np.ndarray, missed: np.ndarray, added: float, usual: np.ndarray) -> dict[str, object]:
    """Probabilities as logs, to be written down."""
    rows = np.log(heard * (1 - missed)[:, None] / usual)
    return {
        "phones": PHONES,
        "heard": [[round(float(one), 2) for one in row] for row in rows],
        "missed": [round(float(one), 2) for one in np.log(missed)],
        "added": round(float(np.log(added)), 2),
    }


def aligned(table: Confusions, phrase: Sequence[str], loop: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Which phone was heard for which."""
    best = {(0, 0): (0.0, (0, 0))}
    for said in range(len(phrase) + 1):
        for heard in range(len(loop) + 1):
            ways = []
            if said and heard:
                fit = table.heard[phrase[said - 1]][loop[heard - 1]]
                ways.append((best[said - 1, heard - 1][0] + fit, (said - 1, heard - 1)))
            if said:
                ways.append((best[said - 1, heard][0] + table.missed[phrase[said - 1]], (said - 1, heard)))
            if heard:
                ways.append((best[said, heard - 1][0] + table.added, (said, heard - 1)))
            if ways:
                best[said, heard] = max(ways)
    at, found = (len(phrase), len(loop)), []
    while at != (0, 0):
        said, heard = best[at][1]
        found.append((phrase[said] if said < at[0] else None, loop[heard] if heard < at[1] else None))
        at = (said, heard)
    return found


def main() -> None:
    """Count, and write the tables."""
    espeak.VOICES = tuple(Voice(name, language) for language, names in VOICES.items() for name in names)
    engine, speaker = Sphinx(), espeak.Espeak()
    languages: tuple[Language, ...] = ("zh", "en")
    tables = {language: counted(list(pairs(language, engine, speaker))) for language in languages}
    FILE.write_text(json.dumps(tables, separators=(",", ":")).replace("],[", "],\n[") + "\n", "ascii")
    engine.close()
    speaker.close()


if __name__ == "__main__":
    main()
