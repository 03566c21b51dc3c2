"""Make the model beside this file: `python tests/contract/deep/make.py`, after `make deep`.

A small network of ours on the sample sentences. It is kept, so that serving is tested
where PyTorch is not installed.
"""

from __future__ import annotations

from pathlib import Path

from kefu.ai.text.deep import network, reader
from kefu.testing.check_reader import sample_examples

MODEL = Path(__file__).parent / "model"


def main() -> None:
    """Train and save."""
    network.WIDTH, network.CONTEXT = 8, 8
    fitted = reader.open_reader({})
    fitted.fit(sample_examples(), lambda *_: None)
    MODEL.mkdir(exist_ok=True)
    fitted.save(MODEL)


if __name__ == "__main__":
    main()
