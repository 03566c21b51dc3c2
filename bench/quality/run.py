"""How far do the scores of conversations agree with what people think of them?

    python bench/quality/run.py --data DIR          the half for figures; results.json
    python bench/quality/run.py --data DIR --dev    the other half, for choices

See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from dialogues import JUDGED, Dialogue, events_of, load

from kefu.app.config import load_config
from kefu.app.models import Models
from kefu.app.readers import reader_settings
from kefu.app.reporting import ground_of
from kefu.app.skills import load_catalog
from kefu.app.succession import Succession
from kefu.core.nouns import Language
from kefu.core.ports.insight import Score
from kefu.core.ports.reader import Reader
from kefu.service.desk.hours import Hours
from kefu.service.insight.agreement import agree, kappa, level
from kefu.service.insight.quality import score
from kefu.service.insight.visits import Ground, visits

HERE = Path(__file__).parent
NAMES: dict[Language, str] = {"zh": "Chinese", "en": "English"}
DRAWS = 1000
ALWAYS = Hours(ZoneInfo("Asia/Shanghai"), spans=((0, 1440),))
figures: list[dict[str, Any]] = []


def figure(name: str, value: float, **more: object) -> None:
    """Write a figure down and show it."""
    figures.append({"name": name, "value": round(value, 4), "unit": "ratio", "better": "higher", **more})
    print(f"{name:<72} {value:>7.3f} {more.get('interval', '')}", flush=True)


def auc(scores: np.ndarray, good: np.ndarray) -> float:
    """How likely a good one has the higher score than a bad one; ties count half (Mann, Whitney, 1947)."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    n, m = int(good.sum()), int((~good).sum())
    return float((ranks[good].sum() - n * (n + 1) / 2) / (n * m))


def spread(scores: np.ndarray, good: np.ndarray) -> list[float]:
    """An interval of 95 %, by drawing the dialogues anew."""
    random, found = np.random.default_rng(7), []
    for _ in range(DRAWS):
        at = random.integers(len(scores), size=len(scores))
        found.append(auc(scores[at], good[at]))
    return [round(float(one), 4) for one in np.quantile(found, (0.025, 0.975))]


def measure(language: str, some: Sequence[Dialogue], scores: Sequence[Score]) -> None:
    """Each regard against what the judges thought, beside what one judge says of the others."""
    for regard in JUDGED.values():
        marks = np.array([one.judged[regard] for one in some])
        ours = np.array([getattr(one, regard) for one in scores], float)
        good = marks.mean(axis=1) > 0
        one_judge = np.mean([auc(marks[:, at], np.delete(marks, at, 1).mean(1) > 0) for at in range(marks.shape[1])])
        beside = {"baseline": round(float(one_judge), 4), "baseline_name": "one judge against the others"}
        name = f"{language}, {regard}"
        figure(f"{name}: AUC, judged good by the most", auc(ours, good), interval=spread(ours, good), **beside)
        levels = [level(int(one)) for one in ours]
        pairs = [(mine, round(float(mark)) + 3) for mine, mark in zip(levels, marks.mean(axis=1), strict=True)]
        found = agree(pairs)
        judges = [kappa(Counter((a + 3, b + 3) for a, b in marks[:, [at, at + 1]])) for at in range(marks.shape[1] - 1)]
        known = [one for one in judges if one is not None]
        figure(
            f"{name}: weighted kappa with the mean of the judges",
            found.kappa or 0.0,
            interval=[round(one, 4) for one in found.interval or (0.0, 0.0)],
            baseline=round(float(np.mean(known)), 4),
            baseline_name="two judges",
        )


def school(home: Path) -> tuple[Reader, Ground]:
    """The reader of a fresh sample project: it has seen none of the dialogues."""
    for command in (["init", str(home), "--learners", "200", "--quiet"], ["train", str(home), "--quiet"]):
        subprocess.run([sys.executable, "-m", "kefu", *command], check=True, stdout=subprocess.DEVNULL)
    config = load_config(home)
    reader = Succession(Models(home / config.get("reader.model", str)), reader_settings(config)).open()
    return reader, ground_of(load_catalog(home / config.get("skills.folder", str), ""), ALWAYS)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the folder stc3")
    parser.add_argument("--dev", action="store_true", help="the half for choices; writes nothing")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        reader, ground = school(Path(place) / "school")
    for language, name in NAMES.items():
        some = [one for one in load(asked.data / "stc3", language) if one.is_held != asked.dev]
        scores = []
        for one in some:
            events = events_of(one, reader)
            scores.append(score(events, visits(events, ground)[0], ground.thanks))
        print(f"{name}: {len(some):,} dialogues", flush=True)
        measure(name, some, scores)
    if not asked.dev:
        results = {
            "command": "python bench/quality/run.py --data DIR",
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}",
            "date": datetime.now(UTC).date().isoformat(),
            "figures": figures,
        }
        (HERE / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
