"""Twelve races that are known by name: each is found, and its sound twin is not blamed."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from squall.config.profile import AppProfile
from squall.history.evidence import Contract
from squall.lab.lab_options import LabOptions
from squall.racing.race_result import RacesResult
from squall.racing.racer import RaceOptions, run_races
from squall.workload.operations import Operation

ROOT = Path(__file__).parents[2]
OPERATIONS = {
    "lost_update": ("sell",),
    "write_skew": ("leave-first", "leave-second"),
    "double_spend": ("spend",),
    "double_submit": ("submit",),
    "oversell": ("buy",),
    "check_then_insert": ("register",),
    "stale_summary": ("add",),
    "unlocked_sequence": ("bill",),
    "job_taken_twice": ("take",),
    "deadlock": ("there", "back"),
    "split_transaction": ("move", "read-total"),
    "phantom_quota": ("store",),
}


def operation(name: str) -> Operation:
    if name.startswith("read"):
        return Operation(name=name, method="GET", path=f"/{name}", effect="read")
    if name == "submit":
        headers = {"Idempotency-Key": "{key}"}
        return Operation(
            name=name, method="POST", path="/submit", effect="idempotent-write", headers=headers
        )
    return Operation(name=name, method="POST", path=f"/{name}", effect="write")


def profile(race: str, factory: str) -> AppProfile:
    return AppProfile(
        name=race,
        app=f"tests.broken_apps.races_{race}:{factory}",
        factory=True,
        cwd=ROOT,
        operations=tuple(map(operation, OPERATIONS[race])),
        contract=Contract(deadline_seconds=3.0, error_media_type=""),
    )


async def races_of(race: str, factory: str) -> RacesResult:
    return await run_races(
        LabOptions(profile=profile(race, factory), seed=1),
        RaceOptions(only=OPERATIONS[race]),
    )


def test_every_race_app_is_tried() -> None:
    files = (ROOT / "tests/broken_apps").glob("races_*.py")
    names = {file.stem.removeprefix("races_") for file in files} - {"support"}
    assert names == set(OPERATIONS)


@pytest.mark.parametrize("race", OPERATIONS)
def test_both_twins_can_be_made(race: str) -> None:
    module = importlib.import_module(f"tests.broken_apps.races_{race}")
    for factory in (module.create_app, module.create_sound_app):
        paths = {getattr(route, "path", "") for route in factory().routes}
        assert {f"/{name}" for name in OPERATIONS[race]} <= paths


@pytest.mark.scenario
@pytest.mark.parametrize("race", OPERATIONS)
async def test_the_race_is_found(race: str) -> None:
    result = await races_of(race, "create_app")
    assert result.failed, result.headline


SOUND = ("lost_update", "double_submit", "check_then_insert", "deadlock")
MORE_SOUND = [
    pytest.param(race, marks=pytest.mark.proof) for race in OPERATIONS if race not in SOUND
]
"""For ``make proof``."""


@pytest.mark.scenario
@pytest.mark.parametrize("race", [*SOUND, *MORE_SOUND])
async def test_its_sound_twin_is_not_blamed(race: str) -> None:
    result = await races_of(race, "create_sound_app")
    assert [(one.id, one.problems) for one in result.failed] == []
    assert result.results
