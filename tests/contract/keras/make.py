"""Make model.onnx and classifier.json beside this file: `python make.py`, with keras, torch and onnxscript installed.

A small network of Keras, trained on the English sample sentences and exported by Keras itself.
It is kept here, 60 kB, because a development set with Keras would be hundreds of megabytes.
"""

from __future__ import annotations

import json
import os
import re
import string
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "kefu" / "testing" / "reader.en.txt"
LENGTH = 16


def sentences() -> list[tuple[str, str]]:
    """The sample sentences with their intents, as Keras's TextVectorization would standardise them."""
    found, intent = [], ""
    for line in SAMPLES.read_text("utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            intent = header[1]
        elif line and not line.startswith("#"):
            text = re.sub(r"\[([^\]]+)\]\(\w+\)", r"\1", line).lower()
            found.append((text.translate(str.maketrans("", "", string.punctuation)), intent))
    return found


def main() -> None:
    """Train and export."""
    keras.utils.set_random_seed(7)
    samples = sentences()
    labels = sorted({intent for _, intent in samples})
    words = ["", "[UNK]", *sorted({word for text, _ in samples for word in text.split()})]
    number = {word: at for at, word in enumerate(words)}
    ids = np.zeros((len(samples), LENGTH), np.int64)
    for row, (text, _) in enumerate(samples):
        cut = [number[word] for word in text.split()][:LENGTH]
        ids[row, : len(cut)] = cut
    wanted = np.array([labels.index(intent) for _, intent in samples])
    model = keras.Sequential(
        [
            keras.layers.Input((LENGTH,), dtype="int64"),
            keras.layers.Embedding(len(words), 16),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(len(labels), activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.02
    model.fit(ids, wanted, epochs=150, verbose=0)
    model.export(str(HERE / "model.onnx"), format="onnx")
    settings = {"labels": labels, "words": words, "input": "ids", "split": "blanks"}
    (HERE / "classifier.json").write_text(json.dumps(settings, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
