"""The reference app survives the stock outages, on either engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness import REFERENCE, HeldLab, LabOptions, stock
from harness.scenario.model import Scenario

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def labs() -> Iterator[dict[str, HeldLab]]:
    held: dict[str, HeldLab] = {}
    yield held
    for lab in held.values():
        lab.close()


@pytest.mark.parametrize("outage", stock(), ids=lambda outage: outage.name)
def test_the_reference_app_survives(
    engine: str, outage: Scenario, labs: dict[str, HeldLab]
) -> None:
    if engine not in labs:
        labs[engine] = HeldLab(LabOptions(profile=REFERENCE, engine=engine, seed=1))
    if engine != "embedded" and not outage.tags & {"smoke", "network"}:
        pytest.skip("engines differ on the network; all: squall check --engine toxiproxy")
    run = labs[engine].run(outage)
    assert {name: verdict for name, verdict in run.verdicts.items() if verdict != "pass"} == {}
    assert run.passed
