"""Look into an installation, part by part; one broken part does not hide the others."""

from __future__ import annotations

import platform
import shutil
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from kefu.app.clerk.plan import read_plan
from kefu.app.config import Config, load_config
from kefu.app.models import Models
from kefu.app.people.audit import Chain, check_trail
from kefu.app.people.single_sign_on import SingleSignOn, provider_of
from kefu.app.plugins import load_plugin
from kefu.app.readers import reader_settings
from kefu.app.skills import load_catalog
from kefu.app.training import load_lexicons
from kefu.core.errors import KefuError
from kefu.core.people import Person
from kefu.core.workdays import is_announced
from kefu.service.skills.catalog import Catalog

LEAST_FREE_MB = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and found; `advice` is empty when all is well."""

    what: str
    state: Literal["ok", "warning", "wrong"]
    found: str
    advice: str = ""


async def examine(home: Path) -> list[Finding]:
    """All findings about the project in `home`."""
    findings = [Finding("python", "ok", f"{platform.python_version()} on {sys.platform}")]
    try:
        config = load_config(home)
    except KefuError as error:
        return [*findings, _wrong("kefu.toml", error)]
    findings += [Finding("kefu.toml", "ok", str(config.home / "kefu.toml")), _disk(config), *_secrets(config)]
    catalog = None
    try:
        catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
        findings.append(Finding("skills", "ok", ", ".join(catalog.skills)))
    except KefuError as error:
        findings.append(_wrong("skills", error))
    findings.append(_work(config))
    findings.append(_model(config, catalog))
    findings += [finding async for finding in _databases(config, catalog)]
    findings += await _company(config)
    return findings


def _wrong(what: str, error: KefuError) -> Finding:
    found, _, advice = error.message.partition(";")
    return Finding(what, "wrong", found.strip(), advice.strip() or (type(error).__doc__ or "").partition("\n")[0])


def _disk(config: Config) -> Finding:
    free = shutil.disk_usage(config.home).free // 2**20
    if free < LEAST_FREE_MB:
        return Finding("disk", "warning", f"{free} MB free", "Make room: a full disk stops every answer.")
    return Finding("disk", "ok", f"{free:,} MB free")


def _secrets(config: Config) -> list[Finding]:
    findings = []
    try:
        config.table("security")
        findings.append(Finding("secrets", "ok", "all set"))
    except KefuError as error:
        findings.append(_wrong("secrets", error))
    file = config.home / ".env"
    if file.is_file() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        findings.append(Finding("secrets", "warning", f"others may read {file}", f"chmod 600 {file}"))
    return findings


def _work(config: Config) -> Finding:
    """Hours, teams, service levels, rules and fields; and whether China's calendar knows the year."""
    try:
        plan = read_plan(config)
    except KefuError as error:
        return _wrong("hours and teams", error)
    year = datetime.now(config.zone).year
    if any(hours.calendar == "cn" for hours in plan.all_hours) and not is_announced(year):
        advice = "Update kefu, or name the days in [handoff] holidays and working_days."
        return Finding("calendar", "warning", f"the days off of {year} are those of the law alone", advice)
    parts = (("teams", plan.teams), ("service levels", plan.levels), ("rules", plan.rules), ("fields", plan.fields))
    return Finding("hours and teams", "ok", ", ".join(f"{len(found)} {name}" for name, found in parts))


def _model(config: Config, catalog: Catalog | None) -> Finding:
    models = Models(config.home / config.get("reader.model", str))
    try:
        card = models.card(models.current())
        reader = models.open(card.name, reader_settings(config))
    except KefuError as error:
        return _wrong("model", error)
    if card.reader != config.get("reader.use", str):
        found = f"the model served is of {card.reader}, reader.use in kefu.toml is another"
        return Finding("model", "warning", found, "Run `kefu train`.")
    folder = config.home / config.get("skills.folder", str)
    newer = [path for path in folder.glob("*/examples.*.txt") if path.stat().st_mtime > card.trained.timestamp()]
    if catalog and newer:
        found = f"{newer[0].parent.name}/{newer[0].name} changed after the model was trained"
        return Finding("model", "warning", found, "Run `kefu train`.")
    return Finding("model", "ok", reader.version)


def _team(people: Sequence[Person], chain: Chain) -> list[Finding]:
    owners = sum(one.is_owner for one in people)
    found = f"{len(people):,} people, {owners} of them owners" if people else "nobody yet: only the operator token"
    team = Finding("people", "ok", found)
    if chain.flaw is None:
        return [team, Finding("audit trail", "ok", f"{chain.entries:,} entries, one chain")]
    told, advice = (
        f"entry {chain.flaw.number}: {chain.flaw.kind}",
        "The database was changed by hand; keep a copy of it.",
    )
    return [team, Finding("audit trail", "wrong", told, advice)]


async def _company(config: Config) -> list[Finding]:
    """The company's own sign-in, if there is one: it is asked who it is."""
    try:
        provider = provider_of(config)
        if provider is None:
            return []
        await SingleSignOn(provider).begin("", "", 0.0)
    except KefuError as error:
        return [_wrong("company sign-in", error)]
    return [Finding("company sign-in", "ok", provider.issuer)]


async def _databases(config: Config, catalog: Catalog | None) -> AsyncIterator[Finding]:
    place = {"home": str(config.home)}
    try:
        settings = {**config.table("store"), **place}
        async with load_plugin("stores", config.get("store.use", str))(settings) as store:
            counts, people, chain = await store.counts(), await store.people(), await check_trail(store)
        dead = counts.get("dead", 0)
        found = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        advice = "Look at /desk/ and revive or drop what could not be delivered." if dead else ""
        yield Finding("store", "warning" if dead else "ok", found, advice)
        for finding in _team(people, chain):
            yield finding
    except KefuError as error:
        yield _wrong("store", error)
    for name in config.names("records"):
        try:
            settings = {**config.table(f"records.{name}"), **place}
            async with load_plugin("records", config.get(f"records.{name}.use", str))(settings) as records:
                terms = await load_lexicons(catalog, {name: records}) if catalog else {}
            found = ", ".join(f"{len(found):,} names of {kind}" for kind, found in terms.items())
            yield Finding(f"records.{name}", "ok", found or "reached")
        except KefuError as error:
            yield _wrong(f"records.{name}", error)
