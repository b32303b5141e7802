"""A probe is declared only where its name leaves no doubt."""

from __future__ import annotations

import tomllib

import pytest
from squall.config.init.draft import Draft, liveness_of
from squall.workload.operations import Operation


def get(path: str) -> Operation:
    return Operation(name=path, method="GET", path=path, effect="read")


@pytest.mark.parametrize(
    ("paths", "live"),
    [
        (["/items", "/livez"], "/livez"),
        (["/api/v1/health/live/", "/live"], "/live"),
        (["/health", "/healthz", "/ping"], ""),  # of either kind
        (["/deliveries", "/live/{id}"], ""),
        ([], ""),
    ],
)
def test_a_liveness_probe_is_known_by_its_name(paths: list[str], live: str) -> None:
    assert liveness_of([get(path) for path in paths]) == live
    table = tomllib.loads(Draft(app="main:app", live=live).table())["tool"]["squall"]
    assert table.get("live", "") == live
