"""Tune an encoder to the training files of each set, for `--tuned DIR` of the benches of readers.

    python bench/tune.py --data DIR --encoder DIR --out DIR          official training files: 20 CPU minutes
    python bench/tune.py --data DIR --encoder DIR --out DIR --dev    what remains of them beside development files
    python bench/tune.py --data DIR --encoder DIR --out DIR --shots 10 5    the lists of few examples

`--encoder` is what `kefu encoder tune --encoder` takes: minilm, a wheel or a folder with model.safetensors.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from sets import FOREIGN, SETS, load, plain  # noqa: E402

from kefu.ai.encode.tuned import REHEARSAL, Recipe, read_tuned  # noqa: E402
from kefu.app.tuning import lesson_of, tune_encoder  # noqa: E402
from kefu.core.ports.reader import Example  # noqa: E402


def main() -> None:
    """Write a folder with one encoder per set: OUT/banking77, OUT/hwu64 …, with few examples OUT/banking77-10 …."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--encoder", default="minilm", help="minilm, a wheel, or a folder with model.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="where the encoders go")
    parser.add_argument("--dev", action="store_true", help="leave the development files unseen")
    parser.add_argument("--shots", nargs="*", type=int, default=[0], help="numbers of examples an intent; 0 for all")
    english = [one.folder for one in SETS if one.language == "en"]
    parser.add_argument("--sets", nargs="*", default=english, help="folders of sets")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for one in (one for one in SETS if one.folder in options.sets):
        for shots in options.shots:
            whole = one.dev_train if options.dev else one.train
            rows = load(options.data / one.folder / f"{f'fewshot_train_{shots}' if shots else whole}.csv")
            examples = [Example(plain(text), label, one.language) for text, label in rows if label != FOREIGN]
            began, target = time.process_time(), options.out / (f"{one.folder}-{shots}" if shots else one.folder)
            lesson = lesson_of(examples, frozenset([one.language]), lambda *_: None)
            tune_encoder(options.encoder, target, lesson, Recipe(), seed=options.seed, progress=lambda *_: None)
            tried = read_tuned(target / REHEARSAL)
            gain = " -> ".join(f"{100 * share:.1f} %" for share in tried.gain or ()) if tried else ""
            print(f"{target}: {time.process_time() - began:.0f} CPU s, nearest intent's mean {gain}", flush=True)


if __name__ == "__main__":
    main()
