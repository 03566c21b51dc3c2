"""The sample school as `kefu init` copies it, with a model trained on its examples."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kefu.app.config import Config, load_config
from kefu.app.models import Models
from kefu.app.readers import reader_settings
from kefu.app.skills import load_catalog
from kefu.app.training import train_model
from kefu.core.ports.reader import TrainableReader
from kefu.service.skills.catalog import Catalog

STARTER = Path(__file__).parents[2] / "kefu" / "starter" / "education"


@pytest.fixture(scope="session")
def school() -> tuple[Config, Catalog]:
    """Configuration and skills of the sample school."""
    for name in ("SESSION_SECRET", "SITE_SECRET", "API_TOKEN", "OPERATOR_TOKEN"):
        os.environ.setdefault(f"KEFU_{name}", "a secret of the tests, long enough")
    config = load_config(STARTER)
    return config, load_catalog(STARTER / "skills", config.get("identity.skill", str))


@pytest.fixture(scope="session")
def reader(school: tuple[Config, Catalog], tmp_path_factory: pytest.TempPathFactory) -> TrainableReader:
    """The school's reader, trained as `kefu train` does."""
    config, catalog = school
    models, use, settings = tmp_path_factory.mktemp("models"), config.get("reader.use", str), reader_settings(config)
    made = train_model(catalog, use, models, settings, progress=lambda *_: None, now=datetime.now(UTC))
    return Models(models).open(made.name, settings)
