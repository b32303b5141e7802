"""What discovery wrote is put back before the races; the users whom it registered are not lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.profile import AppProfile
from squall.history.evidence import Contract
from squall.lab.lab_options import LabOptions
from squall.racing.racer import RaceOptions, run_races
from squall.workload.login import Login
from squall.workload.operations import Operation

WRITE = Operation(
    name="write", method="POST", path="/notes", effect="write", body={"words": "{key}"}
)
LOGIN = (
    Login(path="/register", json={"name": "ann"}),
    Login(path="/login", json={"name": "ann"}, header={"Authorization": "Bearer {access_token}"}),
)


@pytest.mark.scenario
async def test_a_user_who_is_a_row_is_still_let_in() -> None:
    profile = AppProfile(
        name="users",
        app="tests.sound_apps.users:create_app",
        factory=True,
        cwd=Path(__file__).parents[2],
        operations=(WRITE,),
        login=LOGIN,
        contract=Contract(deadline_seconds=3.0, error_media_type=""),
    )
    result = await run_races(LabOptions(profile=profile, seed=1), RaceOptions())
    assert result.left_out == []
    assert result.results
    assert [(one.id, one.problems) for one in result.failed] == []
