"""What a tuned encoder has seen: written beside it, so that nobody tries it on texts it has learned.

    encoders/minilm-tuned/
    ├── model.onnx, tokenizer.json …    an encoder like any other, tuned on all examples
    ├── tuned.json                      what it was made of, and a digest of each text it has seen
    └── rehearsal/                      the same again, tuned without some texts and some intents

The rehearsal is what certainty is learned with: its held-back texts are as new to it as a customer's
message will be to the encoder, and its left-out intents stand for all that nobody has thought of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kefu.core.errors import ModelMissing

RECORD = "tuned.json"
REHEARSAL = "rehearsal"
DIGEST_BYTES = 8

FEW = 20
"""Fewer examples of an intent on average are few."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to tune; the defaults were chosen on the development files of BANKING77, CLINC150 and HWU64.

    `few_epochs` are those with few examples of an intent. `rate` is the upper layer's, each
    lower one's is `slower` times that of the one above. `sharpness` multiplies cosines into
    logits, `smoothing` is the share of a target that all intents have in common, `kept` the
    share of the original in the weights at the end.
    """

    epochs: int = 3
    few_epochs: int = 10
    batch: int = 32
    rate: float = 1e-4
    slower: float = 0.9
    head_rate: float = 1e-2
    dropout: float = 0.1
    sharpness: float = 20.0
    smoothing: float = 0.1
    most_tokens: int = 48
    kept: float = 0.3

    def epochs_for(self, n_texts: int, n_labels: int) -> int:
        """How often each text is read."""
        return self.few_epochs if n_texts < FEW * n_labels else self.epochs


@dataclass(frozen=True, slots=True)
class Tuned:
    """How an encoder was tuned.

    `source` is a fingerprint of the weights it began with, `seen` holds a digest of each text it
    learned from. `gain` says, for a rehearsal, which share of the held-back texts lay nearest
    to their own intent's mean before and after.
    """

    source: str
    recipe: Recipe
    seed: int
    seen: frozenset[str]
    gain: tuple[float, float] | None = None

    def has_seen(self, text: str) -> bool:
        """Whether a text, as an encoder is given it, was learned from."""
        return digest_text(text) in self.seen

    def share_unseen(self, texts: Iterable[str]) -> float:
        """The share of different texts that it has not learned from; 0 for none."""
        now = {digest_text(text) for text in texts}
        return len(now - self.seen) / len(now) if now else 0.0


def digest_text(text: str) -> str:
    """Sixteen hexadecimal digits that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).hexdigest()


def write_tuned(folder: Path, tuned: Tuned) -> None:
    """Write the record of an encoder beside it."""
    told = {**asdict(tuned), "seen": sorted(tuned.seen)}
    (folder / RECORD).write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def read_tuned(folder: Path) -> Tuned | None:
    """The record of an encoder, None for one that was not tuned; raises `ModelMissing` for a damaged one."""
    file = folder / RECORD
    if not file.is_file():
        return None
    try:
        told = json.loads(file.read_text("utf-8"))
        gain = tuple(told["gain"]) if told["gain"] else None
        return Tuned(told["source"], Recipe(**told["recipe"]), int(told["seed"]), frozenset(told["seen"]), gain)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"{file} can't be read ({error}); run `kefu encoder tune` again.") from error
