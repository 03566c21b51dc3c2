"""Make the virtual environment: `python3 tools/setup.py --venv .venv --lock requirements/run.lock`.

Needs nothing but Python with venv and pip. Installs through uv where that can be
had, because it takes seconds, and through plain pip where not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def run(*command: str, quiet: bool = False) -> bool:
    """Run a command and tell whether it succeeded."""
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, check=False, stdout=out, stderr=out).returncode == 0


def say(text: str) -> None:
    """Tell what is going on, with the time since the start."""
    print(f"[{time.monotonic() - START:5.1f} s] {text}", flush=True)


def install(folder: Path, lock: Path) -> bool:
    """Install the locked packages and kefu itself (editable)."""
    python = str(folder / "bin" / "python")
    uv = folder / "bin" / "uv"
    if not uv.exists() and not run(python, "-m", "pip", "install", "--quiet", "uv", quiet=True):
        say("uv can't be had; going on with pip, which takes longer")
    if uv.exists():
        say(f"installing {lock}")
        done = run(str(uv), "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(lock))
        if done and run(str(uv), "pip", "install", "--quiet", "--python", python, "--no-deps", "-e", "."):
            return True
        say("uv could not do it; trying pip, which takes longer")
    done = run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock))
    return done and run(python, "-m", "pip", "install", "--quiet", "--no-deps", "-e", ".")


def browser() -> bool:
    """Have a Chromium and a Chinese font for the browser tests, from Debian's packages."""
    missing = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]
    missing += [] if Path(FONT).exists() else ["fonts-noto-cjk"]
    if not missing:
        return True
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    say(f"installing {' and '.join(missing)} from Debian's packages")
    command = [*prefix, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    install_them = [*command, "install", "-y", "--no-install-recommends", *missing]
    return (run(*command, "update", quiet=True) or True) and run(*install_them, quiet=True)


def main() -> int:
    """Set up and say what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--browser", action="store_true", help="also install a browser for the tests")
    options = parser.parse_args()
    if sys.version_info < (3, 11):
        print(f"kefu needs Python 3.11 or later; this is {sys.version.split()[0]}. Try PYTHON=python3.12 make demo")
        return 1
    if not (options.venv / "bin" / "python").exists():
        say(f"making {options.venv}")
        venv.create(options.venv, with_pip=True, symlinks=True)
    if not install(options.venv, options.lock):
        print("The packages could not be installed; the lines above say why. Is PyPI within reach?")
        return 1
    if options.browser and not browser():
        print("No browser for the tests: install `chromium` and `fonts-noto-cjk`, then run make again.")
        return 1
    say("ready")
    return 0


START = time.monotonic()
if __name__ == "__main__":
    sys.exit(main())
