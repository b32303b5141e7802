"""The options of a lab that are written to a run directory, and those that are read from one.

The directory may have been created or changed by anyone, so nothing in it is executed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from squall.config.profile import AppProfile
from squall.core.errors import UsageError
from squall.core.ids import SEED_LIMIT
from squall.lab.lab_options import LabOptions
from squall.reports.serialization import to_json_data
from squall.scenario.yaml_plain import show

ENGINES = ("embedded", "toxiproxy")
PROVIDERS = ("process", "docker", "compose")
IMPORT_STRING = re.compile(r"[A-Za-z_][\w.]{0,200}:[A-Za-z_][\w.()]{0,100}")
COMMAND = "a command"


def stored_options(options: LabOptions) -> dict[str, Any]:
    """The options that are written: an explicit list, with names of the app and its variables."""
    profile = options.profile
    return {
        "engine": options.engine if options.engine in ENGINES else "program",
        "seed": options.seed,
        "provider": options.provider,
        "attached": options.attach is not None,
        "app": app_name(profile.app),
        "environment": sorted(profile.environment),
        "headers": sorted(profile.headers),
        "contract": to_json_data(profile.contract),
    }


def app_name(target: str) -> str:
    """The name of an import string. A command can contain anything, so it is not written."""
    return target if IMPORT_STRING.fullmatch(target) else COMMAND


def replayed_options(plain: object, profile: AppProfile, seed: int, file: Path) -> LabOptions:
    """The lab options of a stored run for the app configured here.

    Seed, engine and provider come from the file, and nothing that is executed, because anyone may
    have created the run directory.

    Raises:
        UsageError: the run was of another app, or of one that was already running.
    """
    if not isinstance(plain, dict) or not _startable(plain):
        raise UsageError(f"{file}: its options are not those of a lab that can be started again")
    if plain.get("attached"):
        raise UsageError(f"{file}: the app ran already: repeat the command of that run")
    _same_app(plain.get("app"), profile, file)
    given = plain.get("seed")
    return LabOptions(
        profile=profile,
        engine=plain["engine"],
        seed=given if type(given) is int and 0 <= given < SEED_LIMIT else seed,
        provider=plain["provider"],
    )


def _startable(plain: dict[str, Any]) -> bool:
    return plain.get("engine") in ENGINES and plain.get("provider") in PROVIDERS


def _same_app(app: object, profile: AppProfile, file: Path) -> None:
    here, there = app_name(profile.app), str(app)
    if here != there:
        raise UsageError(
            f"{file}: this run was of {show(there)}, and the app configured here is {show(here)};"
            "\n  nothing that a run directory names is started: replay it where its app is"
            " configured, or name the app with --app"
        )
