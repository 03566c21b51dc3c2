"""`deep.v1`: the reader with the network."""

from __future__ import annotations

from collections.abc import Mapping

from kefu.ai.text.deep.joint import DeepIntents, DeepSpans, Joint
from kefu.ai.text.reading import TextReader
from kefu.core.ports.reader import TrainableReader

NAME = "deep.v1"


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader whose intents and spans one network learns; `settings` may name the `seed` of its training."""
    seed = settings.get("seed", 0)
    joint = Joint(seed if isinstance(seed, int) else 0)
    return TextReader(NAME, DeepIntents(joint), settings, spans=DeepSpans(joint))
