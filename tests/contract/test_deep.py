"""deep.v1, served without PyTorch from the model in deep/; tests/training trains it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from kefu.ai.text.deep import reader

MODEL = Path(__file__).parent / "deep" / "model"
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # importing it raises ImportError
from pathlib import Path
from kefu.ai.text.deep import reader
from kefu.core.errors import BadConfig
from kefu.testing.check_reader import ASKED, sample_examples
served = reader.open_reader({})
served.load(Path(sys.argv[1]))
for text, _, intent in ASKED:
    assert served.read(text).best.name == intent, text
try:
    reader.open_reader({}).fit(sample_examples(), lambda *_: None)
except BadConfig as error:
    print(error)
"""


def test_a_model_is_served_without_pytorch_and_training_says_what_to_install() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(MODEL)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "pip install 'kefu[deep]'" in run.stdout


def test_a_served_model_finds_spans_that_no_record_holds() -> None:
    served = reader.open_reader({})
    served.load(MODEL)
    text = "how far am I in my yoga course"
    (found,) = served.read(text).entities
    assert (found.kind, found.value) == ("course", "yoga course")
    assert 0.6 <= found.score <= 1
    served.know({"course": ()})  # the records list courses, and this is none of them
    assert [entity.value for entity in served.read(text).entities] == [None]


def test_texts_are_read_alike_alone_and_together() -> None:
    import onnxruntime

    from kefu.ai.text.deep.vocabulary import filled

    session = onnxruntime.InferenceSession(str(MODEL / "joint.onnx"), providers=["CPUExecutionProvider"])
    texts = [[[5, 6], [7]], [[8, 9, 10]]]
    together = session.run(["intents", "labels"], {"ids": filled(texts)})
    for at, text in enumerate(texts):
        intents, labels = session.run(["intents", "labels"], {"ids": filled([text])})
        np.testing.assert_allclose(together[0][at], intents[0], atol=1e-5)
        np.testing.assert_allclose(together[1][at, : len(text)], labels[0], atol=1e-5)
