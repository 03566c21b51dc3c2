"""Vectors that were made before, kept in a file: a changed example does not have the others encoded again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kefu.ai.cores import cores_of
from kefu.ai.kept import read_kept, write_kept
from kefu.core.ports.encoder import Encoder

AT_ONCE = 256
"""Texts that the encoder is given together, between two words of progress."""

MOST = 100_000
"""Vectors that are kept; of 384 dimensions they take 160 MB."""

KEY_BYTES = 16
NONE = np.zeros(0)


class VectorMemory:
    """Encodes by looking up first. Without a file it only encodes, in portions, on so many cores (0: all).

    A file that is missing, damaged or of another encoder is as good as an empty one, and one that can't be
    written as none. Several processes may use it at the same time: each replaces it whole, and the last one
    stays. `hits` and `misses` count texts that were looked up, and those that the encoder had to read.
    """

    def __init__(self, file: Path | None, cores: int = 0) -> None:
        self._file, self._cores = file, cores or cores_of({})
        self.hits = 0
        self.misses = 0

    def encode(self, encoder: Encoder, texts: Sequence[str], progress: Callable[[int, int], None]) -> np.ndarray:
        """Vectors float32 (n_texts, d) as the encoder makes them; `progress` gets (texts done, all texts)."""
        before = self._load(encoder)
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=KEY_BYTES).digest() for text in texts]
        found = {key: before[key] for key in keys if key in before}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        wanted = sorted(new, key=lambda key: (len(new[key]), new[key]))
        self.hits += len(found)
        self.misses += len(new)
        portions = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]
        with ThreadPoolExecutor(self._cores) as cores:
            made = cores.map(lambda portion: np.asarray(encoder.encode([new[key] for key in portion])), portions)
            for number, (portion, vectors) in enumerate(zip(portions, made, strict=True), start=1):
                found.update(zip(portion, vectors, strict=True))
                progress(len(texts) - max(len(wanted) - number * AT_ONCE, 0), len(texts))
        if new and self._file:
            self._save(self._file, encoder, {**found, **before})
        return np.array([found[key] for key in keys], np.float32).reshape(len(texts), encoder.dimensions)

    def _load(self, encoder: Encoder) -> dict[bytes, np.ndarray]:
        kept = read_kept(self._file, encoder.version)
        keys, vectors = kept.get("keys", NONE), kept.get("vectors", NONE)
        if keys.shape != (len(vectors), KEY_BYTES) or vectors.shape != (len(keys), encoder.dimensions):
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    @staticmethod
    def _save(file: Path, encoder: Encoder, vectors: dict[bytes, np.ndarray]) -> None:
        """Keep what was used now, then what was used before, as far as there is room."""
        kept = list(vectors)[:MOST]
        arrays: dict[str, np.ndarray] = {
            "keys": np.frombuffer(b"".join(kept), np.uint8).reshape(len(kept), KEY_BYTES),
            "vectors": np.array([vectors[key] for key in kept], np.float32),
        }
        write_kept(file, encoder.version, arrays)
