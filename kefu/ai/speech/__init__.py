"""Speech engines that compute on this machine: hear, say, and know when somebody has finished speaking.

Their libraries are heavy and imported where they are used; that they are there is asked when a module is loaded.
"""

from __future__ import annotations

from importlib.util import find_spec


def need(*packages: str) -> None:
    """Raises `ImportError` naming the package that is not installed, at the price of a look into folders."""
    for package in packages:
        if find_spec(package) is None:
            raise ImportError(f"No module named {package!r}", name=package)
