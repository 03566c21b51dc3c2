"""Resolve the dependencies anew: writes requirements/run.lock, dev.lock and bench.lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMON = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"]
"""No host name and no path of this machine ends up in a lock file."""


def compile_lock(target: str, *sources: str) -> None:
    """Write one lock file."""
    uv = str(Path(sys.executable).parent / "uv")
    command = [uv, "pip", "compile", *COMMON, "--python-version", "3.11", *sources, "-o", target]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"{target}: {sum('==' in line for line in Path(target).read_text().splitlines())} packages")


def _extras(*names: str) -> list[str]:
    return [f"--extra={name}" for name in names]


if __name__ == "__main__":
    Path("requirements").mkdir(exist_ok=True)
    compile_lock(
        "requirements/run.lock", "pyproject.toml", *_extras("data", "knowledge", "postgres", "predict", "voice")
    )
    extras = _extras(
        "dask",
        "data",
        "encoder",
        "insight",
        "knowledge",
        "piper",
        "postgres",
        "predict",
        "report",
        "sherpa",
        "spacy",
        "tables",
        "voice",
        "whisper",
    )
    compile_lock("requirements/dev.lock", "pyproject.toml", *extras, "--group", "dev")
    compile_lock("requirements/bench.lock", "pyproject.toml", *extras, "--group", "dev", "--group", "bench")
