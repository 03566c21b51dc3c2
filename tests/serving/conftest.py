"""Tests against a model server, which no lock file holds: they are collected where `make server` installed it."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("transformers") and find_spec("torch") else ["test_*.py"]
