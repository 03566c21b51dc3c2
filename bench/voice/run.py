"""How well are callers heard, and how soon answered? README.md says how.

python bench/voice/run.py [--data DIR] [--prompts DIR] [--digits DIR] [--words DIR]
                          [--only PART …]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import recognition  # noqa: E402 - beside this file
from sets import write  # noqa: E402

COMMAND = "python bench/voice/run.py --data DIR --prompts DIR --digits DIR --words DIR"
PARTS = ("synthetic", "telephone", "real", "words", "silence", "stalls", "memory", "digits")


def figures(part: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of a part; none where its data is not named."""
    match part:
        case "synthetic":
            yield from recognition.synthetic()
        case "telephone" if options.prompts:
            yield from recognition.telephone(options.prompts)
        case "real" if options.data:
            yield from recognition.real(options.data)
        case "silence":
            yield from recognition.silence(options.data)
        case "memory":
            yield from recognition.memory()
        case "stalls":
            yield from recognition.stalls()
        case "words" if options.words:
            yield from recognition.words(options.words)
        case "digits" if options.data and options.digits:
            yield from recognition.digit_figures(options.data, options.digits)


def main() -> int:
    """Measure, print; what is not measured keeps its figures in results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds speech_clips/ and fsdd/")
    parser.add_argument("--prompts", type=Path, help="Asterisk's sounds with core-sounds-en.txt")
    parser.add_argument("--digits", type=Path, help="the model that digits.py made")
    parser.add_argument("--words", type=Path, help="a clone of github.com/hugolpz/audio-cmn")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    for part in options.only:
        found = list(figures(part, options))
        if found:
            write(HERE, COMMAND, found, some=(HERE / "results.json").is_file())
    return 0


if __name__ == "__main__":
    sys.exit(main())
