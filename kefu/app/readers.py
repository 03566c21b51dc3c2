"""Readers by the configuration, with what they need opened: an encoder, other readers, files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kefu.ai.encode.tuned import REHEARSAL, read_tuned
from kefu.app.config import Config
from kefu.app.plugins import load_plugin, needing
from kefu.core.ports.encoder import Encoder
from kefu.core.ports.reader import TrainableReader

FILES = ("rules", "classifier", "pipeline")
"""Settings that name a file or folder of the project."""


def reader_settings(config: Config) -> dict[str, Any]:
    """The table [reader] with the project's folder and where vectors and lessons are kept between trainings.

    Plain values, which travel between processes.
    """
    models = config.home / config.get("reader.model", str)
    kept = {name: str(models / f".{name}.npz") for name in ("vectors", "lessons")}
    return {**config.table("reader"), "home": str(config.home), **kept}


def open_reader(use: str, settings: Mapping[str, object]) -> TrainableReader:
    """A reader that knows nothing yet; raises `BadConfig` or `ModelMissing` when what it needs is not there.

    It is given, beside the table [reader], `open_encoder`, `open_rehearsal` where that was tuned,
    and `open_part`, so that nothing is opened that it does not ask for.
    """
    home = Path(str(settings.get("home", ".")))
    opened = {**settings, **{key: str(home / str(settings[key])) for key in FILES if settings.get(key)}}
    opened["open_part"] = lambda part: open_reader(part, {**settings, "parts": ()})
    if settings.get("encoder"):
        encoder_use, folder = str(settings.get("encoder_use", "onnx.v1")), home / str(settings["encoder"])
        opened["open_encoder"] = lambda: open_encoder(encoder_use, str(folder))
        if record := read_tuned(folder / REHEARSAL):
            opened["open_rehearsal"] = lambda: (open_encoder(encoder_use, str(folder / REHEARSAL)), record.has_seen)
    with needing("spacy" if use == "spacy.v1" else "encoder"):
        reader: TrainableReader = load_plugin("readers", use)(opened)
    return reader


@cache
def open_encoder(use: str, folder: str) -> Encoder:
    """One encoder serves all readers and searches: it never changes."""
    encoder: Encoder = load_plugin("encoders", use)({"folder": folder})
    return encoder
