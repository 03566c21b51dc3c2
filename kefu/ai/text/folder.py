"""A model's folder: plain data files with their digests, never code."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kefu.core.errors import ModelMissing

Parts = Mapping[str, bytes]
"""The files of a model: name to content."""

MANIFEST = "manifest.json"


def pack_json(value: object) -> bytes:
    """A value as JSON, the same bytes for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")


def unpack_json(content: bytes) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """What `pack_json` packed."""
    return json.loads(content)


def pack_array(array: np.ndarray) -> bytes:
    """An array in numpy's format, without pickles."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def unpack_array(content: bytes) -> np.ndarray:
    """What `pack_array` packed; raises ValueError for anything that would have to run code."""
    array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def fingerprint(parts: Parts) -> str:
    """Twelve hexadecimal digits that name this content."""
    lines = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(parts.items()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def write_folder(folder: Path, maker: str, parts: Parts) -> None:
    """Write the files and, last, the manifest that makes them a model of `maker` (`linear.v1`)."""
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    (folder / MANIFEST).write_bytes(pack_json({"maker": maker, "sha256": digests}))


def read_folder(folder: Path, maker: str) -> dict[str, bytes]:
    """The files of a model, checked against the manifest; raises `ModelMissing` with what to do."""
    manifest = _manifest(folder)
    if manifest["maker"] != maker:
        raise ModelMissing(f"The model in {folder} was made by {manifest['maker']}, not {maker}; run `kefu train`.")
    parts = {}
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if path.parent != folder or not path.is_file():
            raise ModelMissing(f"The model in {folder} lacks its file {name}; run `kefu train`.")
        parts[name] = path.read_bytes()
        if hashlib.sha256(parts[name]).hexdigest() != digest:
            raise ModelMissing(f"The model file {path} is damaged; run `kefu train`.")
    return parts


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = unpack_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ModelMissing(f"There is no model in {folder} (no {MANIFEST}); run `kefu train`.") from None
    except (OSError, ValueError) as error:
        raise ModelMissing(f"{folder / MANIFEST} can't be read ({error}); run `kefu train`.") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("sha256"), dict) or "maker" not in manifest:
        raise ModelMissing(f"{folder / MANIFEST} is no manifest of a model; run `kefu train`.")
    return manifest
