"""The reference app with Redis, a carrier and a worker passes the outages of all three."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from squall import LabOptions, Run, SyncLab, stock
from squall.config.reference_services import WITH_SERVICES
from squall.core.errors import LabError
from squall.lab.providers.process.redis_binaries import find_redis

pytestmark = pytest.mark.scenario

TRIES = 3
"""What a busy machine has spoilt is done again, as ``squall check`` does."""
KINDS = {"redis", "http", "workers"}
OUTAGES = {one.name: one for one in stock() if one.needs & KINDS}
QUICK = ("redis-silent", "upstream-unavailable", "worker-crashed")
SEEDS = (4, 5, 6)


def with_services(seed: int) -> SyncLab:
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    return SyncLab(LabOptions(profile=WITH_SERVICES, seed=seed))


def conclusive(lab: SyncLab, name: str) -> Run:
    """Strictly: the limits of availability count, too."""
    for _ in range(TRIES):
        run = lab.run(OUTAGES[name].strict())
        if run.verdict != "inconclusive":
            break
    return run


@pytest.fixture(scope="module")
def lab() -> Iterator[SyncLab]:
    held = with_services(SEEDS[0])
    yield held
    held.close()


@pytest.mark.parametrize("name", QUICK)
def test_an_outage_of_each_kind_is_survived(lab: SyncLab, name: str) -> None:
    run = conclusive(lab, name)
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.finding("work-is-done").verdict == "pass", run.findings
    assert run.passed, [one for one in run.findings if one.verdict != "pass"]


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_outage_of_what_the_app_uses_is_survived(seed: int) -> None:
    held = with_services(seed)
    try:
        runs = {name: conclusive(held, name) for name in OUTAGES}
    finally:
        held.close()
    failed = {name: run.findings for name, run in runs.items() if run.verdict == "fail"}
    assert not failed
    assert len(runs) >= 38
