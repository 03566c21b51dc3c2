"""Find entities in the sentences marked by hand, beside other libraries. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from gold import Marked, Score, Sentence, load, meanings, score
from others import LIBRARIES, Finder

from kefu.ai.text.found import resolve
from kefu.ai.text.normal import normalise
from kefu.ai.text.patterns import find_patterns

HERE = Path(__file__).parent
KINDS = (
    "date time duration money quantity percent ordinal part phone email url order_number tracking_number last_four"
).split()


def ours(text: str) -> list[Marked]:
    """What kefu finds, values as they are compared."""
    normal = normalise(text)
    found = []
    for one in resolve(find_patterns(normal.text)):
        value = f"{one.value} {one.unit}" if one.unit and one.kind in ("money", "quantity") else str(one.value)
        found.append(Marked(one.kind, *normal.span(one.start, one.end), meanings(one.kind, value)))
    return found


def cost(find: Callable[[str], object], texts: Sequence[str]) -> float:
    """CPU milliseconds a text, after one round to load what is loaded when first used."""
    for text in texts:
        find(text)
    began = time.process_time()
    for text in texts:
        find(text)
    return (time.process_time() - began) / len(texts) * 1000


def measure(language: str, part: str, libraries: dict[str, Finder]) -> list[dict[str, object]]:
    """One figure for each kind, the best other library beside it, and the cost."""
    sentences = load(language, part)
    texts = [text for text, _ in sentences]
    table = score(sentences, [ours(text) for text in texts], KINDS)
    rivals = {
        name: score(sentences, [_split(one, finder.find(one[0])) for one in sentences], finder.kinds)
        for name, finder in libraries.items()
        if language in finder.languages
    }
    figures = []
    for kind, own in table.items():
        figure = {"name": f"{language}, {kind}: F1", "value": round(own.f1(own.exact), 1), "unit": "%"}
        best = max(
            ((other[kind].f1(other[kind].exact), name) for name, other in rivals.items() if kind in other),
            default=None,
        )
        figure |= {"better": "higher", "marked": own.marked}
        if best:
            figure |= {"baseline": round(best[0], 1), "baseline_name": best[1]}
        figures.append(figure)
        print(_line(language, kind, own, {name: other[kind] for name, other in rivals.items() if kind in other}))
    total = Score(
        *(sum(getattr(one, count) for one in table.values()) for count in ("exact", "loose", "found", "marked"))
    )
    figures.append(
        {"name": f"{language}, all: F1", "value": round(total.f1(total.exact), 1), "unit": "%", "better": "higher"}
    )
    costs = {"kefu": cost(lambda text: list(find_patterns(normalise(text).text)), texts)}
    costs |= {name: cost(libraries[name].find, texts) for name in rivals}
    print(language, {name: f"{ms:.3f} ms" for name, ms in costs.items()})
    figures += [
        {"name": f"{language}, {name}: CPU a message", "value": round(ms, 3), "unit": "ms", "better": "lower"}
        for name, ms in costs.items()
    ]
    return figures


def _split(sentence: Sentence, found: Sequence[Marked]) -> list[Marked]:
    """A day with its hour, found as one thing, as the day and the hour that are marked side by side."""
    _, marks = sentence
    out: list[Marked] = []
    for one in found:
        inside = [mark for mark in marks if one.start <= mark.start and mark.end <= one.end]
        if one.kind == "datetime" and {mark.kind for mark in inside} == {"date", "time"}:
            for mark in inside:
                own = frozenset(value for value in one.meanings if (value.count("-") > 1) == (mark.kind == "date"))
                out.append(Marked(mark.kind, mark.start, mark.end, own))
        else:
            kind = "time" if one.kind == "datetime" else one.kind
            out.append(Marked(kind, one.start, one.end, one.meanings))
    return out


def _line(language: str, kind: str, own: Score, rivals: dict[str, Score]) -> str:
    others = "  ".join(f"{name} {one.f1(one.exact):.1f} ({one.f1(one.loose):.1f})" for name, one in rivals.items())
    return f"{language} {kind:16} {own.f1(own.exact):5.1f} ({own.f1(own.loose):.1f}) of {own.marked:3}  {others}"


def main() -> None:
    """Measure one part and, for the test part, write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the part for choices; writes nothing")
    options = parser.parse_args()
    libraries = {name: opened for name, make in LIBRARIES.items() if (opened := make()) is not None}
    missing = sorted(set(LIBRARIES) - set(libraries))
    if missing:
        print(f"not installed, so not measured: {', '.join(missing)} (pip install -r bench/entities/others.txt)")
    figures = [f for language in ("zh", "en") for f in measure(language, "dev" if options.dev else "test", libraries)]
    if options.dev or missing:
        return
    results = {
        "command": "python bench/entities/run.py",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": figures,
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
