"""The smoke outages on containers, and two labs at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import REFERENCE, HeldLab, LabOptions, stock
from harness.scenario.model import Scenario

pytestmark = [pytest.mark.scenario, pytest.mark.usefixtures("docker_engine")]

SMOKE = [outage for outage in stock() if "smoke" in outage.tags]


def held(engine: str) -> HeldLab:
    return HeldLab(LabOptions(profile=REFERENCE, engine=engine, seed=1, provider="docker"))


@pytest.fixture(scope="module")
def labs() -> Iterator[dict[str, HeldLab]]:
    made: dict[str, HeldLab] = {}
    yield made
    for lab in made.values():
        lab.close()


def test_there_are_six_of_them() -> None:
    assert len(SMOKE) == 6


@pytest.mark.parametrize("outage", SMOKE, ids=lambda outage: outage.name)
@pytest.mark.parametrize("kind", ["toxiproxy", "embedded"])
def test_the_reference_app_survives(kind: str, outage: Scenario, labs: dict[str, HeldLab]) -> None:
    if kind not in labs:
        for lab in labs.values():
            lab.close()
        labs[kind] = held(kind)
    run = labs[kind].run(outage)
    assert {name: verdict for name, verdict in run.verdicts.items() if verdict != "pass"} == {}


@pytest.mark.parametrize("name", ["app-crash", "app-frozen", "deploy-under-load"])
def test_faults_on_the_apps_process_reach_its_container(
    name: str, labs: dict[str, HeldLab]
) -> None:
    labs.setdefault("toxiproxy", held("toxiproxy"))
    run = labs["toxiproxy"].run(name)
    assert run.verdicts["faults-bit"] == "pass"
    assert run.verdicts["no-acknowledged-write-lost"] == "pass"


def test_two_labs_do_not_disturb_each_other() -> None:
    """One loses its database while the other only reads: no fault crosses."""
    two = [held("toxiproxy"), held("toxiproxy")]
    try:
        with ThreadPoolExecutor(max_workers=2) as pool:
            crash = pool.submit(two[0].run, "database-crash-restart")
            slow = pool.submit(two[1].run, "slow-network")
            runs = [crash.result(), slow.result()]
        assert [run.verdicts["faults-bit"] for run in runs] == ["pass", "pass"]
        assert runs[1].verdicts["conservation"] == "pass"
        unknown = [op for op in runs[1].evidence.ops if op.outcome == "unknown"]
        assert unknown == []
    finally:
        for lab in two:
            lab.close()
